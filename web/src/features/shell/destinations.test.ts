import { expect, it } from "vitest";
import { currency, destinations, signInAddress } from "./destinations";

const bots = destinations.find((each) => each.href === "/bots");

it("a page marks its destination, and so do those that belong to it", () => {
  if (!bots) throw new Error("no bots");
  expect(currency(bots, "/bots")).toBe("page");
  expect(currency(bots, "/bots/")).toBe("page");
  expect(currency(bots, "/bot")).toBe(true);
  expect(currency(bots, "/")).toBeUndefined();
});

it("the sign-in leads back to where one was", () => {
  expect(signInAddress("/bot", "?name=ada 1")).toBe("/sign-in?next=%2Fbot%3Fname%3Dada%201");
  expect(signInAddress("/", "")).toBe("/sign-in");
});

it("a phone's bar has room for four beside the rest", () => {
  expect(destinations.filter((each) => each.onPhone)).toHaveLength(4);
});
