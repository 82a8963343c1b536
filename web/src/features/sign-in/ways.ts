"use client";

import { useEffect, useState } from "react";

/** How one may sign in here; null where the server does not say. */
export interface Ways {
  identity: "local" | "supabase";
  mode: "laptop" | "production";
  sign_up: boolean;
  link: boolean;
}

/** Return the ways that the server told of; undefined until it has answered. */
export function useWays(): Ways | null | undefined {
  const [ways, setWays] = useState<Ways | null>();
  useEffect(() => {
    let isLeft = false;
    void readWays().then((read) => {
      if (!isLeft) setWays(read);
    });
    return () => {
      isLeft = true;
    };
  }, []);
  return ways;
}

async function readWays(): Promise<Ways | null> {
  try {
    const response = await fetch("/api/auth/ways");
    return response.ok ? waysOf(await response.json()) : null;
  } catch {
    return null;
  }
}

/** Read an answer; null where it is something else. */
export function waysOf(answer: unknown): Ways | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { identity, mode, sign_up, link } = answer as Record<string, unknown>;
  if (identity !== "local" && identity !== "supabase") return null;
  if (mode !== "laptop" && mode !== "production") return null;
  return { identity, mode, sign_up: sign_up !== false, link: link !== false };
}
