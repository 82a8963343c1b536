import { expect, it } from "vitest";
import type { Session, Training } from "@/api/types";
import { choicesOf, choiceText, symbolsText } from "./runs";

const training = (id: number, state: string, at: string) =>
  ({ id, state, bot_name: "Ada", symbol: "EURUSD", created_at: at }) as unknown as Training;
const session = (id: number, at: string) =>
  ({
    id,
    state: "finished",
    model_name: "Nora",
    universe: ["GOOGL"],
    created_at: at,
  }) as unknown as Session;

it("trainings and sessions that have begun stand together, the newest first", () => {
  const found = choicesOf(
    [training(2, "queued", "2026-01-04T00:00:00Z"), training(1, "stopped", "2026-01-01T00:00:00Z")],
    [session(1, "2026-01-02T00:00:00Z")],
  );

  expect(found.map(choiceText)).toEqual(["Session 1: Nora on GOOGL", "Training 1: Ada on EURUSD"]);
});

it("of many symbols the first are named", () => {
  expect(symbolsText(["A", "B", "C"])).toBe("A, B, C");
  expect(symbolsText(["A", "B", "C", "D", "E"])).toBe("A, B, C and 2 more");
});
