import type { Zone } from "@/lib/format";

const FORMS = {
  year: { year: "numeric" },
  month: { month: "short", year: "numeric" },
  day: { day: "numeric", month: "short" },
  minute: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

export type TickForm = keyof typeof FORMS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** A time in seconds on an axis, as short as its neighbours allow. */
export function tickText(seconds: number, zone: Zone, form: TickForm): string {
  const key = `${zone} ${form}`;
  const timeZone = zone === "utc" ? "UTC" : undefined;
  const format = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...FORMS[form], timeZone });
  formats.set(key, format);
  return format.format(seconds * 1000).replace("Sept", "Sep");
}

/** The form that tells apart the ticks of a time axis that are so many seconds away from each other. */
export function tickForm(distance: number): TickForm {
  const day = 86_400;
  if (distance >= 365 * day) return "year";
  if (distance >= 28 * day) return "month";
  if (distance >= day) return "day";
  return distance >= 60 ? "minute" : "second";
}
