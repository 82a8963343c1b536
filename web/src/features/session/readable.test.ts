import { describe, expect, it } from "vitest";
import { briefJson, callSentence, prettyJson, resultSentence } from "./readable";

describe("a tool call in words", () => {
  it.each([
    ["buy", { symbol: "GOOGL", share: 0.3 }, "Buy 30% of equity in GOOGL"],
    ["buy", { symbol: "GOOGL", share: 0.333333 }, "Buy 33.33% of equity in GOOGL"],
    ["short", { symbol: "^IXIC", quantity: 12 }, "Short 12 ^IXIC"],
    ["close", { symbol: "EURUSD" }, "Close the position in EURUSD"],
    ["get_bars", { symbol: "GOOGL", count: 64 }, "Read the last 64 bars of GOOGL"],
    ["get_account", {}, "Look at the account"],
    ["calculate", { expression: "1 + 1" }, "Calculate 1 + 1"],
    ["ask_bot", { bot: "Ada", symbol: "GOOGL" }, "Ask the bot Ada about GOOGL"],
  ])("says %s %j", (name, given, sentence) => {
    expect(callSentence(name, given)).toBe(sentence);
  });

  it("leaves to the arguments what it does not know or cannot read", () => {
    expect(callSentence("dance", { symbol: "GOOGL" })).toBeNull();
    expect(callSentence("buy", "{symbol: GOO")).toBeNull();
    expect(callSentence("buy", { symbol: 7, share: 0.3 })).toBeNull();
    expect(callSentence("buy", { symbol: "GOOGL" })).toBeNull();
  });
});

describe("a tool's answer in words", () => {
  it("says why it was refused", () => {
    const refusal = { error: { code: "order_denied", says: "too large" } };
    expect(resultSentence(false, refusal)).toBe("too large");
  });

  it("says what was accepted", () => {
    expect(resultSentence(true, { order_id: "1", says: "accepted" })).toBe("accepted");
    expect(resultSentence(true, { closes: [1, 2] })).toBeNull();
  });
});

describe("JSON to be looked at", () => {
  it("keeps short lists on one line", () => {
    expect(prettyJson({ a: [1, 2], b: {} })).toBe('{\n  "a": [1, 2],\n  "b": {}\n}');
  });

  it("is cut where only a glimpse is wanted", () => {
    expect(briefJson({ long: "x".repeat(200) }, 20)).toHaveLength(20);
    expect(briefJson("<b>bold</b>")).toBe("<b>bold</b>");
  });
});
