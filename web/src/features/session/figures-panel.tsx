import { memo } from "react";
import { ChartColumn } from "lucide-react";
import type { Schema } from "@/api/types";
import { formatNumber, formatPercent, unknown } from "@/lib/format";
import { LinkButton } from "@/ui/button";
import { Delta, Money } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { Ready, Skeleton } from "@/ui/state";
import { Stat, StatGrid } from "@/ui/stat";
import { usePerformance } from "./use-performance";

type Figures = Schema<"PerformanceFigures">;

interface FiguresPanelProps {
  sessionId: number;
  isActive: boolean;
}

/** What the account came to, with what can be said about its luck. */
export const FiguresPanel = memo(function FiguresPanel(props: FiguresPanelProps) {
  const { sessionId, isActive } = props;
  const performance = usePerformance(sessionId, isActive);
  return (
    <Panel
      title="Figures"
      hint={isActive ? "So far, from the marks at each step." : "Over the whole session."}
      actions={
        <LinkButton size="sm" icon={ChartColumn} href={`/analytics?topic=session/${sessionId}`}>
          Analyse in depth
        </LinkButton>
      }
    >
      <Ready of={performance} loading={<Skeleton className="h-40 w-full" />}>
        {({ summary }) => <FigureStats figures={summary} />}
      </Ready>
    </Panel>
  );
});

function FigureStats({ figures }: { figures: Figures }) {
  return (
    <StatGrid label="Figures">
      <Stat
        label="Return"
        value={<Delta value={figures.total_return} as="percent" />}
        hint={interval(figures.return_low, figures.return_high, formatPercent)}
      />
      <Stat
        label="Sharpe ratio"
        value={formatNumber(figures.sharpe, { digits: 2 })}
        hint={interval(figures.sharpe_low, figures.sharpe_high, (value) =>
          formatNumber(value, { digits: 2 }),
        )}
      />
      <Stat
        label="Deepest fall"
        value={formatPercent(figures.max_drawdown)}
        hint="from the peak of equity"
      />
      <Stat
        label="Benchmark"
        value={<Delta value={figures.benchmark_return} as="percent" />}
        hint={
          figures.excess_return === null ? undefined : (
            <>
              <Delta value={figures.excess_return} as="percent" /> against it
            </>
          )
        }
      />
      <Stat
        label="Turnover"
        value={
          figures.turnover === null ? unknown : `${formatNumber(figures.turnover, { digits: 1 })}×`
        }
        hint="of equity, per year"
      />
      <Stat
        label="Trades"
        value={formatNumber(figures.trades)}
        hint={
          figures.win_rate === null
            ? undefined
            : `${formatPercent(figures.win_rate, { digits: 0 })} won`
        }
      />
      <Stat label="Fees" value={<Money value={figures.fees} />} />
      <Stat
        label="After the model’s cost"
        value={<Delta value={figures.profit_after_model_cost} />}
        hint={
          figures.model_cost === null
            ? "what the model cost is not known"
            : "profit less what the model cost"
        }
      />
    </StatGrid>
  );
}

function interval(
  low: number | null,
  high: number | null,
  write: (value: number) => string,
): string | undefined {
  if (low === null || high === null) return undefined;
  return `95%: ${write(low)} to ${write(high)}`;
}
