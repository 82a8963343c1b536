import { expect, it } from "vitest";
import type { Trade } from "../types";
import { tradeFacts, tradeSentence } from "./trade-text";

const context = { times: [0, 3600, 7200], day: 2, zone: "utc", digits: 2 } as const;
const lost: Trade = {
  openAt: 0,
  openPrice: 100,
  closeAt: 1,
  closePrice: 90,
  side: 1,
  profit: -21,
  amount: 2,
  openAmount: 200,
  closeAmount: 180,
};

it("says side, prices, times, profit in money and per cent, and bars held", () => {
  expect(tradeSentence(tradeFacts(lost, context), 3, 7)).toBe(
    "Trade 3 of 7: Long. Entry 100.00 at 1970-01-01 00:00, exit 90.00 at 1970-01-01 01:00. " +
      "Amount 2. Profit −21.00, −10.50%. Held 1 bar.",
  );
});

it("counts the bars of an open trade up to the current one", () => {
  const open = { ...lost, side: -1 as const, closeAt: null, closePrice: null, closeAmount: null };
  const facts = tradeFacts(open, context);
  expect([facts.title, facts.exit, facts.held]).toEqual([
    "Short, still open",
    "none yet",
    "2 bars",
  ]);
});
