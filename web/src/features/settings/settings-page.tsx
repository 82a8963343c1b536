"use client";

import { Page } from "@/ui/page";
import { AboutPanel } from "./about-panel";
import { AccountPanel } from "./account-panel";
import { AppearancePanel } from "./appearance-panel";
import { KeysPanel } from "./keys-panel";
import { NotificationsPanel } from "./notifications-panel";

export function SettingsPage() {
  return (
    <Page title="Settings">
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="grid min-w-0 gap-4">
          <AppearancePanel />
          <NotificationsPanel />
          <AboutPanel />
        </div>
        <div className="grid min-w-0 gap-4">
          <AccountPanel />
          <KeysPanel />
        </div>
      </div>
    </Page>
  );
}
