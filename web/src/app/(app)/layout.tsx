import type { ReactNode } from "react";
import { EndNotifier } from "@/features/settings/end-notifier";
import { Shell } from "@/features/shell/shell";

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Shell>
      <EndNotifier />
      {children}
    </Shell>
  );
}
