"use client";

import type { Bot } from "@/api/types";
import { formatNumber } from "@/lib/format";
import { algorithmLabel, encoderLabel, unusedHint } from "@/features/algorithms/algorithms";
import { useAlgorithms, useEncoders } from "@/features/algorithms/use-algorithms";
import { botFields } from "@/features/bots/bot-form";
import { parameter } from "@/lib/parameters";
import { Panel } from "@/ui/panel";

/** What a bot's next training begins with. */
export function BotParameters({ bot }: { bot: Bot }) {
  const algorithms = useAlgorithms();
  const learning = algorithms.find(({ name }) => name === bot.algorithm);
  const reading = useEncoders().find(({ name }) => name === bot.encoder);
  return (
    <Panel title="Parameters" hint="They hold for its next training.">
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2 xl:grid-cols-3">
        <Way
          label={parameter("BotsCreate", "algorithm").label}
          name={algorithmLabel(bot.algorithm)}
          sentence={learning?.sentence}
        />
        <Way
          label={parameter("BotsCreate", "encoder").label}
          name={encoderLabel(bot.encoder)}
          sentence={unusedHint(algorithms, bot.algorithm, "encoder") ?? reading?.sentence}
        />
        {botFields()
          .filter((name) => name !== "name" && name !== "algorithm" && name !== "encoder")
          .map((name) => {
            const { label, description, unit } = parameter("BotsCreate", name);
            return (
              <div key={name} className="min-w-0">
                <dt className="font-medium">{label}</dt>
                <dd>
                  <span className="text-lg font-semibold">{formatNumber(bot[name])}</span>
                  {unit && <span className="text-muted ml-1 text-sm">{unit}</span>}
                  <span className="text-muted block text-sm">
                    {unusedHint(algorithms, bot.algorithm, name) ?? description}
                  </span>
                </dd>
              </div>
            );
          })}
      </dl>
    </Panel>
  );
}

interface WayProps {
  label: string;
  name: string;
  /** What it does; undefined until it is read. */
  sentence: string | undefined;
}

/** One of several ways, with what it does; as high before the sentence is read as it is afterwards. */
function Way({ label, name, sentence }: WayProps) {
  return (
    <div className="min-w-0 sm:col-span-full">
      <dt className="font-medium">{label}</dt>
      <dd>
        <span className="text-lg font-semibold">{name}</span>
        <span className="text-muted block min-h-[3lh] text-sm sm:min-h-[1lh]">{sentence}</span>
      </dd>
    </div>
  );
}
