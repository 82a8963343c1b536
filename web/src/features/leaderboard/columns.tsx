import { formatDate, formatMoney, formatNumber, formatPercent } from "@/lib/format";
import { Checkbox } from "@/ui/choice";
import { Delta } from "@/ui/number";
import type { Column } from "@/ui/table";
import { MOST_SHOWN, type Figures, type Line } from "./board";
import { Marks, ReturnCell, SharpeCell } from "./figures";
import { KindSign, kindWord } from "./kind";
import { LineMenu, type Publish } from "./line-menu";

type Number = {
  [Name in keyof Figures]: Figures[Name] extends number | null ? Name : never;
}[keyof Figures];

export interface BoardActs {
  shown: readonly string[];
  onShow: (topic: string, isShown: boolean) => void;
  onPublish: (publish: Publish) => void;
}

function figure(
  id: Number,
  header: string,
  hint: string,
  text: (value: number | null | undefined) => React.ReactNode,
): Column<Line> {
  return {
    id,
    header,
    hint,
    align: "right",
    cell: ({ score }) => <span className="whitespace-nowrap">{text(score?.figures[id])}</span>,
    sortValue: ({ score }) => score?.figures[id],
  };
}

/** What can be sorted by, in the order of the columns. */
export const dataColumns: readonly Column<Line>[] = [
  {
    id: "rank",
    header: "#",
    hint: "Place by return among the accounts shown",
    align: "right",
    cell: ({ rank }) => formatNumber(rank),
    sortValue: ({ rank }) => rank,
  },
  {
    id: "name",
    header: "Name",
    cell: (line) => (
      <div className="min-w-64">
        <span className="font-medium wrap-anywhere">{line.name}</span>
        <span className="text-muted block text-xs wrap-anywhere">{line.label}</span>
        <Marks score={line.score} />
      </div>
    ),
    sortValue: ({ name }) => name,
  },
  {
    id: "kind",
    header: "Kind",
    cell: ({ kind }) => <KindSign kind={kind} />,
    sortValue: ({ kind }) => kindWord(kind),
  },
  {
    id: "total_return",
    header: "Return",
    hint: "Profit over the starting balance, with the 95% interval",
    align: "right",
    cell: (line) => <ReturnCell {...line} />,
    sortValue: ({ totalReturn }) => totalReturn,
  },
  figure("excess_return", "Above benchmark", "Return less that of the benchmark", (value) => (
    <Delta value={value} as="percent" />
  )),
  {
    id: "sharpe",
    header: "Sharpe",
    hint: "Return for the risk taken, per year, with the 95% interval",
    align: "right",
    cell: (line) => <SharpeCell {...line} />,
    sortValue: ({ score }) => score?.figures.sharpe,
  },
  figure("max_drawdown", "Drawdown", "The deepest fall from a peak", (value) =>
    formatPercent(value),
  ),
  {
    id: "symbols",
    header: "Symbols",
    cell: ({ symbols }) => <span className="inline-block min-w-36">{symbols.join(", ")}</span>,
    sortValue: ({ symbols }) => symbols.join(", "),
  },
  {
    id: "start",
    header: "Period",
    cell: ({ start, end }) => (
      <span className="whitespace-nowrap">
        {formatDate(start)}
        <span className="text-muted block">to {formatDate(end)}</span>
      </span>
    ),
    sortValue: ({ start }) => Date.parse(start),
  },
  figure("trades", "Trades", "Closed ones: entries with their exits", (value) =>
    formatNumber(value),
  ),
  figure("exposure", "Exposure", "Share of the equity invested on average", (value) =>
    formatPercent(value, { digits: 0 }),
  ),
  figure("turnover", "Turnover", "How many times a year the account was traded over", (value) =>
    (value ?? null) === null ? formatNumber(null) : `${formatNumber(value, { digits: 1 })} ×`,
  ),
  figure("fees", "Fees", "Paid for trading in all", (value) => formatMoney(value)),
  figure("model_cost", "Model cost", "Of the language model, US dollars", (value) =>
    formatMoney(value),
  ),
  figure(
    "profit_after_model_cost",
    "Profit after model cost",
    "Profit less what the model cost",
    (value) => <Delta value={value} />,
  ),
];

export function boardColumns(acts: BoardActs): Column<Line>[] {
  const shown: Column<Line> = {
    id: "shown",
    header: "Draw the curve",
    hideHeader: true,
    cell: (line) => <ShowCheckbox line={line} {...acts} />,
  };
  const menu: Column<Line> = {
    id: "acts",
    header: "What to do",
    hideHeader: true,
    cell: ({ score }) => score && <LineMenu score={score} onPublish={acts.onPublish} />,
  };
  return [shown, ...dataColumns.flatMap((each) => (each.id === "name" ? [each, menu] : [each]))];
}

export function ShowCheckbox({
  line,
  shown,
  onShow,
  hasWords,
}: Pick<BoardActs, "shown" | "onShow"> & { line: Line; hasWords?: boolean }) {
  const { score } = line;
  if (score === null) return null;
  const isShown = shown.includes(score.topic);
  return (
    <Checkbox
      hideLabel={!hasWords}
      label={hasWords ? "Draw its curve" : `Draw the curve of ${score.name}`}
      checked={isShown}
      disabled={!isShown && shown.length >= MOST_SHOWN}
      onChange={(next) => onShow(score.topic, next)}
    />
  );
}
