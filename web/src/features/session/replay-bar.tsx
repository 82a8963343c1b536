import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from "lucide-react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useFeed } from "@/api/live";
import type { RunState } from "@/api/types";
import { formatDuration, formatFull, formatNumber } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Button, IconButton } from "@/ui/button";
import { Segmented } from "@/ui/choice";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { Slider } from "@/ui/slider";
import { Time } from "@/ui/time";
import { useRemaining } from "./remaining";
import { isActive } from "./states";
import type { Replay, Speed } from "./use-replay";

interface FollowingBarProps {
  feed: SessionFeed;
  replay: Replay;
  /** The market time of the moment that is shown; null: the newest. */
  past: string | null;
  state: RunState;
}

/** The replay's bar of a session that may still go on. */
export function FollowingBar({ feed, replay, past, state }: FollowingBarProps) {
  const last = useFeed(feed, ({ run }) => run?.step ?? 0);
  const steps = useFeed(feed, ({ run }) => run?.steps ?? null);
  const clock = useFeed(feed, ({ run }) => run?.at ?? null);
  const remainingS = useRemaining(feed, state === "running");
  return (
    <ReplayBar
      replay={replay}
      last={last}
      steps={steps}
      at={replay.at === null ? clock : past}
      isActive={isActive(state)}
      remainingS={remainingS}
    />
  );
}

interface ReplayBarProps {
  replay: Replay;
  /** How many decisions there have been. */
  last: number;
  /** How many there will be; null where it is live. */
  steps: number | null;
  /** The market time that is shown. */
  at: string | null;
  isActive: boolean;
  /** Seconds to the end, where they can be told. */
  remainingS: number | null;
}

const speedOptions = [
  { value: "1", label: "1×" },
  { value: "4", label: "4×" },
  { value: "16", label: "16×" },
] as const;

/** How far the session is, and the way to each moment of it. */
export function ReplayBar({ replay, last, steps, at, isActive, remainingS }: ReplayBarProps) {
  const zone = usePreferences((preferences) => preferences.zone);
  const shown = replay.at ?? last;
  const isPast = replay.at !== null;
  const of = steps === null ? "" : ` of ${formatNumber(steps)}`;
  const move = (by: number) => replay.show(Math.min(last, Math.max(1, shown + by)));
  return (
    <Panel>
      <div className="flex flex-col gap-2">
        <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1">
          <p className="min-w-0">
            <span className="font-semibold">
              Step {formatNumber(shown)}
              {of}
            </span>{" "}
            <span className="text-muted">
              <Time at={at} />
            </span>
          </p>
          <p className="text-muted text-sm">{progressText(isPast, isActive, remainingS)}</p>
          <div className="ml-auto">
            <Button
              size="sm"
              icon={SkipForward}
              disabled={!isPast}
              onClick={() => replay.show(null)}
            >
              {isActive ? "Back to live" : "Back to the end"}
            </Button>
          </div>
        </div>
        {isActive && steps !== null && steps > 0 && (
          <Progress
            label="Progress of the session"
            value={last / steps}
            text={`${formatNumber(last)} of ${formatNumber(steps)} steps`}
          />
        )}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <div className="flex items-center gap-1">
            <IconButton
              icon={SkipBack}
              label="To the first step"
              disabled={last < 2}
              onClick={() => replay.show(1)}
            />
            <IconButton
              icon={StepBack}
              label="One step back"
              disabled={last < 2}
              onClick={() => move(-1)}
            />
            <IconButton
              icon={replay.isPlaying ? Pause : Play}
              variant="secondary"
              label={replay.isPlaying ? "Hold the replay" : "Play the session again"}
              disabled={last < 2}
              onClick={() => replay.play(!replay.isPlaying)}
            />
            <IconButton
              icon={StepForward}
              label="One step on"
              disabled={last < 2 || !isPast}
              onClick={() => move(1)}
            />
          </div>
          <div className="min-w-40 flex-1">
            <Slider
              label="Moment of the session"
              value={shown}
              minimum={1}
              maximum={Math.max(2, last)}
              disabled={last < 2}
              text={at === null ? `Step ${shown}` : `Step ${shown}, ${formatFull(at, zone)}`}
              onChange={(step) => replay.show(step)}
            />
          </div>
          <Segmented
            label="Speed of the replay"
            value={String(replay.speed) as (typeof speedOptions)[number]["value"]}
            options={speedOptions}
            onChange={(speed) => replay.setSpeed(Number(speed) as Speed)}
          />
        </div>
      </div>
    </Panel>
  );
}

function progressText(isPast: boolean, isActive: boolean, remainingS: number | null): string {
  if (isPast) return "You see the session as it was then.";
  if (!isActive) return "This is its end. Move the slider to see any moment before.";
  return remainingS === null ? "" : `about ${formatDuration(remainingS)} left`;
}
