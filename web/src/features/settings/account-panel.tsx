"use client";

import { LogOut } from "lucide-react";
import { useCallback } from "react";
import { useCommand, useGet } from "@/api/hooks";
import { signOut, useWho } from "@/api/who";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { PasswordForm } from "./password-form";

/** Who I am, my password, and the way out. */
export function AccountPanel() {
  const who = useWho();
  const me = useGet("/api/auth/me");
  const { run, busy } = useCommand(useCallback(() => signOut(), []));
  const user = who.status === "signed-in" ? who.user : null;
  const isElsewhere = me.status === "ready" && me.value.identity === "supabase";
  return (
    <Panel title="Account">
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
            <span className="wrap-anywhere">{user?.email}</span>
            {user?.is_admin && <Badge tone="accent">Administrator</Badge>}
          </p>
          <Button icon={LogOut} busy={busy} onClick={() => void run()}>
            Sign out
          </Button>
        </div>
        {isElsewhere ? (
          <p className="text-muted">Your password is kept by Supabase. Change it there.</p>
        ) : (
          <PasswordForm email={user?.email ?? ""} />
        )}
      </div>
    </Panel>
  );
}
