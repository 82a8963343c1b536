"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { get } from "@/api/rest";
import { formatMoney } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { activeOf, endings, type Ending, type EndingRun } from "./notify";

const LOOK_MS = 15_000;
const LOOKED_AT = { limit: 40 };

/** Tells, while nobody looks at the page, when a training or a session of mine has ended. Once per page, where somebody is signed in. */
export function EndNotifier(): null {
  const isWanted = usePreferences((preferences) => preferences.notifications);
  const router = useRouter();
  useEffect(() => {
    if (!isWanted || !mayNotify()) return;
    let active = new Set<string>();
    const look = async () => {
      const now = await runs().catch(() => null);
      if (now === null) return;
      if (document.hidden) {
        for (const ending of endings(active, now, (value) => formatMoney(value, { sign: true }))) {
          show(ending, (href) => router.push(href));
        }
      }
      active = activeOf(now);
    };
    const onTimer = () => {
      if (document.hidden) void look();
    };
    void look();
    const timer = setInterval(onTimer, LOOK_MS);
    const onHidden = () => void look();
    document.addEventListener("visibilitychange", onHidden);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onHidden);
    };
  }, [isWanted, router]);
  return null;
}

/** Whether this browser lets the page notify. */
export function mayNotify(): boolean {
  return typeof Notification !== "undefined" && Notification.permission === "granted";
}

async function runs(): Promise<EndingRun[]> {
  const [{ trainings }, { sessions }] = await Promise.all([
    get("/api/trainings", { query: LOOKED_AT }),
    get("/api/sessions", { query: LOOKED_AT }),
  ]);
  return [
    ...trainings.map(({ id, bot_name: name, state, out_of_sample: result }) => ({
      kind: "training" as const,
      id,
      name,
      state,
      profit: result?.profit ?? null,
    })),
    ...sessions.map(({ id, model_name: name, state, profit }) => ({
      kind: "session" as const,
      id,
      name,
      state,
      profit,
    })),
  ];
}

function show({ tag, title, body, href }: Ending, open: (href: string) => void): void {
  try {
    const notification = new Notification(title, { body, tag });
    notification.onclick = () => {
      window.focus();
      open(href);
      notification.close();
    };
  } catch {
    // some phones notify from a service worker alone, and we have none
  }
}
