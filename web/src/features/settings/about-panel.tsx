"use client";

import { useQuery } from "@tanstack/react-query";
import { connection } from "@/api/live";
import { parse } from "@/api/schema";
import { ATTRIBUTION } from "@/charts/attribution";
import { unknown } from "@/lib/format";
import { Panel } from "@/ui/panel";

/** What this page and its server speak, and whose work is in it. */
export function AboutPanel() {
  const protocol = useQuery({
    queryKey: ["about/protocol"],
    queryFn: readProtocol,
    staleTime: Infinity,
  });
  return (
    <Panel title="About">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
        <Line name="Protocol" value={protocol.data ?? unknown} />
        <Line
          name="Charts"
          value={
            <>
              {ATTRIBUTION.text}{" "}
              <a
                href={ATTRIBUTION.href}
                target="_blank"
                rel="noopener noreferrer"
                className="text-accent wrap-anywhere underline underline-offset-2"
              >
                {ATTRIBUTION.href}
              </a>
            </>
          }
        />
        <Line
          name="Licences"
          value="AIBT has the MIT licence. The libraries of this page keep theirs: MIT, ISC and Apache 2.0."
        />
      </dl>
    </Panel>
  );
}

function Line({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{value}</dd>
    </>
  );
}

async function readProtocol(): Promise<string> {
  const answer = parse("OpenMessage", await connection.command("client-is-open", {}));
  return `version ${answer.protocol_version}`;
}
