import { describe, expect, it } from "vitest";
import { accountAfter, tripsOf } from "./account";
import { aFill } from "./builders";

const buy = (quantity: string, price: string, more = {}) => aFill({ quantity, price, ...more });

describe("the account after some fills", () => {
  it("is the starting balance before the first", () => {
    expect(accountAfter([], 1_000)).toEqual({ cash: 1_000, fees: 0, holdings: [] });
  });

  it("pays for what is bought, fees included", () => {
    const { cash, fees } = accountAfter([buy("2", "100")], 1_000);
    expect([cash, fees]).toEqual([799, 1]);
  });

  it("averages the price of what is added, and keeps it for what leaves", () => {
    const fills = [buy("2", "100"), buy("2", "200"), buy("-1", "500")];
    expect(accountAfter(fills, 1_000).holdings).toEqual([
      { symbol: "GOOGL", quantity: 3, averagePrice: 150 },
    ]);
  });

  it("holds short positions as negative quantities", () => {
    const { cash, holdings } = accountAfter([buy("-3", "100")], 1_000);
    expect(cash).toBe(1_299);
    expect(holdings).toEqual([{ symbol: "GOOGL", quantity: -3, averagePrice: 100 }]);
  });

  it("begins anew at the fill's price where a position turns", () => {
    expect(accountAfter([buy("2", "100"), buy("-5", "120")], 1_000).holdings).toEqual([
      { symbol: "GOOGL", quantity: -3, averagePrice: 120 },
    ]);
  });

  it("holds nothing where rounding alone is left", () => {
    const fills = [buy("0.1", "100"), buy("0.2", "100"), buy("-0.3", "100")];
    expect(accountAfter(fills, 1_000).holdings).toEqual([]);
  });
});

describe("the round trips of some fills", () => {
  it("match what came first with what leaves first, at exact prices", () => {
    const trips = tripsOf([buy("2", "100"), buy("1", "110"), buy("-3", "120", { fee: "3" })]);
    expect(trips.map(({ openPrice, closePrice, quantity }) => [openPrice, closePrice, quantity]))
      .toEqual([[100, 120, 2], [110, 120, 1]]); // prettier-ignore
    expect(trips.map(({ profit }) => profit)).toEqual([2 * 20 - 1 - 2, 10 - 1 - 1]);
  });

  it("add up to what the account has won", () => {
    const fills = [buy("2", "100"), buy("-3", "130"), buy("4", "90"), buy("-3", "80")];
    const won = tripsOf(fills).reduce((sum, { profit }) => sum + (profit ?? 0), 0);
    expect(won).toBeCloseTo(accountAfter(fills, 0).cash);
  });

  it("leave open what nothing has ended", () => {
    const open = tripsOf([buy("2", "100"), buy("-5", "120")]).at(-1);
    expect(open).toMatchObject({ side: -1, quantity: 3, openPrice: 120, closeAt: null });
  });
});
