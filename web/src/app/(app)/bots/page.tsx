"use client";

import { BotsPage } from "@/features/bots/bots-page";

export default function Page() {
  return <BotsPage />;
}
