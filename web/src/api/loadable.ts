import type { Problem } from "@/api/problem";

/** Something that is read from the server, in each of its states. */
export type Loadable<T> =
  | { status: "loading" }
  | { status: "failed"; problem: Problem; retry?: () => void }
  | { status: "ready"; value: T; at: number; stale?: boolean };

/** Apply a function to the value, once there is one. */
export function mapped<T, U>(loadable: Loadable<T>, change: (value: T) => U): Loadable<U> {
  return loadable.status === "ready" ? { ...loadable, value: change(loadable.value) } : loadable;
}
