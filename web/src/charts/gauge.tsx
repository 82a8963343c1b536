import clsx from "clsx";
import { memo } from "react";
import { formatPercent, steady } from "@/lib/format";

const ACTIONS = [
  { key: "hold", name: "Hold", bar: "bg-muted" },
  { key: "close", name: "Close", bar: "bg-warn" },
  { key: "bull", name: "Bull", bar: "bg-up" },
  { key: "bear", name: "Bear", bar: "bg-down" },
] as const;

/** Per cent of each action; together 100. */
export type Prediction = Record<(typeof ACTIONS)[number]["key"], number>;

/** What the bot tends to do next; the strongest action is marked. */
export const PredictionGauge = memo(function PredictionGauge(prediction: Prediction) {
  const strongest = strongestAction(prediction);
  return (
    <dl className="grid grid-cols-[auto_1fr_auto] items-center gap-x-3 gap-y-2 text-sm">
      {ACTIONS.map(({ key, name, bar }) => {
        const share = Math.min(100, Math.max(0, prediction[key]));
        const marked = key === strongest;
        return (
          <div key={key} className="contents">
            <dt className={clsx("flex gap-1.5", marked ? "text-ink font-semibold" : "text-muted")}>
              <span aria-hidden className="w-2">
                {marked && "▸"}
              </span>
              {name}
              {marked && <span className="sr-only">, the strongest</span>}
            </dt>
            <dd aria-hidden className="bg-raised h-2 overflow-hidden rounded-sm">
              <span
                className={clsx("block h-full origin-left", bar)}
                style={{ transform: `scaleX(${share / 100})` }}
              />
            </dd>
            <dd className={clsx("w-[5ch] text-right", marked ? "font-semibold" : "text-muted")}>
              {steady(formatPercent(share / 100, { digits: 0 }), 4)}
            </dd>
          </div>
        );
      })}
    </dl>
  );
});

export function strongestAction(prediction: Prediction): keyof Prediction {
  return ACTIONS.reduce(
    (best, { key }) => (prediction[key] > prediction[best] ? key : best),
    ACTIONS[0].key as keyof Prediction,
  );
}
