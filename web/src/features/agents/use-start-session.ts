"use client";

import { useRouter } from "next/navigation";
import { useRef } from "react";
import { refresh, useCommand, type Command } from "@/api/hooks";
import { post } from "@/api/rest";
import type { Agent, Session } from "@/api/types";
import { sessionHref } from "@/features/agents/agent-links";
import type { Dates } from "@/features/agents/ranges";
import { Attempt } from "@/features/bots/attempt";

export type StartSession = Command<[dates: Dates | null], Session>;

/** Starts a session once, however often it is sent, and leads to it; without dates it is live. */
export function useStartSession(agent: Agent): StartSession {
  const router = useRouter();
  const attempt = useRef(new Attempt());
  return useCommand(async (dates: Dates | null) => {
    const range = dates ?? { start: null, end: null };
    const body = { model_id: agent.id, live: dates === null, ...range };
    try {
      const session = await attempt.current.once(body, (id) =>
        post("/api/trading/start", { body, id }),
      );
      router.push(sessionHref(session.id));
      return session;
    } finally {
      void refresh("/api/models", "/api/sessions");
    }
  });
}
