/**
 * Numbers, money and times as text. A ratio is a fraction everywhere else; here alone it becomes a percentage.
 * What is not known (null, undefined, NaN, an unreadable time) is written as a dash.
 */

export const unknown = "–";

export type Zone = "utc" | "local";
export type Instant = string | number | Date | null | undefined;
type Value = number | string | null | undefined;
type Sign = { sign?: boolean };

const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const known = numberFormats.get(key) ?? new Intl.NumberFormat("en", options);
  numberFormats.set(key, known);
  return known;
}

function written(value: Value, options: Intl.NumberFormatOptions, { sign }: Sign = {}): string {
  const number = numberOf(value);
  if (number === null) return unknown;
  const signDisplay = sign ? "exceptZero" : "negative";
  return numberFormat({ ...options, signDisplay })
    .format(number)
    .replace("-", "−");
}

/** Return the number, also of a decimal sent as text, or null where there is none. */
export function numberOf(value: Value): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Two digits and grouping: 12,345.60. */
export function formatMoney(value: Value, options: Sign & { digits?: number } = {}): string {
  return written(value, fixed(options.digits ?? 2), options);
}

/** As many digits as a price of this size needs: five below 20, as currencies are quoted, else two. */
export function formatPrice(value: Value, options: Sign & { digits?: number } = {}): string {
  const number = numberOf(value);
  if (number === null) return unknown;
  return written(number, fixed(options.digits ?? digitsOfSize(Math.abs(number))), options);
}

function digitsOfSize(size: number): number {
  if (size > 0 && size < 0.01) return 8;
  return size < 20 ? 5 : 2;
}

/** Return how many digits show all of these prices exactly: two to eight, looking at 200 of them. */
export function priceDigits(prices: readonly number[]): number {
  const stride = Math.max(1, Math.floor(prices.length / 200));
  let digits = 2;
  for (let i = 0; i < prices.length; i += stride) {
    const price = prices[i] ?? 0;
    while (digits < 8 && Math.abs(price * 10 ** digits - Math.round(price * 10 ** digits)) > 1e-4) {
      digits += 1;
    }
  }
  const most = mostDigits(Math.abs(prices[0] ?? 0));
  return digits > most ? digitsOfSize(Math.abs(prices[0] ?? 0)) : digits;
}

/** More digits than any market quotes at this size are noise of its source. */
function mostDigits(size: number): number {
  if (size >= 1000) return 2;
  return size >= 20 ? 3 : 5;
}

const FIGURE_SPACE = "\u2007"; // as wide as a digit

/** Keep a number that changes all the time as long as its longest text, so that nothing beside it moves. */
export function steady(text: string, longest: number): string {
  return text.padStart(longest, FIGURE_SPACE);
}

/** Whole numbers with grouping, others with about four telling digits. */
export function formatNumber(value: Value, options: Sign & { digits?: number } = {}): string {
  const number = numberOf(value);
  if (number === null) return unknown;
  return written(
    number,
    options.digits === undefined ? fitting(number) : fixed(options.digits),
    options,
  );
}

function fitting(number: number): Intl.NumberFormatOptions {
  const size = Math.abs(number);
  if (Number.isInteger(number) || size >= 1000) return { maximumFractionDigits: 0 };
  if (size >= 1) return { maximumFractionDigits: size >= 100 ? 1 : 3 };
  if (size >= 1e-4) return { maximumSignificantDigits: 4 };
  return { notation: "scientific", maximumSignificantDigits: 3 };
}

/** Short: 950, 12.4K, 3.1M. */
export function formatCompact(value: Value, options: Sign = {}): string {
  return written(value, { notation: "compact", maximumSignificantDigits: 3 }, options);
}

/** A fraction as a percentage: 0.1234 is 12.34%. */
export function formatPercent(fraction: Value, options: Sign & { digits?: number } = {}): string {
  return written(fraction, { style: "percent", ...fixed(options.digits ?? 2) }, options);
}

function fixed(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** Bytes as a person reads them: 1.5 MB. */
export function formatBytes(value: Value): string {
  const bytes = numberOf(value);
  if (bytes === null) return unknown;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${written(bytes / 1000 ** power, { maximumFractionDigits: power > 0 ? 1 : 0 })} ${units[power]}`;
}

const units = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** The two largest units of a time span: 3 min 12 s. */
export function formatDuration(seconds: Value): string {
  const span = numberOf(seconds);
  if (span === null) return unknown;
  if (span < 0) return `−${formatDuration(-span)}`;
  if (span < 1) return span === 0 ? "0 s" : `${Math.max(1, Math.round(span * 1000))} ms`;
  if (span < 10) return `${Math.round(span * 10) / 10} s`;
  const whole = Math.round(span);
  const first = units.findIndex((unit) => whole >= unit.seconds);
  const [large, small] = units.slice(first);
  if (!large) return unknown;
  const rest = small ? Math.floor((whole % large.seconds) / small.seconds) : 0;
  const head = `${Math.floor(whole / large.seconds)} ${large.name}`;
  return rest > 0 && small ? `${head} ${rest} ${small.name}` : head;
}

/** How long ago, in its largest unit: 5 s ago. */
export function formatAge(at: Instant, now: number = Date.now()): string {
  const then = dateOf(at);
  if (then === null) return unknown;
  const seconds = Math.floor((now - then.getTime()) / 1000);
  if (seconds < 1) return "now";
  const unit = units.find((each) => seconds >= each.seconds);
  return unit ? `${Math.floor(seconds / unit.seconds)} ${unit.name} ago` : unknown;
}

/** Return the instant, or null where there is none. */
export function dateOf(at: Instant): Date | null {
  if (at === null || at === undefined || at === "") return null;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date;
}

function dated(at: Instant, zone: Zone, options: Intl.DateTimeFormatOptions): string {
  const date = dateOf(at);
  if (date === null) return unknown;
  const all = { ...options, ...(zone === "utc" && { timeZone: "UTC" }) };
  const key = JSON.stringify(all);
  // Sweden writes dates as ISO 8601 does.
  const format = dateFormats.get(key) ?? new Intl.DateTimeFormat("sv-SE", all);
  dateFormats.set(key, format);
  return format.format(date);
}

const day = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const minute = { hour: "2-digit", minute: "2-digit" } as const;

/** 2026-03-04 */
export function formatDate(at: Instant, zone: Zone = "utc"): string {
  return dated(at, zone, day);
}

/** 2026-03-04 05:21, with seconds where asked for. */
export function formatTime(at: Instant, zone: Zone = "utc", { seconds = false } = {}): string {
  return dated(at, zone, { ...day, ...minute, ...(seconds && { second: "2-digit" }) });
}

/** 05:21:07 */
export function formatClock(at: Instant, zone: Zone = "utc"): string {
  return dated(at, zone, { ...minute, second: "2-digit" });
}

/** Everything there is to say of an instant: 2026-03-04 05:21:07 UTC. */
export function formatFull(at: Instant, zone: Zone = "utc"): string {
  const text = formatTime(at, zone, { seconds: true });
  if (text === unknown) return text;
  return `${text} ${zone === "utc" ? "UTC" : zoneName(at)}`;
}

function zoneName(at: Instant): string {
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "short" }).formatToParts(
    dateOf(at) ?? undefined,
  );
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "local time";
}
