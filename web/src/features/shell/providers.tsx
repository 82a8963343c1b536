"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { queries } from "@/api/hooks";
import { recognise } from "@/api/who";
import { PreferencesKeeper } from "@/lib/preferences";
import { Toasts } from "@/ui/toast";

/** What every page needs, signed in or not. */
export function Providers({ children }: { children: ReactNode }) {
  useEffect(() => void recognise(), []);
  return (
    <QueryClientProvider client={queries}>
      <PreferencesKeeper />
      {children}
      <Toasts />
    </QueryClientProvider>
  );
}
