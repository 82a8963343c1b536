"use client";

import { useRef, useState } from "react";
import { refresh, useCommand } from "@/api/hooks";
import type { Problem } from "@/api/problem";
import { post } from "@/api/rest";
import type { Training } from "@/api/types";
import { botRequest } from "@/features/bots/bot-form";
import { Attempt } from "@/features/bots/attempt";
import { startRequest, type StartForm } from "@/features/start-training/form";
import { refusalOf, type Refusal } from "@/features/start-training/refusals";

interface Start {
  run: (form: StartForm) => Promise<Training | undefined>;
  busy: boolean;
  problem: Problem | null;
  refusal: Refusal;
  /** Forget what the server refused, as after a change. */
  reset: () => void;
}

/** Makes the bot, if it is a new one, then starts its training: each once, however often it is sent. */
export function useStart(onBotMade: (name: string) => void): Start {
  const bots = useRef(new Attempt());
  const trainings = useRef(new Attempt());
  const [step, setStep] = useState<"bot" | "training">("bot");
  const { run, busy, problem, reset } = useCommand(async (form: StartForm) => {
    let bot = form.bot;
    if (bot === null) {
      setStep("bot");
      const body = botRequest(form.newBot);
      const made = await bots.current.once(body, (id) => post("/api/bots", { body, id }));
      bot = made.name;
      onBotMade(bot);
    }
    setStep("training");
    const body = startRequest({ ...form, bot });
    try {
      return await trainings.current.once(body, (id) => post("/api/trainings", { body, id }));
    } finally {
      void refresh("/api/bots", "/api/trainings");
    }
  });

  return { run, busy, problem, refusal: refusalOf(problem, step), reset };
}
