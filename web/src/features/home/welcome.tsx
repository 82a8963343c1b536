"use client";

import { Bot, BrainCircuit, SlidersHorizontal } from "lucide-react";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { useCommand } from "@/api/hooks";
import { Button, LinkButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { startFirstAgent, trainFirstBot } from "./first-run";
import { refreshRuns } from "./use-runs";

/** The first page of whoever has nothing yet: one click starts something to watch. */
export function Welcome() {
  const bot = useStart(trainFirstBot, "/training?id=");
  const agent = useStart(startFirstAgent, "/session?id=");
  const isBusy = bot.busy || agent.busy;
  const problem = bot.problem ?? agent.problem;
  return (
    <Page title="Home">
      <Panel>
        <div className="flex flex-col items-start gap-4 py-2 sm:py-6">
          <h2 className="text-2xl font-semibold tracking-tight">Welcome to AIBT</h2>
          <p className="max-w-prose text-lg">
            AIBT trains bots that learn to trade, and lets agents, which are language models, trade
            the same markets. You watch every decision live, and can pause, change or stop it at any
            time.
          </p>
          <div className="flex w-full flex-col gap-2 sm:w-auto sm:flex-row sm:flex-wrap">
            <Button
              variant="primary"
              icon={Bot}
              busy={bot.busy}
              disabled={isBusy}
              onClick={bot.start}
              className="min-h-12 px-5 text-lg"
            >
              Train a first bot
            </Button>
            <LinkButton
              href="/trainings?start=1"
              icon={SlidersHorizontal}
              className="min-h-12 px-4"
            >
              Choose everything myself
            </LinkButton>
            <Button
              icon={BrainCircuit}
              busy={agent.busy}
              disabled={isBusy}
              onClick={agent.start}
              className="min-h-12 px-4"
            >
              Let an agent trade
            </Button>
          </div>
          {problem && (
            <div className="w-full max-w-prose">
              <Notice tone="danger" title="It could not be started." live>
                {problem.msg}
              </Notice>
            </div>
          )}
        </div>
      </Panel>
      <div className="grid gap-4 md:grid-cols-3">
        <Step
          title="What the first bot does"
          text="It learns on the hourly euro prices of 2017, which come with AIBT. The first four fifths teach it; on the last fifth, which it never saw, you see what it is worth. It takes some minutes, and needs no key and no network."
        />
        <Step
          title="What the first agent does"
          text="It trades two indices and a share day by day over 2017, and says what it thinks at each step. It follows a script instead of a language model, so it costs nothing."
        />
        <Step
          title="No real money"
          text="All orders are filled on paper, at the next price and with fees. AIBT sends nothing to a broker."
        />
      </div>
    </Page>
  );
}

function Step({ title, text }: { title: string; text: string }) {
  return (
    <Panel title={title}>
      <p className="text-muted">{text}</p>
    </Panel>
  );
}

/** Start something and go to where it can be watched. */
function useStart(begin: (known: []) => Promise<{ id: number }>, path: string) {
  const router = useRouter();
  const act = useCallback(async () => {
    const { id } = await begin([]);
    router.push(`${path}${id}`);
    void refreshRuns();
  }, [begin, path, router]);
  const { run, busy, problem } = useCommand(act);
  return { start: () => void run(), busy, problem };
}
