import {
  Bot,
  BrainCircuit,
  ChartColumn,
  Dumbbell,
  House,
  Scale,
  Settings,
  ShieldCheck,
  Trophy,
  UsersRound,
  type LucideIcon,
} from "lucide-react";

export interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Pages that belong to it, beside its own. */
  with?: string[];
  forAdmins?: boolean;
  /** Has its own place in a phone's bottom bar. */
  onPhone?: boolean;
}

export const destinations: Destination[] = [
  { href: "/", label: "Home", icon: House, onPhone: true },
  { href: "/bots", label: "Bots", icon: Bot, with: ["/bot"], onPhone: true },
  { href: "/trainings", label: "Trainings", icon: Dumbbell, with: ["/training"] },
  { href: "/populations", label: "Populations", icon: UsersRound, with: ["/population"] },
  { href: "/evaluations", label: "Evaluations", icon: Scale, with: ["/evaluation"] },
  {
    href: "/agents",
    label: "Agents",
    icon: BrainCircuit,
    with: ["/agent", "/session"],
    onPhone: true,
  },
  { href: "/leaderboard", label: "Leaderboard", icon: Trophy, onPhone: true },
  { href: "/analytics", label: "Analytics", icon: ChartColumn },
  { href: "/admin", label: "Admin", icon: ShieldCheck, forAdmins: true },
  { href: "/settings", label: "Settings", icon: Settings },
];

/** Whether a page is this destination's: "page" where it is the one itself, true where it belongs to it. */
export function currency(destination: Destination, path: string): "page" | true | undefined {
  const bare = path.length > 1 ? path.replace(/\/$/, "") : path;
  if (bare === destination.href) return "page";
  return destination.with?.includes(bare) ? true : undefined;
}

/** Where somebody is led who must sign in first, and from there back to here. */
export function signInAddress(path: string, query: string): string {
  const here = path + query;
  return here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`;
}
