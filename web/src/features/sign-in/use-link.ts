"use client";

import { useEffect, useState } from "react";
import { problemOf, type Problem } from "@/api/problem";
import { followLink } from "@/api/who";

export type LinkState =
  { status: "none" } | { status: "following" } | { status: "refused"; problem: Problem };

/** Follow the one-time link whose token the address has after its `#`, and take it out of there at once. */
export function useLink(): LinkState {
  const [state, setState] = useState<LinkState>({ status: "none" });
  useEffect(() => {
    const follow = async () => {
      const token = takeToken();
      if (token === null) return;
      setState({ status: "following" });
      try {
        await followLink(token);
        setState({ status: "none" });
      } catch (error) {
        setState({ status: "refused", problem: problemOf(error) });
      }
    };
    const onHash = () => void follow();
    onHash();
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);
  return state;
}

function takeToken(): string | null {
  const { hash, pathname, search } = window.location;
  if (hash.length < 2) return null;
  window.history.replaceState(null, "", pathname + search);
  return decoded(hash.slice(1));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
