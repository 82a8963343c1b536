"use client";

import { useEffect, useId, useImperativeHandle, useMemo, useRef, useState } from "react";
import { Crosshair, Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { Button, IconButton } from "@/ui/button";
import { PriceView } from "./price/price-view";
import { TradeTooltip } from "./price/trade-tooltip";
import { useTradeHover } from "./price/use-trade-hover";
import { useChartTheme } from "./theme";
import type { Bars, PriceChartProps, Trade } from "./types";

/** Space of the row of buttons above the plot; part of the chart's height. */
const TOOLBAR = 40;
const REACH = { mouse: 8, touch: 20, pen: 12 } as const;

/** Prices over time with every trade on them; see `PriceChartHandle` for what is updated while it runs. */
export default function PriceChart(props: PriceChartProps) {
  const { label, times, closes, ohlc, split, validation, zone, height, onHover, handle } = props;
  const theme = useChartTheme();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<PriceView | null>(null);
  const shown = useRef<{ trades: readonly Trade[]; day: number | null }>({ trades: [], day: null });
  const [following, setFollowing] = useState(false);
  const hint = useId();
  const bars = useMemo<Bars>(() => ({ times, closes, ohlc }), [times, closes, ohlc]);
  const ready = theme !== null;
  const { hover, said, point, refresh, walk } = useTradeHover({ view, times, zone, onHover });

  useEffect(() => {
    if (!host.current || !theme) return;
    if (view.current && !view.current.accepts(bars)) {
      view.current.destroy();
      view.current = null;
    }
    if (view.current) view.current.show(bars);
    else {
      view.current = new PriceView(host.current, bars, zone, theme);
      view.current.update(shown.current.trades, shown.current.day);
    }
    // Colours and zone have effects of their own.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [bars, ready]);

  useEffect(
    () => () => {
      view.current?.destroy();
      view.current = null;
    },
    [],
  );

  useEffect(() => {
    if (theme) view.current?.paint(theme);
  }, [theme]);

  useEffect(() => view.current?.localise(zone), [zone, ready]);

  const [validFrom, validTo] = validation ?? [];
  useEffect(() => {
    const valid =
      validFrom === undefined || validTo === undefined ? undefined : [validFrom, validTo];
    view.current?.divide(split, valid as [number, number] | undefined);
  }, [split, validFrom, validTo, bars, ready]);

  useEffect(() => {
    shown.current = { trades: props.trades ?? [], day: props.day ?? null };
    view.current?.update(shown.current.trades, shown.current.day);
  }, [props.trades, props.day, ready]);

  useEffect(() => view.current?.follow(following), [following, ready]);

  const listed = () => ({ ...shown.current, day: shown.current.day ?? times.length - 1 });

  useImperativeHandle(handle, () => ({
    update: (trades, day) => {
      shown.current = { trades, day: day ?? null };
      view.current?.update(trades, day ?? null);
      refresh(listed());
    },
    fit: () => view.current?.fit(),
    toPng: () => view.current?.toPng() ?? Promise.reject(new Error("The chart is not drawn yet")),
  }));

  const onKeyDown = (event: React.KeyboardEvent) => {
    const acts: Record<string, () => void> = {
      ArrowLeft: () => walk(-1, listed()),
      ArrowRight: () => walk(1, listed()),
      Home: () => walk(-Infinity, listed()),
      End: () => walk(Infinity, listed()),
      Escape: () => point(null, 0),
      "+": () => view.current?.zoom(0.5),
      "=": () => view.current?.zoom(0.5),
      "-": () => view.current?.zoom(2),
      f: () => view.current?.fit(),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const onPointer = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const reach = REACH[event.pointerType as keyof typeof REACH] ?? REACH.mouse;
    const trade = view.current?.trades.tradeAt(at, reach) ?? null;
    point(trade, listed().day, at);
  };

  const plot = height - TOOLBAR;
  return (
    <div className="relative" style={{ height }}>
      <div className="flex items-center justify-end gap-1" style={{ height: TOOLBAR }}>
        <p id={hint} className="sr-only">
          Left and right arrow keys go through the trades, plus and minus zoom, f shows all bars.
        </p>
        <Button
          size="sm"
          icon={Crosshair}
          variant={following ? "secondary" : "ghost"}
          aria-pressed={following}
          title="Keep the current bar in view"
          onClick={() => setFollowing(!following)}
        >
          Follow
        </Button>
        <IconButton
          size="sm"
          icon={ZoomIn}
          label="Zoom in"
          onClick={() => view.current?.zoom(0.5)}
        />
        <IconButton
          size="sm"
          icon={ZoomOut}
          label="Zoom out"
          onClick={() => view.current?.zoom(2)}
        />
        <IconButton
          size="sm"
          icon={Maximize2}
          label="Show all bars"
          onClick={() => view.current?.fit()}
        />
      </div>
      <div className="relative" style={{ height: plot }}>
        <div
          ref={host}
          role="img"
          aria-label={label}
          aria-describedby={hint}
          tabIndex={0}
          className="h-full w-full"
          onKeyDown={onKeyDown}
          onPointerMove={onPointer}
          onPointerDown={onPointer}
          onPointerLeave={(event) => event.pointerType === "mouse" && point(null, 0)}
        />
        {hover && <TradeTooltip {...hover} height={plot} />}
        <p className="sr-only" aria-live="polite">
          {said}
        </p>
      </div>
    </div>
  );
}
