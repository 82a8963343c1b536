import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast, mix, parseColour, readableShare, translucent } from "./contrast";
import { cellColour } from "./monthly";

const css = readFileSync("src/app/globals.css", "utf8");
const blockOf = (selector: string) => css.split(`${selector} {`)[1]!.split("}")[0]!;

function themeOf(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]),
  );
}

const themes = [
  ["light", themeOf(blockOf(":root"))],
  ["dark", themeOf(blockOf('[data-theme="dark"]'))],
] as const;

describe("contrast", () => {
  it("is 21 between black and white and 1 between equals", () => {
    expect(contrast("#000000", "#fff")).toBeCloseTo(21);
    expect(contrast("#123456", "#123456")).toBe(1);
  });

  it("reads the forms that colours come in", () => {
    expect(parseColour(" #0af ")).toEqual([0, 170, 255]);
    expect(parseColour("rgb(1, 2, 3)")).toEqual([1, 2, 3]);
    expect(translucent("#ff0000", 0.5)).toBe("rgba(255, 0, 0, 0.5)");
    expect(mix("#000000", "#ffffff", 0.5)).toBe("rgb(128, 128, 128)");
  });

  it("stops colouring where text could no longer be read", () => {
    const share = readableShare("#ffffff", "#000000", "#000000", 1);
    expect(contrast(mix("#ffffff", "#000000", share), "#000000")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(mix("#ffffff", "#000000", share + 0.02), "#000000")).toBeLessThan(4.5);
    expect(readableShare("#ffffff", "#ffffff", "#000000", 0.7)).toBe(0.7);
  });
});

describe.each(themes)("in the %s theme", (_name, theme) => {
  it("every series stands out from the surface", () => {
    for (let index = 1; index <= 8; index++) {
      expect(contrast(theme[`series-${index}`]!, theme.surface!)).toBeGreaterThanOrEqual(3);
    }
  });

  it("the text of every cell of a heatmap can be read", () => {
    const { surface, ink } = theme as Record<"surface" | "ink", string>;
    const pairs = [
      [theme.green!, theme.red!],
      [theme.blue!, theme.orange!],
    ] as const;
    for (const [up, down] of pairs) {
      for (let value = -1; value <= 1; value += 0.02) {
        const background = cellColour(value, 1, { surface, ink, up, down });
        expect(contrast(ink, background)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});
