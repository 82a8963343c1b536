"use client";

import { SessionPage } from "@/features/session/session-page";

export default function Session() {
  return <SessionPage />;
}
