"use client";

import { useRef } from "react";
import { refresh, useCommand, type Command } from "@/api/hooks";
import { problemOf, type Problem } from "@/api/problem";
import { post } from "@/api/rest";
import type { Agent, Session } from "@/api/types";
import { Attempt } from "@/features/bots/attempt";
import { toast } from "@/ui/toast";

export type AgentOrder = "pause" | "resume" | "stop";

const DONE: Record<AgentOrder, (name: string) => string> = {
  pause: (name) => `${name} is paused.`,
  resume: (name) => `${name} goes on.`,
  stop: (name) => `${name} has stopped. Its journal and its account stay.`,
};

/** Pauses, resumes or stops the active session of an agent; answers once it has taken effect. */
export function useAgentCommand(
  onProblem?: (problem: Problem) => void,
): Command<[agent: Agent, order: AgentOrder], Session> {
  const attempt = useRef(new Attempt());
  return useCommand(async (agent: Agent, order: AgentOrder) => {
    const body = { model_id: agent.id };
    try {
      const answer = await attempt.current.once([agent.session_id, order], (id) =>
        post(`/api/trading/${order}`, { body, id }),
      );
      toast(DONE[order](agent.name), { tone: "good" });
      return answer;
    } catch (error) {
      onProblem?.(problemOf(error));
      throw error;
    } finally {
      void refresh("/api/models", "/api/sessions", "/api/trading");
    }
  });
}
