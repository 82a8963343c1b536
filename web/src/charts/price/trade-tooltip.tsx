import type { TradeFacts } from "./trade-text";

interface TradeTooltipProps {
  facts: TradeFacts;
  /** Where it points to, in the chart. */
  at: { x: number; y: number };
  width: number;
  height: number;
}

const WIDTH = 268;
const HEIGHT = 132;
const GAP = 12;

export function TradeTooltip({ facts, at, width, height }: TradeTooltipProps) {
  const { left, top } = tooltipPlace(at, width, height);
  return (
    <div
      className="border-line bg-raised text-ink pointer-events-none absolute z-10 rounded-md border p-2 text-xs"
      style={{ left, top, width: WIDTH, maxWidth: width }}
    >
      <p className="mb-1 flex justify-between gap-2 font-medium">
        <span>{facts.title}</span>
        <span className={facts.won ? "text-up" : "text-down"}>{facts.profit}</span>
      </p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5">
        <Fact name="Entry" value={facts.entry} />
        <Fact name="Exit" value={facts.exit} />
        <Fact name="Amount" value={facts.amount} />
        <Fact name="Return" value={facts.share} />
        <Fact name="Held" value={facts.held} />
      </dl>
    </div>
  );
}

/** Beside the point, or above or below it where the chart is narrow. */
function tooltipPlace({ x, y }: { x: number; y: number }, width: number, height: number) {
  const beside = Math.max(0, Math.min(y - HEIGHT / 2, height - HEIGHT));
  if (x + GAP + WIDTH <= width) return { left: x + GAP, top: beside };
  if (x - GAP - WIDTH >= 0) return { left: x - GAP - WIDTH, top: beside };
  const top = y + GAP + HEIGHT <= height ? y + GAP : Math.max(0, y - GAP - HEIGHT);
  return { left: Math.max(0, Math.min(x - WIDTH / 2, width - WIDTH)), top };
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="text-right">{value}</dd>
    </>
  );
}
