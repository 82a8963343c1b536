"use client";

import { ArrowRight, Pause, Play, Square } from "lucide-react";
import { useGet } from "@/api/hooks";
import type { Bot, Training } from "@/api/types";
import type { Asked } from "@/features/bots/bot-dialogs";
import { CONSEQUENCES } from "@/features/bots/consequences";
import { activeTraining } from "@/features/bots/results";
import { useBotCommand } from "@/features/bots/use-bot-command";
import { isMember, Membership } from "@/features/populations/membership";
import { formatNumber } from "@/lib/format";
import { stateWord } from "@/ui/badge";
import { Button, LinkButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { Ready, Skeleton } from "@/ui/state";

interface BotActivityProps {
  bot: Bot;
  onAsk: (asked: Asked) => void;
}

/** What a bot does now, with its controls; else how to train it. */
export function BotActivity({ bot, onAsk }: BotActivityProps) {
  const id = activeTraining(bot);
  if (id === null) return <Idle bot={bot} onAsk={onAsk} />;
  return (
    <Panel
      title={`${stateWord(bot.state)}: training ${id}`}
      actions={
        <LinkButton size="sm" icon={ArrowRight} href={`/training?id=${id}`}>
          Watch it
        </LinkButton>
      }
    >
      <div className="flex flex-col gap-4">
        <ActiveTraining id={id} />
        <Controls bot={bot} onAsk={onAsk} />
      </div>
    </Panel>
  );
}

function Idle({ bot, onAsk }: BotActivityProps) {
  return (
    <Panel title={bot.trained ? "Train it again" : "Train it"}>
      <div className="flex flex-col items-start gap-3">
        <p>
          {bot.trained
            ? `The next training of ${bot.name} goes on from its best weights, and replaces them only by better ones.`
            : `${bot.name} has learned nothing yet. Choose a symbol, and it begins.`}
        </p>
        <Button variant="primary" icon={Play} onClick={() => onAsk({ kind: "train", bot })}>
          {bot.trained ? "Train again" : "Train"}
        </Button>
        {bot.trained && (
          <p className="text-muted text-sm">
            To begin anew, switch on “Start from new weights” among all other parameters: what{" "}
            {bot.name} has learned is then replaced.
          </p>
        )}
      </div>
    </Panel>
  );
}

function ActiveTraining({ id }: { id: number }) {
  const path = { training_id: id };
  const training = useGet("/api/trainings/{training_id}", { path }, { everyMs: 2_000 });
  return (
    <Ready of={training} loading={<Skeleton className="h-28" />}>
      {(value) => <Standing training={value} />}
    </Ready>
  );
}

function Standing({ training }: { training: Training }) {
  const { episodes, days, profit, symbol, period, reason } = training;
  return (
    <div className="flex min-h-28 flex-col gap-2">
      <p>
        {symbol}, {period}
        {isMember(training) && (
          <>
            , <Membership of={training} />
          </>
        )}
        {reason !== null && <span className="text-muted">: {reason}</span>}
      </p>
      <Line name="Episodes" {...episodes} />
      <Line name="Days" {...days} />
      <p className="flex justify-between gap-3">
        <span className="text-muted">Profit of this episode</span>
        <Delta value={profit} />
      </p>
    </div>
  );
}

interface LineProps {
  name: string;
  current: number;
  max: number;
  percentage_done: number;
}

function Line({ name, current, max, percentage_done: percentage }: LineProps) {
  const text = `${formatNumber(current)} of ${formatNumber(max)}`;
  return (
    <div>
      <p className="flex justify-between gap-3">
        <span className="text-muted">{name}</span>
        <span>{text}</span>
      </p>
      <Progress value={percentage / 100} label={name} text={text} />
    </div>
  );
}

function Controls({ bot, onAsk }: BotActivityProps) {
  const { run, busy, problem } = useBotCommand();
  const order = bot.state === "paused" ? "resume" : "pause";
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <div className="flex flex-col items-start gap-1">
          <Button
            icon={order === "pause" ? Pause : Play}
            busy={busy}
            onClick={() => void run(bot, order)}
          >
            {order === "pause" ? "Pause" : "Resume"}
          </Button>
          <p className="text-muted text-sm">{CONSEQUENCES[order]}</p>
        </div>
        <div className="flex flex-col items-start gap-1">
          <Button icon={Square} variant="danger" onClick={() => onAsk({ kind: "stop", bot })}>
            Stop
          </Button>
          <p className="text-muted text-sm">{CONSEQUENCES.stop}</p>
        </div>
      </div>
      {problem !== null && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
    </div>
  );
}
