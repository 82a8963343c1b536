import { CircleCheck, CircleX } from "lucide-react";
import { unknown } from "@/lib/format";
import { Badge } from "@/ui/badge";

/** Whether something is better than buying and holding; null: it is not known yet. */
export function VerdictBadge({ better }: { better: boolean | null }) {
  if (better === null) return <span className="text-muted">{unknown}</span>;
  return better ? (
    <Badge tone="up" icon={CircleCheck}>
      Better
    </Badge>
  ) : (
    <Badge tone="neutral" icon={CircleX}>
      Not better
    </Badge>
  );
}
