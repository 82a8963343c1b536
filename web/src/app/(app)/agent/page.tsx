"use client";

import { AgentPage } from "@/features/agents/agent-page";

export default function Page() {
  return <AgentPage />;
}
