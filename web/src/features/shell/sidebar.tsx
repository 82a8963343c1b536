"use client";

import { clsx } from "clsx";
import Link from "@/ui/link";
import { usePathname } from "next/navigation";
import { Brand } from "./brand";
import { currency, destinations, type Destination } from "./destinations";

/** Navigation beside the page: icons on a tablet, with words where there is room. */
export function Sidebar({ isAdmin }: { isAdmin: boolean }) {
  const path = usePathname();
  return (
    <aside className="border-line bg-surface sticky top-0 hidden h-dvh w-14 shrink-0 flex-col overflow-y-auto border-r md:flex lg:w-52">
      <div className="flex h-12 shrink-0 items-center px-4">
        <Brand hideName="hidden lg:inline" />
      </div>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0.5 p-2">
        {destinations
          .filter((each) => isAdmin || !each.forAdmins)
          .map((each) => (
            <SidebarLink key={each.href} destination={each} path={path} />
          ))}
      </nav>
    </aside>
  );
}

function SidebarLink({ destination, path }: { destination: Destination; path: string }) {
  const { href, label, icon: Icon } = destination;
  const current = currency(destination, path);
  return (
    <Link
      href={href}
      aria-current={current}
      title={label}
      className={clsx(
        "flex min-h-9 items-center gap-3 rounded-md px-2.5 font-medium pointer-coarse:min-h-10",
        href === "/settings" && "mt-auto",
        current
          ? "bg-accent/10 text-accent"
          : "text-muted hover:bg-raised hover:text-ink transition-colors",
      )}
    >
      <Icon aria-hidden className="size-4.5 shrink-0" />
      <span className="sr-only lg:not-sr-only">{label}</span>
    </Link>
  );
}
