import { expect, it } from "vitest";
import type { ChartTheme } from "@/charts/theme";
import { bySymbol } from "./account";
import { histogramPicture, monthlyPicture, symbolsPicture } from "./picture";

const theme = {
  surface: "#ffffff",
  ink: "#000000",
  muted: "#555555",
  line: "#cccccc",
  up: "#007700",
  down: "#770000",
} as ChartTheme;
const plain = String;

it("gains and losses have their colours, and a bar is as high as it is often", () => {
  const { boxes } = histogramPicture("Results", [-5, 5, 5], plain, theme);
  const [lost] = boxes.filter(({ colour }) => colour === theme.down);
  const won = boxes.filter(({ colour, height }) => colour === theme.up && height > 0);

  expect(won).toHaveLength(1);
  expect(won[0]!.height).toBeCloseTo(2 * lost!.height);
});

it("each month that is known has its cell", () => {
  const months = [0.01, ...Array<null>(10).fill(null), -0.02];
  const { boxes, texts } = monthlyPicture("Months", [{ year: 2017, months, total: -0.01 }], theme);

  expect(boxes).toHaveLength(2);
  expect(texts.map(({ text }) => text)).toEqual(
    expect.arrayContaining(["2017", "+1.0%", "−2.0%", "−1.0%", "Jan"]),
  );
});

it("a symbol's bar begins at zero", () => {
  const trip = { side: 1, quantity: 1, openedAt: "", openedPrice: 1, closedAt: "", closedPrice: 1 };
  const results = bySymbol([
    { ...trip, side: 1, fees: 0, symbol: "A", profit: 10 },
    { ...trip, side: 1, fees: 0, symbol: "B", profit: -10 },
  ]);
  const { boxes } = symbolsPicture("Symbols", results, plain, theme);

  expect(boxes[0]!.x).toBeCloseTo(boxes[1]!.x + boxes[1]!.width);
});
