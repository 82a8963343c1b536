import { describe, expect, it } from "vitest";
import { ownPath } from "@/features/sign-in/next-path";

describe("where to go after a sign-in", () => {
  it("is the path that was asked for, with its query", () => {
    expect(ownPath("/training?id=7&compare=5,6")).toBe("/training?id=7&compare=5,6");
  });

  it.each([
    null,
    "",
    "training",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/sign-in?next=/sign-in",
    "/sign-up/",
  ])("is home instead of %j", (text) => {
    expect(ownPath(text)).toBe("/");
  });

  it("cannot leave by going up", () => {
    expect(ownPath("/a/../..//evil.example")).not.toMatch(/^\/\//);
  });
});
