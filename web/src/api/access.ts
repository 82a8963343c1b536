import { Problem, unreachable } from "@/api/problem";
import { parse } from "@/api/schema";
import type { Schema } from "@/api/types";

/**
 * The access token of this tab, in memory alone. What outlives it is the refresh token, in a cookie
 * that no script can read; a mark in the local storage says that there may be one.
 */
const MARK = "aibt.signed-in";
const EARLY_MS = 30_000;
const PATIENCE_MS = 20_000;

interface Kept {
  token: string;
  expiresAt: number;
}

type Signed = Schema<"SignedInMessage">;

let kept: Kept | null = null;
let refreshing: Promise<Signed | null> | null = null;
const listeners = new Set<(signed: Signed | null) => void>();

/** Return a token that is still good for a while, or null where nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  if (kept !== null && kept.expiresAt - Date.now() > EARLY_MS) return kept.token;
  if (!isMarked()) return null;
  await refreshed();
  return kept?.token ?? null;
}

/** Do not use this token again: the server refused it. */
export function forgetToken(token: string): void {
  if (kept?.token === token) kept = null;
}

/** Take the tokens of a sign-in. */
export function signedIn(signed: Signed): void {
  kept = { token: signed.access_token, expiresAt: Date.parse(signed.expires_at) };
  mark(true);
  tell(signed);
}

export function signedOut(): void {
  kept = null;
  mark(false);
  tell(null);
}

/** Be told of each sign-in, refresh and sign-out. */
export function onAccess(listener: (signed: Signed | null) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Exchange the cookie for the next token; tabs take turns, so that none uses an old cookie.
 *
 * @throws {Problem} the server cannot be reached
 */
export function refreshed(): Promise<Signed | null> {
  refreshing ??= inTurn(refresh).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Whether this browser may have a sign-in. */
export function isMarked(): boolean {
  try {
    return localStorage.getItem(MARK) === "1";
  } catch {
    return kept !== null;
  }
}

async function refresh(): Promise<Signed | null> {
  const response = await fetch("/api/auth/refresh", {
    method: "POST",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => {
    throw unreachable();
  });
  if (response.status === 401 || response.status === 403) {
    signedOut();
    return null;
  }
  if (!response.ok) {
    throw new Problem(
      "unavailable",
      `The server answered ${response.status}.`,
      null,
      response.status,
    );
  }
  const signed = parse("SignedInMessage", await response.json());
  signedIn(signed);
  return signed;
}

async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  if (typeof navigator === "undefined" || navigator.locks === undefined) return act();
  return navigator.locks.request("aibt.refresh", act);
}

function mark(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(MARK, "1");
    else localStorage.removeItem(MARK);
  } catch {
    // a browser without storage asks for the sign-in again after a reload
  }
}

function tell(signed: Signed | null): void {
  for (const listener of listeners) listener(signed);
}

if (typeof window !== "undefined") {
  window.addEventListener("storage", (event) => {
    if (event.key === MARK && event.newValue === null && kept !== null) signedOut();
  });
}
