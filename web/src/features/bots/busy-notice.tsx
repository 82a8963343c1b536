import Link from "@/ui/link";
import type { ReactNode } from "react";
import type { Bot } from "@/api/types";
import { Notice } from "@/ui/notice";

/** A bot does one thing at a time: where it does so now, and what can be done about it. */
export function BusyNotice({ bot, children }: { bot: Bot; children: ReactNode }) {
  return (
    <Notice tone="warn">
      {bot.name} is in{" "}
      <Link href={`/training?id=${bot.training_id}`} className="text-accent underline">
        training {bot.training_id}
      </Link>{" "}
      now. {children}
    </Notice>
  );
}
