import { returnOf, type JudgedSession } from "@/features/agents/results";
import { formatNumber } from "@/lib/format";
import { StateBadge, stateWord } from "@/ui/badge";
import { Delta, Money, Percent } from "@/ui/number";
import type { Column } from "@/ui/table";
import { Time } from "@/ui/time";

/** What a session was asked for and what it came to. */
export const sessionColumns: readonly Column<JudgedSession>[] = [
  {
    id: "id",
    header: "Session",
    cell: ({ session }) => session.id,
    sortValue: ({ session }) => session.id,
  },
  {
    id: "state",
    header: "State",
    cell: ({ session }) => <StateBadge state={session.state} title={session.reason ?? undefined} />,
    sortValue: ({ session }) => stateWord(session.state),
  },
  {
    id: "range",
    header: "Dates and model",
    hint: "The model that the agent had then",
    cell: ({ session }) => (
      <span className="flex flex-col leading-5 whitespace-nowrap">
        {datesOf(session)}
        <span className="text-muted text-xs">{session.base_model}</span>
      </span>
    ),
    sortValue: ({ session }) => session.start ?? session.created_at,
    csvValue: ({ session }) => `${datesOf(session)}, ${session.base_model}`,
  },
  {
    id: "return",
    header: "Return",
    align: "right",
    hint: "Net of fees, as a share of its starting balance",
    cell: ({ session }) => <Delta as="percent" value={returnOf(session)} />,
    sortValue: ({ session }) => returnOf(session),
  },
  {
    id: "benchmark",
    header: "Benchmark",
    align: "right",
    hint: "Return of its benchmark over the same time",
    cell: ({ score }) => <Delta as="percent" value={score?.figures.benchmark_return} />,
    sortValue: ({ score }) => score?.figures.benchmark_return,
  },
  {
    id: "sharpe",
    header: "Sharpe",
    align: "right",
    hint: "Return for the risk taken, per year",
    cell: ({ score }) => formatNumber(score?.figures.sharpe, { digits: 2 }),
    sortValue: ({ score }) => score?.figures.sharpe,
  },
  {
    id: "drawdown",
    header: "Drawdown",
    align: "right",
    hint: "Deepest fall from a peak of its equity",
    cell: ({ score }) => <Percent value={score?.figures.max_drawdown} />,
    sortValue: ({ score }) => score?.figures.max_drawdown,
  },
  {
    id: "cost",
    header: "Model cost",
    align: "right",
    hint: "Of the language model, US dollars",
    cell: ({ session }) => <Money value={session.cost} />,
    sortValue: ({ session }) => session.cost,
  },
  {
    id: "created",
    header: "Started",
    cell: ({ session }) => <Time at={session.created_at} show="date" />,
    sortValue: ({ session }) => Date.parse(session.created_at),
    csvValue: ({ session }) => session.created_at,
  },
];

function datesOf({ live, start, end }: JudgedSession["session"]): string {
  return live ? "Live" : `${start} to ${end}`;
}
