"use client";

import { AgentsPage } from "@/features/agents/agents-page";

export default function Page() {
  return <AgentsPage />;
}
