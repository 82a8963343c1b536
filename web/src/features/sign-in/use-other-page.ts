"use client";

import { useSyncExternalStore } from "react";
import { withNext } from "./auth-frame";

const never = () => () => undefined;

/** Return the address of the other of the two pages; it keeps where to go afterwards. */
export function useOtherPage(path: "/sign-in" | "/sign-up"): string {
  return useSyncExternalStore(
    never,
    () => withNext(path, window.location.search),
    () => path,
  );
}
