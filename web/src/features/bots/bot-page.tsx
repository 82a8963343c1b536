"use client";

import { CircleHelp, Copy, Pencil, Play, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useGet } from "@/api/hooks";
import type { Loadable } from "@/api/loadable";
import type { Bot } from "@/api/types";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import { BotActivity } from "@/features/bots/bot-activity";
import type { Asked } from "@/features/bots/bot-dialogs";
import { BotParameters } from "@/features/bots/bot-parameters";
import { BotTrainings } from "@/features/bots/bot-trainings";
import { Badge, StateBadge } from "@/ui/badge";
import { Button, LinkButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";
import { Time } from "@/ui/time";
import { useUrlState } from "@/ui/url-state";

const BotDialogs = dynamic(() => import("@/features/bots/bot-dialogs"), { ssr: false });

/** The bot that `?name=` names. */
export function BotPage() {
  const router = useRouter();
  const [name, setName] = useUrlState("name");
  const [deleted, setDeleted] = useState("");
  const isWanted = name !== "" && name !== deleted;
  const path = { name };
  const bot = useGet("/api/bots/{name}", { path }, { everyMs: 3_000, enabled: isWanted });
  const leave = () => {
    setDeleted(name);
    router.push("/bots");
  };
  if (name === "") return <NoBot name="" />;
  if (!isWanted) return <Waiting name={name} />;
  switch (bot.status) {
    case "loading":
      return <Waiting name={name} />;
    case "failed":
      return bot.problem.code === "not_found" ? (
        <NoBot name={name} />
      ) : (
        <Page title={name}>
          <Panel>
            <FailedState problem={bot.problem} retry={bot.retry} />
          </Panel>
        </Page>
      );
    case "ready":
      return <ShownBot bot={bot.value} onRenamed={setName} onDeleted={leave} />;
  }
}

interface ShownBotProps {
  bot: Bot;
  onRenamed: (name: string) => void;
  onDeleted: () => void;
}

function ShownBot({ bot, onRenamed, onDeleted }: ShownBotProps) {
  const router = useRouter();
  const [asked, setAsked] = useState<Asked | null>(null);
  const all = useGet("/api/bots", { query: { limit: 1_000 } });
  const query = { bot_name: bot.name, limit: 200 };
  const trainings = useGet("/api/trainings", { query }, { everyMs: 5_000 });
  return (
    <Page
      title={bot.name}
      badge={
        <>
          <StateBadge state={bot.state} />
          {bot.trained ? <Badge tone="accent">Trained</Badge> : <Badge>Not trained yet</Badge>}
        </>
      }
      subtitle={
        <>
          Learns by {algorithmLabel(bot.algorithm)}, made <Time at={bot.created_at} />, last changed{" "}
          <Time at={bot.updated_at} />
        </>
      }
      actions={
        <>
          <Button icon={Pencil} onClick={() => setAsked({ kind: "edit", bot })}>
            Edit
          </Button>
          <Button icon={Copy} onClick={() => setAsked({ kind: "duplicate", bot })}>
            Duplicate
          </Button>
          <Button icon={Trash2} variant="danger" onClick={() => setAsked({ kind: "delete", bot })}>
            Delete
          </Button>
        </>
      }
    >
      <div className="grid gap-4 lg:grid-cols-[2fr_3fr]">
        <BotActivity bot={bot} onAsk={setAsked} />
        <BotParameters bot={bot} />
      </div>
      <BotTrainings
        bot={bot}
        trainings={trainings}
        onTrain={() => setAsked({ kind: "train", bot })}
      />
      {asked !== null && (
        <BotDialogs
          asked={asked}
          bots={namesakes(all, bot)}
          onClose={() => setAsked(null)}
          onSaved={({ name }) => {
            if (asked.kind === "edit") onRenamed(name);
            else router.push(`/bot?name=${encodeURIComponent(name)}`);
          }}
          onDeleted={onDeleted}
        />
      )}
    </Page>
  );
}

/** All bots where they are known, and this one as it is now. */
function namesakes(all: Loadable<{ bots: Bot[] }>, bot: Bot): Bot[] {
  const others = all.status === "ready" ? all.value.bots : [];
  return [bot, ...others.filter(({ name }) => name !== bot.name)];
}

function Waiting({ name }: { name: string }) {
  return (
    <Page title={name}>
      <div aria-busy="true" className="flex flex-col gap-4">
        <div className="grid gap-4 lg:grid-cols-[2fr_3fr]">
          <Skeleton className="h-64" />
          <Skeleton className="h-64" />
        </div>
        <Skeleton className="h-80" />
      </div>
    </Page>
  );
}

function NoBot({ name }: { name: string }) {
  return (
    <Page title="No such bot">
      <Panel>
        <EmptyState
          icon={CircleHelp}
          title={name === "" ? "No bot is named in the address" : `You have no bot named ${name}`}
          text="It may have been deleted or renamed. Trainings of a deleted bot stay readable."
          action={
            <>
              <LinkButton href="/bots" variant="primary">
                All bots
              </LinkButton>
              <LinkButton href="/trainings" icon={Play}>
                Trainings
              </LinkButton>
            </>
          }
        />
      </Panel>
    </Page>
  );
}
