import { clsx } from "clsx";
import {
  Check,
  CircleDashed,
  CircleX,
  Hourglass,
  LoaderCircle,
  Pause,
  Play,
  RotateCw,
  Square,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";

export type BadgeTone = "neutral" | "accent" | "up" | "down" | "warn" | "danger";

interface BadgeProps {
  tone?: BadgeTone;
  icon?: LucideIcon;
  title?: string;
  children: ReactNode;
  spinning?: boolean;
}

const tones: Record<BadgeTone, string> = {
  neutral: "border-line bg-raised text-muted",
  accent: "border-accent/40 bg-accent/10 text-accent",
  up: "border-up/40 bg-up/10 text-up",
  down: "border-down/40 bg-down/10 text-down",
  warn: "border-warn/40 bg-warn/10 text-warn",
  danger: "border-danger/40 bg-danger/10 text-danger",
};

export function Badge({ tone = "neutral", icon: Icon, title, children, spinning }: BadgeProps) {
  return (
    <span
      title={title}
      className={clsx(
        "inline-flex min-h-5 items-center gap-1 rounded-sm border px-1.5 align-middle text-xs font-medium whitespace-nowrap",
        tones[tone],
      )}
    >
      {Icon && <Icon aria-hidden className={clsx("size-3 shrink-0", spinning && "animate-spin")} />}
      {children}
    </span>
  );
}

const states = {
  idle: { word: "Idle", icon: CircleDashed, tone: "neutral" },
  queued: { word: "Queued", icon: Hourglass, tone: "neutral" },
  loading: { word: "Loading", icon: LoaderCircle, tone: "accent", spinning: true },
  running: { word: "Running", icon: Play, tone: "accent" },
  paused: { word: "Paused", icon: Pause, tone: "warn" },
  recovering: { word: "Recovering", icon: RotateCw, tone: "warn", spinning: true },
  finished: { word: "Finished", icon: Check, tone: "neutral" },
  stopped: { word: "Stopped", icon: Square, tone: "neutral" },
  failed: { word: "Failed", icon: CircleX, tone: "danger" },
} satisfies Record<string, { word: string; icon: LucideIcon; tone: BadgeTone; spinning?: boolean }>;

export type RunState = keyof typeof states;

export function stateWord(state: RunState): string {
  return states[state].word;
}

/** The state of a bot, a training or a session: a word, an icon and a colour. */
export function StateBadge({ state, title }: { state: RunState; title?: string }) {
  const { word, ...looks } = states[state];
  return (
    <Badge {...looks} title={title}>
      {word}
    </Badge>
  );
}
