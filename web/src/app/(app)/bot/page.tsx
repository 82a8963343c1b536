"use client";

import { BotPage } from "@/features/bots/bot-page";

export default function Page() {
  return <BotPage />;
}
