"use client";

import { useRef } from "react";
import { refresh, useCommand, type Command } from "@/api/hooks";
import type { Problem } from "@/api/problem";
import { patch, post } from "@/api/rest";
import type { Agent } from "@/api/types";
import { agentChanges, agentRequest, type Faults, type Texts } from "@/features/agents/agent-form";
import { Attempt } from "@/features/bots/attempt";

/** Makes an agent, or changes the one that is given: once, however often it is sent. */
export function useSaveAgent(agent: Agent | null): Command<[texts: Texts], Agent> {
  const attempt = useRef(new Attempt());
  return useCommand(async (texts: Texts) => {
    try {
      if (agent === null) {
        const body = agentRequest(texts);
        return await attempt.current.once(body, (id) => post("/api/models", { body, id }));
      }
      const body = agentChanges(agent, texts);
      if (body === null) return agent;
      const path = { model_id: agent.id };
      return await attempt.current.once(body, (id) =>
        patch("/api/models/{model_id}", { path, body, id }),
      );
    } finally {
      void refresh("/api/models");
    }
  });
}

/** What the server refused, at the field that it names; without one it is said for the whole form. */
export function refusedFields(problem: Problem | null, texts: Texts): Faults {
  if (problem === null) return {};
  const [named] = (problem.field ?? "").split(".");
  const field = problem.code === "agent_name_taken" ? "name" : (named ?? "");
  return field in texts ? { [field]: problem.msg } : {};
}
