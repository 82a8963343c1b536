import { useEffect, useMemo, useRef } from "react";
import { PriceChart } from "@/charts/lazy";
import type { PriceChartHandle } from "@/charts/types";
import type { SessionFeed } from "@/api/feeds/session-feed";
import type { Schema, Session, SessionStatus } from "@/api/types";
import { formatNumber } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Panel } from "@/ui/panel";
import { Select } from "@/ui/select";
import { Ready, Skeleton } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { useUrlState } from "@/ui/url-state";
import type { Fill } from "./account";
import { barAt, chartTrades } from "./chart-trades";
import { lastBefore } from "./moment";
import { useBars } from "./use-bars";

interface PricePanelProps {
  feed: SessionFeed;
  session: Session;
  fills: readonly Fill[];
  /** Market time that is shown; null: the newest. */
  at: string | null;
}

const HEIGHT = 380;
const MOST_TABS = 12;

/** Prices of one symbol after the other, with what the session traded in it. */
export function PricePanel({ feed, session, fills, at }: PricePanelProps) {
  const { universe } = session;
  const [chosen, choose] = useUrlState("chart", universe[0] ?? "");
  const chart = (symbol: string) => (
    <SymbolChart key={symbol} {...{ feed, session, fills, at, symbol }} />
  );
  return (
    <Panel
      title="Prices and trades"
      hint="Each line is an entry with its exit, at their exact prices."
    >
      {universe.length <= MOST_TABS ? (
        <Tabs
          label="Symbol of the chart"
          value={chosen}
          onChange={choose}
          tabs={universe.map((symbol) => ({ id: symbol, label: symbol, content: chart(symbol) }))}
        />
      ) : (
        <div className="flex flex-col gap-3">
          <div className="w-48">
            <Select
              label="Symbol of the chart"
              value={chosen}
              onChange={choose}
              options={universe.map((symbol) => ({ value: symbol, label: symbol }))}
            />
          </div>
          {chart(chosen)}
        </div>
      )}
    </Panel>
  );
}

type SymbolChartProps = PricePanelProps & { symbol: string };

function SymbolChart({ session, symbol, ...rest }: SymbolChartProps) {
  const bars = useBars(symbol, session);
  return (
    <div style={{ minHeight: HEIGHT }}>
      <Ready
        of={bars}
        loading={<Skeleton className="h-95 w-full" />}
        isEmpty={({ date_range }) => date_range.length === 0}
        empty={<p className="text-muted py-36 text-center">There are no bars of {symbol} here.</p>}
      >
        {(value) => <BarsChart {...rest} symbol={symbol} bars={value} />}
      </Ready>
    </div>
  );
}

interface BarsChartProps extends Omit<SymbolChartProps, "session"> {
  bars: Schema<"BarsMessage">;
}

function BarsChart({ feed, symbol, fills, at, bars }: BarsChartProps) {
  const zone = usePreferences((preferences) => preferences.zone);
  const handle = useRef<PriceChartHandle>(null);
  const times = useMemo(() => bars.date_range.map((time) => Date.parse(time) / 1_000), [bars]);
  const ohlc = useMemo(() => ({ open: bars.opens, high: bars.highs, low: bars.lows }), [bars]);
  const known = at === null ? times.length : lastBefore(times, Date.parse(at) / 1_000) + 1;
  const price = bars.closes[Math.max(0, known - 1)] ?? null;
  const trades = useMemo(
    () => chartTrades(fills, symbol, times, price),
    [fills, symbol, times, price],
  );
  const past = at === null ? undefined : barAt(times, Date.parse(at) / 1_000);

  useEffect(() => {
    if (at !== null) return;
    const mark = (now: SessionStatus["at"]) => {
      if (now !== null) handle.current?.update(trades, barAt(times, Date.parse(now) / 1_000));
    };
    mark(feed.run?.at ?? null);
    return feed.onStatus((status) => mark(status.at));
  }, [feed, trades, times, at]);

  return (
    <PriceChart
      label={`Prices of ${symbol} with ${formatNumber(trades.length)} trades`}
      times={times}
      closes={bars.closes}
      ohlc={ohlc}
      trades={trades}
      day={past}
      zone={zone}
      height={HEIGHT}
      handle={handle}
    />
  );
}
