"use client";

import { useQuery } from "@tanstack/react-query";
import type { Loadable } from "@/api/loadable";
import { problemOf } from "@/api/problem";
import { post } from "@/api/rest";
import type { Schema } from "@/api/types";
import {
  agentRequest,
  type AgentRequest,
  type Faults,
  type Texts,
} from "@/features/agents/agent-form";
import { useSettled } from "@/features/start-training/use-market";

export type Preview = Schema<"AgentPreviewMessage">;

const PAUSE_MS = 500;

/** Stand where nothing is typed yet; no message names the model. */
const STAND_INS: Texts = { name: "Your agent", base_model: "script/demo" };

/** What to ask for while the form is not finished; null: what must be known first is missing. */
export function previewRequest(texts: Texts, faults: Faults): AgentRequest | null {
  const wrong = Object.keys(faults).filter((name) => name !== "name" || texts.name === "");
  if (wrong.includes("universe") || wrong.includes("prompt")) return null;
  const replaced = wrong.map((name) => [name, STAND_INS[name] ?? ""]);
  return agentRequest({ ...texts, ...(Object.fromEntries(replaced) as Texts) });
}

/** What the model is told when a session begins, read again once the typing rests. */
export function usePreview(request: AgentRequest | null): Loadable<Preview> | null {
  const settled = useSettled(request === null ? "" : JSON.stringify(request), PAUSE_MS);
  const query = useQuery({
    queryKey: ["agents/preview", settled],
    queryFn: ({ signal }) =>
      post("/api/providers/preview", { body: JSON.parse(settled) as AgentRequest, signal }),
    enabled: settled !== "",
    placeholderData: (before) => before,
    staleTime: Infinity,
  });
  if (request === null || settled === "") return null;
  if (query.error !== null) {
    return {
      status: "failed",
      problem: problemOf(query.error),
      retry: () => void query.refetch(),
    };
  }
  if (query.data === undefined) return { status: "loading" };
  return { status: "ready", value: query.data, at: query.dataUpdatedAt };
}
