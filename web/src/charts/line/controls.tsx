import { Maximize2 } from "lucide-react";
import { formatNumber } from "@/lib/format";
import { Button, IconButton } from "@/ui/button";
import { Slider } from "@/ui/slider";

interface ControlsProps {
  /** Null: there is nothing to be smoothed. */
  smoothing: number | null;
  onSmoothing: (weight: number) => void;
  /** Null: the scale cannot be changed. */
  log: boolean | null;
  onLog: (log: boolean) => void;
  onReset: () => void;
}

export function Controls({ smoothing, onSmoothing, log, onLog, onReset }: ControlsProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 text-xs">
      {smoothing !== null && (
        <div className="text-muted flex items-center gap-2">
          <span aria-hidden>Smoothing</span>
          <span className="w-24">
            <Slider
              label="Smoothing"
              value={smoothing}
              onChange={onSmoothing}
              minimum={0}
              maximum={0.99}
              step={0.01}
            />
          </span>
          <span className="text-ink w-[4ch] text-right">
            {formatNumber(smoothing, { digits: 2 })}
          </span>
        </div>
      )}
      {log !== null && (
        <Button
          size="sm"
          variant={log ? "secondary" : "ghost"}
          aria-pressed={log}
          title="Log scale"
          onClick={() => onLog(!log)}
        >
          Log
        </Button>
      )}
      <IconButton size="sm" icon={Maximize2} label="Show all points" onClick={onReset} />
    </div>
  );
}
