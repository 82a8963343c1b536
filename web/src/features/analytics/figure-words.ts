import type { Schema } from "@/api/types";
import { formatDate, formatMoney, formatNumber, formatPercent, unknown } from "@/lib/format";

export type Figures = Schema<"PerformanceFigures">;
type Name = keyof Figures;

export interface FigureWords {
  /** The figures that it tells. */
  names: readonly Name[];
  label: string;
  /** In plain words. */
  meaning: string;
  text: (figures: Figures) => string;
  /** The number whose sign says whether it is a gain or a loss. */
  gain?: Name;
}

const signed = (value: number | null) => formatPercent(value, { sign: true });
const money = (value: number | null) => formatMoney(value, { sign: true });
const ratio = (value: number | null) => formatNumber(value, { digits: 2 });

/** An interval as "−1.2% to +3.4%". */
export function intervalText(
  low: number | null,
  high: number | null,
  text: (value: number) => string,
): string {
  return low === null || high === null ? unknown : `${text(low)} to ${text(high)}`;
}

export const returnInterval = ({ return_low: low, return_high: high }: Figures) =>
  intervalText(low, high, signed);
export const sharpeInterval = ({ sharpe_low: low, sharpe_high: high }: Figures) =>
  intervalText(low, high, ratio);

function recovery({ max_drawdown, recovered_at: at }: Figures): string {
  if (max_drawdown === 0) return unknown;
  return at === null ? "not yet" : formatDate(at);
}

export interface FigureGroup {
  title: string;
  figures: readonly FigureWords[];
}

/** Every figure of an account, with what it means. */
export const figureGroups: readonly FigureGroup[] = [
  {
    title: "Result",
    figures: [
      {
        names: ["total_return"],
        label: "Return",
        meaning: "Profit over the starting balance, after all costs of trading.",
        text: ({ total_return: value }) => signed(value),
        gain: "total_return",
      },
      {
        names: ["return_low", "return_high"],
        label: "Return, 95% interval",
        meaning:
          "Where the return would lie in 95 of 100 such periods. If zero is inside, the result could be luck.",
        text: returnInterval,
      },
      {
        names: ["annual_return"],
        label: "Return per year",
        meaning: "The same pace kept up for a whole year. Of a short time it says little.",
        text: ({ annual_return: value }) => signed(value),
        gain: "annual_return",
      },
      {
        names: ["benchmark_return"],
        label: "Benchmark return",
        meaning: "What buying the same symbols in equal parts and holding them would have made.",
        text: ({ benchmark_return: value }) => signed(value),
        gain: "benchmark_return",
      },
      {
        names: ["excess_return"],
        label: "Above the benchmark",
        meaning: "Return less that of the benchmark: what the trading added.",
        text: ({ excess_return: value }) => signed(value),
        gain: "excess_return",
      },
      {
        names: ["profit"],
        label: "Profit",
        meaning: "Last equity less the starting balance, after fees.",
        text: ({ profit }) => money(profit),
        gain: "profit",
      },
    ],
  },
  {
    title: "Risk",
    figures: [
      {
        names: ["sharpe"],
        label: "Sharpe ratio",
        meaning: "Return for the risk taken, per year. Above 1 is good, below 0 is a loss.",
        text: ({ sharpe }) => ratio(sharpe),
      },
      {
        names: ["sharpe_low", "sharpe_high"],
        label: "Sharpe, 95% interval",
        meaning:
          "Where the Sharpe ratio would lie in 95 of 100 such periods. Overlapping intervals prove no order.",
        text: sharpeInterval,
      },
      {
        names: ["sortino"],
        label: "Sortino ratio",
        meaning: "As Sharpe, but only falls count as risk.",
        text: ({ sortino }) => ratio(sortino),
      },
      {
        names: ["calmar"],
        label: "Calmar ratio",
        meaning: "Return per year over the largest drawdown.",
        text: ({ calmar }) => ratio(calmar),
      },
      {
        names: ["volatility"],
        label: "Volatility",
        meaning: "How much the equity swings in a year: the standard deviation of its returns.",
        text: ({ volatility }) => formatPercent(volatility),
      },
      {
        names: ["max_drawdown"],
        label: "Largest drawdown",
        meaning: "The deepest fall from a peak of the equity, as a share of that peak.",
        text: ({ max_drawdown: value }) => formatPercent(value),
      },
      {
        names: ["max_drawdown_from", "max_drawdown_until"],
        label: "Its fall",
        meaning: "From the day of the peak to the day on which it was deepest.",
        text: ({ max_drawdown_from: from, max_drawdown_until: until }) =>
          from === null || until === null ? unknown : `${formatDate(from)} to ${formatDate(until)}`,
      },
      {
        names: ["recovered_at"],
        label: "Recovered",
        meaning: "The first day on which the equity was back at that peak.",
        text: recovery,
      },
    ],
  },
  {
    title: "Trading",
    figures: [
      {
        names: ["trades"],
        label: "Trades",
        meaning: "Closed ones: entries with their exits. Under 30 of them say little.",
        text: ({ trades }) => formatNumber(trades),
      },
      {
        names: ["win_rate"],
        label: "Won",
        meaning: "Share of the trades that made a profit.",
        text: ({ win_rate: value }) => formatPercent(value),
      },
      {
        names: ["profit_factor"],
        label: "Profit factor",
        meaning:
          "All gains of the trades over all their losses. Above 1 they earned money; none where nothing was lost.",
        text: ({ profit_factor: value }) => ratio(value),
      },
      {
        names: ["turnover"],
        label: "Turnover",
        meaning: "How many times a year the account was traded over. A high one costs fees.",
        text: ({ turnover }) =>
          `${formatNumber(turnover, { digits: 1 })}${turnover === null ? "" : " ×"}`,
      },
      {
        names: ["exposure"],
        label: "Mean exposure",
        meaning: "How much of the equity was invested on average.",
        text: ({ exposure }) => formatPercent(exposure),
      },
      {
        names: ["bars"],
        label: "Bars",
        meaning: "How many bars the account lived through.",
        text: ({ bars }) => formatNumber(bars),
      },
    ],
  },
  {
    title: "Cost",
    figures: [
      {
        names: ["fees"],
        label: "Fees",
        meaning: "Paid for trading in all; the profit has them taken off.",
        text: ({ fees }) => formatMoney(fees),
      },
      {
        names: ["model_cost"],
        label: "Model cost",
        meaning: "What the language model cost, in US dollars. A bot and a baseline cost nothing.",
        text: ({ model_cost: value }) => formatMoney(value),
      },
      {
        names: ["profit_after_model_cost"],
        label: "Profit after model cost",
        meaning: "Profit less what the model cost.",
        text: ({ profit_after_model_cost: value }) => money(value),
        gain: "profit_after_model_cost",
      },
    ],
  },
];
