"use client";

import { create } from "zustand";
import { isMarked, onAccess, refreshed, signedIn, signedOut } from "@/api/access";
import { problemOf, type Problem } from "@/api/problem";
import { post } from "@/api/rest";
import type { User } from "@/api/types";

/** Who uses this page. `problem` says why that is not known yet. */
export type Who =
  | { status: "unknown"; problem?: Problem }
  | { status: "signed-out" }
  | { status: "signed-in"; user: User };

const AGAIN_MS = 3_000;

export const useWho = create<Who>(() => ({ status: "unknown" }));

onAccess((signed) => {
  const who = useWho.getState();
  if (signed === null) useWho.setState({ status: "signed-out" }, true);
  else if (who.status !== "signed-in" || who.user.id !== signed.user.id) {
    useWho.setState({ status: "signed-in", user: signed.user }, true);
  }
});

/** Find out who is here, at the start of the page; ends when it is known. */
export async function recognise(): Promise<void> {
  while (useWho.getState().status === "unknown") {
    if (!isMarked()) {
      useWho.setState({ status: "signed-out" }, true);
      return;
    }
    try {
      await refreshed();
    } catch (error) {
      useWho.setState({ status: "unknown", problem: problemOf(error) }, true);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  signedIn(await post("/api/auth/sign-in", { body: { email, password, cookie: true } }));
}

/** Make an account; returns a sentence where the e-mail must be confirmed before the first sign-in. */
export async function signUp(email: string, password: string): Promise<string | null> {
  const answer: object = await post("/api/auth/sign-up", {
    body: { email, password, cookie: true },
  });
  if ("msg" in answer) return String(answer.msg);
  signedIn(answer as Parameters<typeof signedIn>[0]);
  return null;
}

/** Sign in by the token of a one-time link. */
export async function followLink(token: string): Promise<void> {
  signedIn(await post("/api/auth/link", { body: { token, cookie: true } }));
}

/** Sign out here and at the server; what the server says of it does not matter. */
export async function signOut(): Promise<void> {
  await post("/api/auth/sign-out").catch(() => undefined);
  signedOut();
}
