"use client";

import { useRef } from "react";
import { refresh, useCommand, type Command } from "@/api/hooks";
import { problemOf, type Problem } from "@/api/problem";
import { post } from "@/api/rest";
import type { Bot } from "@/api/types";
import { Attempt } from "@/features/bots/attempt";
import { toast } from "@/ui/toast";

export type BotOrder = "pause" | "resume" | "stop";

const DONE: Record<BotOrder, (name: string) => string> = {
  pause: (name) => `${name} is paused.`,
  resume: (name) => `${name} goes on.`,
  stop: (name) => `${name} has stopped. Its best weights stay.`,
};

/** Pauses, resumes or stops what a bot is doing; answers once it has taken effect. */
export function useBotCommand(
  onProblem?: (problem: Problem) => void,
): Command<[bot: Bot, order: BotOrder], Bot> {
  const attempt = useRef(new Attempt());
  return useCommand(async (bot: Bot, order: BotOrder) => {
    const path = { name: bot.name };
    try {
      const answer = await attempt.current.once([bot.name, bot.training_id, order], (id) =>
        post(`/api/bots/{name}/${order}`, { path, id }),
      );
      toast(DONE[order](bot.name), { tone: "good" });
      return answer;
    } catch (error) {
      onProblem?.(problemOf(error));
      throw error;
    } finally {
      void refresh("/api/bots", "/api/trainings");
    }
  });
}
