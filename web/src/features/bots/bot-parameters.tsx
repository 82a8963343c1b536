"use client";

import type { Bot } from "@/api/types";
import { formatNumber } from "@/lib/format";
import { algorithmLabel, unusedHint } from "@/features/algorithms/algorithms";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import { botFields } from "@/features/bots/bot-form";
import { parameter } from "@/lib/parameters";
import { Panel } from "@/ui/panel";

/** What a bot's next training begins with. */
export function BotParameters({ bot }: { bot: Bot }) {
  const algorithms = useAlgorithms();
  const learning = algorithms.find(({ name }) => name === bot.algorithm);
  return (
    <Panel title="Parameters" hint="They hold for its next training.">
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2 xl:grid-cols-3">
        <div className="min-w-0 sm:col-span-full">
          <dt className="font-medium">{parameter("BotsCreate", "algorithm").label}</dt>
          <dd>
            <span className="text-lg font-semibold">{algorithmLabel(bot.algorithm)}</span>
            {/* As high before the sentence is read as it is afterwards. */}
            <span className="text-muted block min-h-[3lh] text-sm sm:min-h-[1lh]">
              {learning?.sentence}
            </span>
          </dd>
        </div>
        {botFields()
          .filter((name) => name !== "name" && name !== "algorithm")
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
