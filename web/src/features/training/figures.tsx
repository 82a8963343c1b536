"use client";

import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useGet } from "@/api/hooks";
import type { Training } from "@/api/types";
import { formatDuration, formatMoney, formatNumber, formatPercent, steady } from "@/lib/format";
import { Progress } from "@/ui/progress";
import { Stat, type Tone } from "@/ui/stat";
import { useNow } from "@/ui/time";
import { elapsedSeconds, pausedTime, remainingSeconds } from "./pace";
import { useRun } from "./use-run";

interface Figure {
  label: string;
  text: (run: Training) => string;
  hint?: (run: Training) => string;
  tone?: (run: Training) => Tone;
}

const money = { sign: true };
const figures: readonly Figure[] = [
  {
    label: "Balance",
    text: ({ balance }) => formatMoney(balance),
    hint: (run) => `from ${formatMoney(run.starting_balance)}`,
  },
  {
    label: "Profit",
    text: ({ profit }) => formatMoney(profit, money),
    hint: (run) => formatPercent(run.profit / run.starting_balance, { sign: true }),
    tone: ({ profit }) => toneOf(profit),
  },
  {
    label: "Highest profit",
    text: (run) => formatMoney(run.max_profit, money),
    hint: () => "over the training",
  },
  {
    label: "Highest balance",
    text: (run) => formatMoney(run.max_balance),
    hint: () => "over the training",
  },
  {
    label: "Trades",
    text: ({ trades }) => formatNumber(trades),
    hint: () => "in this episode",
  },
  {
    label: "Sum of rewards",
    text: ({ rewards }) => formatNumber(rewards, { sign: true, digits: 4 }),
    hint: () => "in this episode",
  },
  { label: "Steps", text: ({ steps }) => formatNumber(steps), hint: () => "in all" },
  {
    label: "Speed",
    text: (run) => formatNumber(run.steps_per_second, { digits: 0 }),
    hint: () => "steps a second",
  },
  {
    label: "Exploration ε",
    text: ({ epsilon }) => formatPercent(epsilon, { digits: 1 }),
    hint: () => "random actions",
  },
  {
    label: "Loss",
    text: ({ loss }) => formatNumber(loss),
    hint: ({ loss }) => (loss === null ? "no update yet" : "of the last update"),
  },
];

function toneOf(value: number): Tone {
  return value > 0 ? "up" : value < 0 ? "down" : "none";
}

/** The numbers of a training: each is drawn again by itself, and only when it is another one. */
export function Figures({ feed }: { feed: TrainingFeed }) {
  return (
    <dl
      aria-label="Figures"
      className="border-line bg-surface grid grid-cols-2 overflow-hidden rounded-lg border sm:grid-cols-3 lg:grid-cols-4 2xl:grid-cols-6"
    >
      {figures.map((figure) => (
        <LiveStat key={figure.label} feed={feed} figure={figure} />
      ))}
      <Elapsed feed={feed} />
      <Remaining feed={feed} />
    </dl>
  );
}

function LiveStat({ feed, figure }: { feed: TrainingFeed; figure: Figure }) {
  const value = useRun(feed, figure.text);
  const hint = useRun(feed, (run) => figure.hint?.(run));
  const tone = useRun(feed, (run) => figure.tone?.(run) ?? "none");
  return <Stat label={figure.label} value={value} hint={hint} tone={tone} />;
}

const LATEST = 100;

function Elapsed({ feed }: { feed: TrainingFeed }) {
  const now = useNow();
  const isPaused = useRun(feed, ({ state }) => state === "paused");
  const cursor = useRun(feed, (run) => (isPaused ? run.cursor : 0));
  const latest = useGet(
    "/api/trainings/{training_id}/events",
    {
      path: { training_id: feed.id },
      query: { after: Math.max(0, cursor - LATEST), limit: LATEST },
    },
    { enabled: isPaused },
  );
  const pausedAt = latest.status === "ready" ? pausedTime(latest.value.events) : null;
  const text = useRun(feed, (run) => formatDuration(whole(elapsedSeconds(run, pausedAt, now))));
  return <Stat label="Elapsed" value={text} hint="pauses included" />;
}

function Remaining({ feed }: { feed: TrainingFeed }) {
  const text = useRun(feed, (run) => formatDuration(whole(remainingSeconds(run))));
  return <Stat label="Remaining" value={text} hint="if all episodes are run" />;
}

function whole(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds);
}

/** How far the episodes and the bars of the shown one have come. */
export function ProgressBars({ feed }: { feed: TrainingFeed }) {
  return (
    <div className="flex flex-col gap-3">
      <Bar feed={feed} label="Episodes" of="episodes" />
      <Bar feed={feed} label="Days" of="days" hint="bars of the shown episode" />
    </div>
  );
}

interface BarProps {
  feed: TrainingFeed;
  label: string;
  of: "episodes" | "days";
  hint?: string;
}

function Bar({ feed, label, of, hint }: BarProps) {
  const current = useRun(feed, (run) => run[of].current);
  const max = useRun(feed, (run) => run[of].max);
  const share = useRun(feed, (run) => run[of].percentage_done / 100);
  const longest = formatNumber(max);
  return (
    <div>
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">
          {label} {hint && <span className="text-muted text-xs font-normal">{hint}</span>}
        </span>
        <span data-testid={of}>
          {steady(formatNumber(current), longest.length)}{" "}
          <span className="text-muted">of {longest}</span>
        </span>
      </div>
      <Progress label={label} value={share} shown />
    </div>
  );
}
