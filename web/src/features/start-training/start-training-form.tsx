"use client";

import { Play } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useId, useRef, useState, type SubmitEvent } from "react";
import { useGet } from "@/api/hooks";
import type { Bot } from "@/api/types";
import { AlgorithmChoice } from "@/features/algorithms/algorithm-choice";
import { algorithmLabel, encoderLabel, fittingEncoder } from "@/features/algorithms/algorithms";
import { EncoderChoice } from "@/features/algorithms/encoder-choice";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import { newBotTexts, type Faults, type Texts } from "@/features/bots/bot-form";
import { freeName } from "@/features/bots/names";
import { BotChoice } from "@/features/start-training/bot-choice";
import {
  faultsOf,
  learningOf,
  startTexts,
  usualBot,
  withBot,
  withLearning,
  type Learning,
  type StartForm,
  type StartName,
} from "@/features/start-training/form";
import { MarketChoice } from "@/features/start-training/market-choice";
import { OtherParameters } from "@/features/start-training/other-parameters";
import { splitFault } from "@/features/start-training/split";
import { SplitChoice } from "@/features/start-training/split-choice";
import { summaryOf } from "@/features/start-training/summary";
import { useMarket, type Market } from "@/features/start-training/use-market";
import { useStart } from "@/features/start-training/use-start";
import { usePreferences } from "@/lib/preferences";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";
import { ParameterField } from "@/ui/parameter-field";
import { FailedState, Skeleton } from "@/ui/state";

export interface StartTrainingFormProps {
  onOpenChange: (open: boolean) => void;
  /** The bot that is meant at first. */
  botName?: string;
}

const NUMBERS: readonly StartName[] = ["balance", "min_episodes", "max_episodes", "batch_size"];

/** Reads my bots, then asks what to train and on what. */
export default function StartTrainingForm({ onOpenChange, botName }: StartTrainingFormProps) {
  const found = useGet("/api/bots", { query: { limit: 1_000 } }, { everyMs: 5_000 });
  if (found.status === "ready") {
    return <ReadyForm bots={found.value.bots} {...{ onOpenChange, botName }} />;
  }
  return (
    <Dialog open onOpenChange={onOpenChange} title="Start a training" width="lg">
      {found.status === "failed" ? (
        <FailedState problem={found.problem} retry={found.retry} />
      ) : (
        <div aria-busy="true">
          <Skeleton className="h-[36rem] w-full" />
        </div>
      )}
    </Dialog>
  );
}

type ReadyFormProps = StartTrainingFormProps & { bots: readonly Bot[] };

function ReadyForm({ bots, onOpenChange, botName }: ReadyFormProps) {
  const router = useRouter();
  const query = useSearchParams();
  const zone = usePreferences((preferences) => preferences.zone);
  const id = useId();
  const element = useRef<HTMLFormElement>(null);
  const names = bots.map((bot) => bot.name);
  const [form, setForm] = useState<StartForm>(() => {
    const bot = names.find((name) => name === (botName ?? query.get("bot"))) ?? usualBot(bots);
    const newBot = newBotTexts(freeName(names));
    return withBot({ bot, newBot, texts: startTexts(query) }, bot);
  });
  const [made, setMade] = useState<string | null>(null);
  const market = useMarket(form.texts);
  const start = useStart((name) => {
    setMade(name);
    setForm((before) => ({ ...before, bot: name }));
  });
  const bot = bots.find((each) => each.name === form.bot) ?? null;
  const algorithms = useAlgorithms();
  const learning = learningOf(form, bot);
  const { algorithm, encoder } = learning;
  const otherwise = bot === null ? null : changedLearning(bot, learning);
  const local = localFaults(form, names, market);
  const faults = { ...marketFaults(market), ...local, ...start.refusal.faults };

  const change = (changes: Partial<StartForm>) => {
    start.reset();
    setForm((before) => ({ ...before, ...changes }));
  };
  const changeTexts = (changes: Texts) => change({ texts: { ...form.texts, ...changes } });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (Object.keys(local).length > 0) return showFirstFault(element.current);
    const training = await start.run({ ...form, texts: { ...form.texts, ...chosen(market) } });
    if (training === undefined) return showFirstFault(element.current);
    onOpenChange(false);
    router.push(`/training?id=${training.id}`);
  };

  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="Start a training"
      width="lg"
      footer={
        <>
          <p className="text-muted min-h-10 basis-full text-sm wrap-anywhere sm:flex-1 sm:basis-0">
            {summaryOf({
              form,
              period: market.period,
              isTrained: bot?.trained ?? false,
              learnsOtherwise: otherwise !== null,
              times: market.bars.status === "ready" ? market.bars.value.date_range : null,
              zone,
            })}
          </p>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" icon={Play} type="submit" form={id} busy={start.busy}>
            Start training
          </Button>
        </>
      }
    >
      <form id={id} ref={element} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {made !== null && start.problem !== null && (
          <Notice tone="info">{made} was made. Its training has not started yet.</Notice>
        )}
        {start.refusal.msg !== null && (
          <Notice tone="danger" live>
            {start.refusal.msg}
          </Notice>
        )}
        <BotChoice
          form={form}
          bots={bots}
          faults={faults}
          onBot={(next) => change(withBot(form, next))}
          onNewBot={(changes) => change({ newBot: { ...form.newBot, ...changes } })}
        />
        <AlgorithmChoice
          value={algorithm}
          onChange={(next) => {
            const fitting = fittingEncoder(algorithms, next, encoder);
            change(withLearning(form, bot, { algorithm: next, encoder: fitting }));
          }}
          own={bot?.algorithm}
          fault={faults.algorithm ?? faults["bot.algorithm"]}
        />
        <EncoderChoice
          value={encoder}
          onChange={(next) => change(withLearning(form, bot, { algorithm, encoder: next }))}
          algorithm={algorithm}
          own={bot?.encoder}
          fault={faults.encoder ?? faults["bot.encoder"]}
        />
        {otherwise !== null && (
          <Notice tone={bot?.trained ? "warn" : "info"} live>
            {otherwise}
          </Notice>
        )}
        <MarketChoice texts={form.texts} market={market} faults={faults} onChange={changeTexts} />
        <SplitChoice
          percentage={Number(form.texts.train_data_percentage)}
          onChange={(next) => changeTexts({ train_data_percentage: String(next) })}
          bars={market.bars}
          fault={faults.train_data_percentage}
        />
        <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-4">
          {NUMBERS.map((name) => (
            <ParameterField
              key={name}
              model="TrainingsStart"
              name={name}
              value={form.texts[name] ?? ""}
              onChange={(text) => changeTexts({ [name]: text })}
              fault={faults[name]}
            />
          ))}
        </div>
        <OtherParameters
          texts={form.texts}
          faults={faults}
          bot={bot}
          algorithm={algorithm}
          onChange={changeTexts}
        />
      </form>
    </Dialog>
  );
}

/** What becomes of a bot that is to learn otherwise from now on; null: it learns as it did. */
function changedLearning(bot: Bot, { algorithm, encoder }: Learning): string | null {
  const changes: { now: string; before: string }[] = [];
  if (algorithm !== bot.algorithm) {
    const now = `learns by ${algorithmLabel(algorithm)}`;
    changes.push({ now, before: algorithmLabel(bot.algorithm) });
  }
  if (encoder !== bot.encoder) {
    const now = `reads the bars by ${encoderLabel(encoder)}`;
    changes.push({ now, before: encoderLabel(bot.encoder) });
  }
  if (changes.length === 0) return null;
  const now = changes.map((each) => each.now).join(" and ");
  const before = changes.map((each) => each.before).join(" and ");
  const lost = bot.trained ? `, and forgets all that it has learned by ${before}` : "";
  return `${bot.name} ${now} from this training on${lost}.`;
}

function localFaults(form: StartForm, taken: readonly string[], { bars }: Market): Faults {
  const faults = faultsOf(form, taken);
  if (bars.status !== "ready" || faults.train_data_percentage !== undefined) return faults;
  const share = Number(form.texts.train_data_percentage);
  const found = splitFault(bars.value.date_range.length, share);
  return found === null ? faults : { ...faults, train_data_percentage: found };
}

/** What the sources say of the symbol, before a start is tried. */
function marketFaults({ bars }: Market): Faults {
  if (bars.status !== "failed") return {};
  return { [bars.problem.field ?? "symbol"]: bars.problem.msg };
}

/** Trained is on what is shown. */
function chosen({ period, source }: Market): Texts {
  return { period, source };
}

function showFirstFault(form: HTMLElement | null): void {
  setTimeout(() => form?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
}
