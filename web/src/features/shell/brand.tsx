import Link from "@/ui/link";

/** Three bars of a market and the name. */
export function Brand({ hideName }: { hideName?: string }) {
  return (
    <Link
      href="/"
      aria-label="AIBT, home"
      className="inline-flex min-h-10 items-center gap-2.5 rounded-md"
    >
      <svg aria-hidden viewBox="0 0 24 24" className="text-accent size-6 shrink-0" fill="none">
        <rect x="0.75" y="0.75" width="22.5" height="22.5" rx="6" className="fill-accent" />
        <g className="stroke-on-accent" strokeWidth="1.5" strokeLinecap="round">
          <path d="M7 9v9.5M12 5v11M17 4v8.5" />
        </g>
        <g className="fill-on-accent">
          <rect x="5.25" y="11.5" width="3.5" height="5" rx="0.75" />
          <rect x="10.25" y="8" width="3.5" height="5.5" rx="0.75" />
          <rect x="15.25" y="5.5" width="3.5" height="4.5" rx="0.75" />
        </g>
      </svg>
      <span className={hideName ?? ""}>
        <span className="text-lg font-semibold tracking-tight">AIBT</span>
      </span>
    </Link>
  );
}
