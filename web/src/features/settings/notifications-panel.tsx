"use client";

import { useState } from "react";
import { setPreferences, usePreferences } from "@/lib/preferences";
import { Switch } from "@/ui/choice";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { mayNotify } from "./end-notifier";

/** Whether the browser tells when something has ended; it is asked for its leave only here. */
export function NotificationsPanel() {
  const isWanted = usePreferences((preferences) => preferences.notifications);
  const [refused, setRefused] = useState<string | null>(null);
  const change = async (on: boolean) => {
    setRefused(null);
    const reason = on ? await refusal() : null;
    setRefused(reason);
    setPreferences({ notifications: on && reason === null });
  };
  return (
    <Panel title="Notifications">
      <div className="flex flex-col gap-3">
        <Switch
          checked={isWanted}
          onChange={(on) => void change(on)}
          label="Tell me when a training or a session has ended"
          hint="The browser shows a message while this page is open but not in front. It asks for your permission first."
        />
        {refused && (
          <Notice tone="warn" live>
            {refused}
          </Notice>
        )}
      </div>
    </Panel>
  );
}

/** Ask the browser; returns why it does not let us, or null. */
async function refusal(): Promise<string | null> {
  if (typeof Notification === "undefined") return "This browser cannot show notifications.";
  if (mayNotify()) return null;
  const answer = await Notification.requestPermission();
  return answer === "granted"
    ? null
    : "The browser does not allow it. Allow notifications for this address in the browser’s settings, then try again.";
}
