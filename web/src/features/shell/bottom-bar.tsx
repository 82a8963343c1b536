"use client";

import { clsx } from "clsx";
import { Ellipsis } from "lucide-react";
import Link from "@/ui/link";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { Dialog } from "@/ui/dialog";
import { currency, destinations } from "./destinations";

const itemClass =
  "flex min-h-14 min-w-0 flex-1 cursor-pointer flex-col items-center justify-center gap-0.5 text-xs font-medium -outline-offset-2";

/** Navigation of a phone, within reach of the thumb. */
export function BottomBar({ isAdmin }: { isAdmin: boolean }) {
  const path = usePathname();
  const [open, setOpen] = useState(false);
  const others = destinations.filter((each) => !each.onPhone && (isAdmin || !each.forAdmins));
  const isElsewhere = others.some((each) => currency(each, path));
  return (
    <nav
      aria-label="Main"
      className="border-line bg-surface fixed inset-x-0 bottom-0 z-30 flex border-t pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {destinations
        .filter((each) => each.onPhone)
        .map((each) => {
          const current = currency(each, path);
          return (
            <Link
              key={each.href}
              href={each.href}
              aria-current={current}
              className={clsx(itemClass, current ? "text-accent" : "text-muted")}
            >
              <each.icon aria-hidden className="size-5" />
              {each.label}
            </Link>
          );
        })}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="More"
        trigger={
          <button
            type="button"
            className={clsx(itemClass, isElsewhere ? "text-accent" : "text-muted")}
          >
            <Ellipsis aria-hidden className="size-5" />
            More
          </button>
        }
        sheet
      >
        <ul className="flex flex-col pb-3">
          {others.map((each) => (
            <li key={each.href}>
              <Link
                href={each.href}
                onClick={() => setOpen(false)}
                aria-current={currency(each, path)}
                className="aria-[current]:text-accent flex min-h-12 items-center gap-3 rounded-md px-1 text-lg"
              >
                <each.icon aria-hidden className="text-muted size-5" />
                {each.label}
              </Link>
            </li>
          ))}
        </ul>
      </Dialog>
    </nav>
  );
}
