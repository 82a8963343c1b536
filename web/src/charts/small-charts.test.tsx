import { render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { BarChart } from "./bar-chart";
import { drawdowns } from "./drawdown";
import { PredictionGauge, strongestAction } from "./gauge";
import { MonthlyHeatmap } from "./heatmap";
import { Histogram } from "./histogram";
import { sparkPath } from "./sparkline";
import { tickForm, tickText } from "./ticks";

describe("small charts", () => {
  it("the gauge marks the strongest action, and the first of equals", () => {
    render(<PredictionGauge hold={10} close={5} bull={70} bear={15} />);
    expect(screen.getByText("Bull").textContent).toContain("the strongest");
    expect(screen.getByText("70%")).toBeTruthy();
    expect(strongestAction({ hold: 25, close: 25, bull: 25, bear: 25 })).toBe("hold");
  });

  it("the heatmap is a table of months with a total for each year", () => {
    const months = [0.1, ...Array<null>(11).fill(null)];
    render(<MonthlyHeatmap label="Returns" years={[{ year: 2024, months, total: 0.1 }]} />);
    const row = screen.getByRole("row", { name: /2024/ });
    expect(within(row).getAllByRole("cell")).toHaveLength(13);
    expect(within(row).getAllByText("+10.0%")).toHaveLength(2);
  });

  it("the histogram and the bar chart can be read as tables", () => {
    render(<Histogram values={[-1, 2]} label="Profits" height={100} />);
    expect(screen.getByRole("table", { name: "Profits" })).toBeTruthy();
    const bars = [{ name: "EURUSD", value: -5 }];
    render(<BarChart bars={bars} label="By symbol" nameLabel="Symbol" valueLabel="Profit" />);
    expect(screen.getByRole("row", { name: "EURUSD −5" })).toBeTruthy();
  });

  it("a sparkline goes from its least to its greatest value, and is empty without a course", () => {
    expect(sparkPath([1, 3, 2])).toBe("M0.0 100.0L50.0 0.0L100.0 50.0");
    expect(sparkPath([4, 4])).toBe("M0.0 50.0L100.0 50.0");
    expect(sparkPath([1])).toBe("");
  });

  it("a drawdown is the fall from the highest equity so far", () => {
    expect(drawdowns([100, 120, 90, 150])).toEqual([0, 0, 0.25, 0]);
  });

  it("ticks of time are as coarse as their distance", () => {
    const distances = [1, 3600, 86_400, 30 * 86_400, 400 * 86_400];
    const texts = distances.map((distance) => tickText(1_726_000_000, "utc", tickForm(distance)));
    expect(texts).toEqual(["20:26:40", "20:26", "10 Sep", "Sep 2024", "2024"]);
  });
});
