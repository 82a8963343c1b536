import type { Training } from "@/api/types";
import { CREATED, MARKET, STATE } from "@/features/runs/columns";
import { formatNumber, formatPercent, unknown } from "@/lib/format";
import { optionLabels } from "@/lib/parameter-names";
import { Delta } from "@/ui/number";
import { Progress } from "@/ui/progress";
import type { Column } from "@/ui/table";
import { isActive } from "./states";

/** The columns of the list of trainings. */
export const trainingColumns: readonly Column<Training>[] = [
  {
    id: "id",
    header: "Training",
    cell: ({ id }) => <span className="whitespace-nowrap">{`Training ${id}`}</span>,
    sortValue: ({ id }) => id,
  },
  STATE,
  {
    id: "bot",
    header: "Bot",
    cell: ({ bot_name: bot }) => <span className="block min-w-28 wrap-anywhere">{bot}</span>,
    sortValue: ({ bot_name: bot }) => bot,
  },
  MARKET,
  {
    id: "algorithm",
    header: "Algorithm",
    cell: ({ algorithm }) => optionLabels[algorithm] ?? algorithm,
    sortValue: ({ algorithm }) => optionLabels[algorithm] ?? algorithm,
    hideOnPhone: true,
  },
  {
    id: "episodes",
    header: "Episodes",
    align: "right",
    cell: ({ episodes }) => (
      <div className="ml-auto w-28">
        <span className="whitespace-nowrap">
          {formatNumber(episodes.current)}{" "}
          <span className="text-muted">of {formatNumber(episodes.max)}</span>
        </span>
        <Progress label="Episodes" value={episodes.percentage_done / 100} />
      </div>
    ),
    sortValue: ({ episodes }) => episodes.percentage_done,
  },
  {
    id: "profit",
    header: "Profit now",
    hint: "Of the shown episode",
    align: "right",
    cell: ({ profit }) => <Delta value={profit} />,
    sortValue: ({ profit }) => profit,
  },
  {
    id: "validation",
    header: "Validation",
    hint: "Return of the best weights on the bars that choose them",
    align: "right",
    cell: ({ validation, starting_balance: balance }) => (
      <Share profit={validation?.profit} balance={balance} />
    ),
    sortValue: ({ validation, starting_balance: balance }) =>
      validation && validation.profit / balance,
  },
  {
    id: "out-of-sample",
    header: "Out of sample",
    hint: "Return of the best weights on bars that they never saw",
    align: "right",
    cell: ({ out_of_sample: part, starting_balance: balance }) => (
      <Share profit={part?.profit} balance={balance} />
    ),
    sortValue: ({ out_of_sample: part, starting_balance: balance }) =>
      part && part.profit / balance,
  },
  {
    id: "held",
    header: "Buy and hold",
    hint: "Return of buying and holding the out-of-sample bars",
    align: "right",
    cell: ({ out_of_sample: part, starting_balance: balance }) => (
      <Share profit={part?.buy_and_hold} balance={balance} />
    ),
    sortValue: ({ out_of_sample: part, starting_balance: balance }) =>
      typeof part?.buy_and_hold === "number" ? part.buy_and_hold / balance : null,
  },
  {
    id: "speed",
    header: "Steps a second",
    align: "right",
    cell: ({ state, steps_per_second: speed }) =>
      isActive(state) ? formatNumber(speed, { digits: 0 }) : unknown,
    sortValue: ({ state, steps_per_second: speed }) => (isActive(state) ? speed : null),
  },
  { ...CREATED, align: "right" },
];

function Share({ profit, balance }: { profit: number | null | undefined; balance: number }) {
  if (profit === null || profit === undefined) return unknown;
  return (
    <span title={formatPercent(profit / balance, { digits: 4 })}>
      <Delta as="percent" value={profit / balance} />
    </span>
  );
}
