import { describe, expect, it } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { comparedIds, parameterRows, resultRows, type ComparisonRow } from "./comparison";

const textsOf = (rows: ComparisonRow[], id: string) => rows.find((row) => row.id === id)?.texts;

describe("a comparison of trainings", () => {
  const part = { profit: 500, sharpe: null, trades: 3, max_drawdown: 0.1, buy_and_hold: 250 };
  const trainings = [aTraining({ out_of_sample: part }), aTraining({ id: 8, lr: 0.01 })];

  it("marks the parameters in which they differ", () => {
    const marked = parameterRows(trainings).filter(({ differs }) => differs);
    expect(marked).toMatchObject([{ id: "lr", texts: ["0.001", "0.01"] }]);
  });

  it("tells results with their share of the starting balance, and a dash where there is none", () => {
    const rows = resultRows(trainings);
    expect(textsOf(rows, "profit")).toEqual(["+500.00 (+5.00%)", "–"]);
    expect(textsOf(rows, "hold")).toEqual(["+250.00 (+2.50%)", "–"]);
    expect(textsOf(rows, "sharpe")).toEqual(["–", "–"]);
    expect(textsOf(rows, "drawdown")).toEqual(["10.00%", "–"]);
  });
});

describe("the trainings that an address compares with", () => {
  it("are its ids, each once and without the training itself", () => {
    expect(comparedIds(["5", "6", "5", "7", "x", "0"], 7)).toEqual([5, 6]);
  });

  it("are no more than can be told apart", () => {
    const many = Array.from({ length: 20 }, (_, index) => String(index + 1));
    expect(comparedIds(many, 99)).toHaveLength(7);
  });
});
