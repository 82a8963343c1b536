import { Dices, Globe, Hourglass } from "lucide-react";
import { Badge } from "@/ui/badge";
import { Delta } from "@/ui/number";
import { formatNumber } from "@/lib/format";
import { returnInterval, sharpeInterval } from "@/features/analytics/figure-words";
import { cautions, type Line } from "./board";

/** A number with the interval in which chance alone could have put it. */
export function ReturnCell({ totalReturn, score }: Pick<Line, "totalReturn" | "score">) {
  return (
    <WithInterval interval={score && returnInterval(score.figures)}>
      <Delta value={totalReturn} as="percent" />
    </WithInterval>
  );
}

export function SharpeCell({ score }: Pick<Line, "score">) {
  return (
    <WithInterval interval={score && sharpeInterval(score.figures)}>
      {formatNumber(score?.figures.sharpe, { digits: 2 })}
    </WithInterval>
  );
}

function WithInterval({
  interval,
  children,
}: {
  interval: string | null;
  children: React.ReactNode;
}) {
  return (
    <>
      {children}
      {interval !== null && (
        <span className="text-muted block text-xs whitespace-nowrap">{interval}</span>
      )}
    </>
  );
}

/** Why the line proves little, and whether others see it. */
export function Marks({ score }: Pick<Line, "score">) {
  if (score === null) return null;
  const found = cautions(score.figures);
  if (found.length === 0 && !score.is_public) return null;
  return (
    <span className="mt-1 flex flex-wrap gap-1">
      {found.map((caution) => (
        <Badge
          key={caution}
          tone="warn"
          icon={caution === "could be luck" ? Dices : Hourglass}
          title={
            caution === "could be luck"
              ? "The 95% interval of the return includes zero"
              : "Too few to prove much"
          }
        >
          {caution}
        </Badge>
      ))}
      {score.is_public && (
        <Badge icon={Globe} title="Everybody sees this line">
          public
        </Badge>
      )}
    </span>
  );
}
