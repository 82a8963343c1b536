import { csv } from "@/lib/csv";
import type { Figures, Line } from "./board";

const columns = ["topic", "kind", "name", "label", "mine", "symbols", "start", "end", "is_public"];
const figures = [
  ...["total_return", "return_low", "return_high", "annual_return", "benchmark_return"],
  ...["excess_return", "volatility", "sharpe", "sharpe_low", "sharpe_high", "sortino", "calmar"],
  ...["max_drawdown", "max_drawdown_from", "max_drawdown_until", "recovered_at", "trades"],
  ...["win_rate", "profit_factor", "turnover", "exposure", "bars", "profit", "fees"],
  ...["model_cost", "profit_after_model_cost"],
] as (keyof Figures)[];

/** The lines as they are shown, with every figure as it was sent. */
export function boardCsv(lines: readonly Line[]): string {
  const rows = lines.map(({ score, kind, name, label, symbols, start, end, totalReturn }) => [
    ...[score?.topic, kind, name, label, score?.mine, symbols.join(" "), start, end],
    score?.is_public,
    ...figures.map((figure) =>
      score ? score.figures[figure] : figure === "total_return" ? totalReturn : null,
    ),
  ]);
  return csv([...columns, ...figures], rows);
}
