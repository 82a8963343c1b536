"use client";

import { useMemo } from "react";
import { formatNumber, formatPercent } from "@/lib/format";
import { Stat, StatGrid } from "@/ui/stat";
import { Ready, Skeleton } from "@/ui/state";
import { Delta } from "@/ui/number";
import { accountOf, type Performance } from "./account";
import { DrawdownPanel, EquityPanel, ExposurePanel, RollingSharpePanel } from "./equity-panels";
import { returnInterval, sharpeInterval, type Figures } from "./figure-words";
import { FiguresPanel } from "./figures-panel";
import { MonthlyPanel } from "./monthly-panel";
import { ResultsPanel, SymbolsPanel } from "./trades-panels";
import { useTrips, type Run } from "./use-trips";

interface AccountViewProps {
  run: Run;
  performance: Performance;
}

/** Everything that is known of an account. */
export function AccountView({ run, performance }: AccountViewProps) {
  const { summary } = performance;
  const account = useMemo(() => accountOf(performance), [performance]);
  const trips = useTrips(run, performance);
  const file = performance.topic.replace("/", "-");
  const panels = { account, figures: summary, file };
  return (
    <>
      <Headline figures={summary} />
      <EquityPanel {...panels} />
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
        <DrawdownPanel {...panels} />
        <RollingSharpePanel {...panels} />
      </div>
      <MonthlyPanel {...panels} />
      <Ready of={trips} loading={<Skeleton className="h-80" />}>
        {(found) => (
          <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
            <ResultsPanel trips={found} counted={summary.trades} file={file} />
            <SymbolsPanel trips={found} file={file} />
          </div>
        )}
      </Ready>
      <ExposurePanel {...panels} />
      <FiguresPanel figures={summary} file={file} />
    </>
  );
}

function Headline({ figures }: { figures: Figures }) {
  const { total_return, benchmark_return, excess_return, sharpe, max_drawdown } = figures;
  return (
    <StatGrid label="What the account came to">
      <Stat
        label="Return"
        value={<Delta value={total_return} as="percent" />}
        hint={returnInterval(figures)}
      />
      <Stat label="Benchmark" value={<Delta value={benchmark_return} as="percent" />} />
      <Stat label="Above the benchmark" value={<Delta value={excess_return} as="percent" />} />
      <Stat
        label="Sharpe ratio"
        value={formatNumber(sharpe, { digits: 2 })}
        hint={sharpeInterval(figures)}
      />
      <Stat label="Largest drawdown" value={formatPercent(max_drawdown)} />
      <Stat
        label="Trades"
        value={formatNumber(figures.trades)}
        hint={`${formatPercent(figures.win_rate, { digits: 0 })} won`}
      />
    </StatGrid>
  );
}
