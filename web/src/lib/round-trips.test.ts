import { expect, it } from "vitest";
import { roundTrips, type AccountFill } from "./round-trips";

let minute = 0;
function aFill(quantity: number, price: number, fee = 0, symbol = "AAA"): AccountFill {
  minute += 1;
  const at = new Date(Date.UTC(2020, 0, 1, 0, minute)).toISOString();
  return { symbol, quantity: String(quantity), price: String(price), fee: String(fee), at };
}

it("an entry with its exit is one trade, net of both fees", () => {
  const [trip] = roundTrips([aFill(10, 100, 1), aFill(-10, 110, 2)]);

  expect(trip).toMatchObject({ side: 1, quantity: 10, openedPrice: 100, closedPrice: 110 });
  expect(trip).toMatchObject({ fees: 3, profit: 97 });
});

it("what is sold in parts was bought at the average price", () => {
  const trips = roundTrips([aFill(10, 100, 2), aFill(10, 120, 2), aFill(-5, 130), aFill(-15, 90)]);

  expect(trips.map(({ openedPrice }) => openedPrice)).toEqual([110, 110]);
  expect(trips.map(({ profit }) => profit)).toEqual([5 * 20 - 1, 15 * -20 - 3]);
});

it("a fill beyond the position closes it and opens the opposite one; the two share its fee", () => {
  const trips = roundTrips([aFill(10, 100), aFill(-15, 110, 3), aFill(5, 100)]);

  expect(trips.map(({ side, quantity, profit }) => [side, quantity, profit])).toEqual([
    [1, 10, 98],
    [-1, 5, 49],
  ]);
});

it("what is still held is no trade, and each symbol is by itself", () => {
  const trips = roundTrips([aFill(1, 10), aFill(-1, 10, 0, "BBB"), aFill(1, 8, 0, "BBB")]);

  expect(trips.map(({ symbol, profit }) => [symbol, profit])).toEqual([["BBB", 2]]);
});

it("a rest that rounding leaves is nothing", () => {
  const fills = [aFill(0.1, 10), aFill(0.2, 10), aFill(-0.3, 11), aFill(-1, 20), aFill(1, 15)];

  expect(roundTrips(fills).map(({ side }) => side)).toEqual([1, -1]);
});

it("a split is no profit: it changes the units and the price of what is held", () => {
  const [bought, sold] = [aFill(10, 100), aFill(-40, 26)];
  const split = { symbol: "AAA", at: bought.at, ratio: "4" };
  const later = { ...split, at: "2030-01-01T00:00:00Z" };

  expect(roundTrips([bought, sold], [{ ...split, at: sold.at }, later])).toMatchObject([
    { quantity: 40, openedPrice: 25, profit: 40 },
  ]);
});
