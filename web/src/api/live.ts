"use client";

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { onAccess } from "@/api/access";
import { Connection, type ConnectionState } from "@/api/connection";
import { EvaluationFeed } from "@/api/feeds/evaluation-feed";
import { PopulationFeed } from "@/api/feeds/population-feed";
import { FEED_OPTIONS } from "@/api/feeds/run-feed";
import { SessionFeed } from "@/api/feeds/session-feed";
import { TrainingFeed } from "@/api/feeds/training-feed";
import { Problem } from "@/api/problem";
import { get, post } from "@/api/rest";
import type { Bot, Session, Training } from "@/api/types";
import { uuid } from "@/lib/uuid";

/** What each command answers with. */
interface Answers {
  "bots-pause": Bot;
  "bots-resume": Bot;
  "bots-stop": Bot;
  "trainings-pause": Training;
  "trainings-resume": Training;
  "trainings-stop": Training;
  "trainings-update": Training;
  "sessions-pause": Session;
  "sessions-resume": Session;
  "sessions-stop": Session;
}

/** The one socket of this tab. */
export const connection = new Connection({
  open: (protocols) => new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`, protocols),
  ticket: async () => {
    try {
      return (await post("/api/ws-ticket")).ticket;
    } catch (error) {
      if (error instanceof Problem && error.code === "not_signed_in") return null;
      throw error;
    }
  },
  now: () => Date.now(),
  later: (act, ms) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  id: uuid,
});

onAccess((signed) => {
  if (signed === null) connection.stop();
});
if (typeof window !== "undefined") {
  window.addEventListener("online", () => connection.hurry());
}

const NOT_YET: ConnectionState = { state: "idle", since: 0 };

export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    connection.subscribe,
    () => connection.state,
    () => NOT_YET,
  );
}

/**
 * Send a command over the socket; it has one effect, however often the connection is lost.
 *
 * @throws {Problem} it was refused, or nothing answered in time
 */
export async function command<Query extends keyof Answers>(
  query: Query,
  params: object,
): Promise<Answers[Query]> {
  return (await connection.command(query, params)) as Answers[Query];
}

/** Follow a training while the component is there; null where there is no id. */
export function useTraining(id: number | null, rateHz: number | null = null): TrainingFeed | null {
  return useOpened(id, rateHz, trainingFeed);
}

/** Follow a session while the component is there; null where there is no id. */
export function useSession(id: number | null, rateHz: number | null = null): SessionFeed | null {
  return useOpened(id, rateHz, sessionFeed);
}

/** Follow a population while the component is there; null where there is no id. */
export function usePopulation(id: number | null): PopulationFeed | null {
  return useOpened(id, null, populationFeed);
}

/** Follow an evaluation while the component is there; null where there is no id. */
export function useEvaluation(id: number | null): EvaluationFeed | null {
  return useOpened(id, null, evaluationFeed);
}

/**
 * Read a part of a feed, and render again when it is another one (by `Object.is`).
 *
 * So a selector returns a primitive, or an object that the feed itself keeps.
 */
export function useFeed<Feed extends Subscribable, Part>(
  feed: Feed,
  select: (feed: Feed) => Part,
): Part {
  return useSyncExternalStore(
    feed.subscribe,
    () => select(feed),
    () => select(feed),
  );
}

interface Subscribable {
  subscribe: (listener: () => void) => () => void;
}

interface Openable {
  open: () => Promise<void>;
  close: () => void;
}

function useOpened<Feed extends Openable>(
  id: number | null,
  rateHz: number | null,
  make: (id: number, rateHz: number | null) => Feed,
): Feed | null {
  const feed = useMemo(() => (id === null ? null : make(id, rateHz)), [id, rateHz, make]);
  useEffect(() => {
    void feed?.open();
    return () => feed?.close();
  }, [feed]);
  return feed;
}

function trainingFeed(id: number, rateHz: number | null): TrainingFeed {
  const path = { training_id: id };
  const backend = {
    read: () => get("/api/trainings/{training_id}", { path }),
    load: () => get("/api/trainings/{training_id}/load", { path }),
    events: async (_: number, after: number, limit: number) =>
      (await get("/api/trainings/{training_id}/events", { path, query: { after, limit } })).events,
  };
  return new TrainingFeed(id, backend, connection, { ...FEED_OPTIONS, rateHz });
}

function sessionFeed(id: number, rateHz: number | null): SessionFeed {
  const path = { session_id: id };
  const backend = {
    read: () => get("/api/sessions/{session_id}", { path }),
    events: async (_: number, after: number, limit: number) =>
      (await get("/api/sessions/{session_id}/events", { path, query: { after, limit } })).events,
  };
  return new SessionFeed(id, backend, connection, { ...FEED_OPTIONS, rateHz });
}

function populationFeed(id: number, rateHz: number | null): PopulationFeed {
  const path = { population_id: id };
  const backend = {
    read: () => get("/api/populations/{population_id}", { path }),
    events: async (_: number, after: number, limit: number) =>
      (await get("/api/populations/{population_id}/events", { path, query: { after, limit } }))
        .events,
  };
  return new PopulationFeed(id, backend, connection, { ...FEED_OPTIONS, history: 200, rateHz });
}

function evaluationFeed(id: number, rateHz: number | null): EvaluationFeed {
  const path = { evaluation_id: id };
  const backend = {
    read: () => get("/api/evaluations/{evaluation_id}", { path }),
    events: async (_: number, after: number, limit: number) =>
      (await get("/api/evaluations/{evaluation_id}/events", { path, query: { after, limit } }))
        .events,
  };
  return new EvaluationFeed(id, backend, connection, { ...FEED_OPTIONS, rateHz });
}
