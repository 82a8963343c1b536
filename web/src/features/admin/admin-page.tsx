"use client";

import { ShieldX } from "lucide-react";
import { useWho } from "@/api/who";
import { LinkButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { useUrlState } from "@/ui/url-state";
import { AuditTab } from "./audit-tab";
import { RunsTab } from "./runs-tab";
import { SystemTab } from "./system-tab";
import { UsersTab } from "./users-tab";
import { WhitelistTab } from "./whitelist-tab";

const tabs = [
  { id: "users", label: "Users", content: <UsersTab /> },
  { id: "whitelist", label: "Whitelist", content: <WhitelistTab /> },
  { id: "runs", label: "Runs", content: <RunsTab /> },
  { id: "system", label: "System", content: <SystemTab /> },
  { id: "audit", label: "Audit log", content: <AuditTab /> },
];

/** What administrators see and do. Each look and each deed leaves an entry in the audit log. */
export function AdminPage() {
  const isAdmin = useWho((who) => who.status === "signed-in" && who.user.is_admin);
  const [tab, setTab] = useUrlState("tab", "users");
  if (!isAdmin) return <Refused />;
  return (
    <Page
      title="Admin"
      subtitle="Each look at what belongs to others, and each change, is noted in the audit log."
    >
      <Tabs label="Parts of the administration" tabs={tabs} value={tab} onChange={setTab} />
    </Page>
  );
}

function Refused() {
  return (
    <Page title="Admin">
      <Panel>
        <EmptyState
          icon={ShieldX}
          title="Only administrators may see this."
          text={
            <>
              Whoever runs AIBT here makes you one with{" "}
              <code className="font-mono">aibt users make-admin</code> and your e-mail.
            </>
          }
          action={<LinkButton href="/">Back to home</LinkButton>}
        />
      </Panel>
    </Page>
  );
}
