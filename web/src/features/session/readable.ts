import { formatNumber, formatPercent } from "@/lib/format";

export type Arguments = Record<string, unknown> | string;

const trades: Record<string, string> = {
  buy: "Buy",
  sell: "Sell",
  short: "Short",
  cover: "Cover",
  close: "Close the position in",
};

/** Return a tool call as a person would say it, or null where only its arguments say it. */
export function callSentence(name: string, given: Arguments): string | null {
  if (typeof given === "string") return null;
  if (name in trades) return tradeSentence(name, given);
  const { symbol, count, expression, query, url, bot } = given;
  switch (name) {
    case "get_account":
      return "Look at the account";
    case "get_universe":
      return "Look at all symbols";
    case "get_quote":
      return isText(symbol) ? `Look at the price of ${symbol}` : null;
    case "get_bars":
      if (!isText(symbol)) return null;
      return typeof count === "number"
        ? `Read the last ${formatNumber(count)} bars of ${symbol}`
        : `Read bars of ${symbol}`;
    case "calculate":
      return isText(expression) ? `Calculate ${expression}` : null;
    case "search_web":
      return isText(query) ? `Search the web for “${query}”` : null;
    case "read_page":
      return isText(url) ? `Read the page ${url}` : null;
    case "ask_bot":
      return isText(bot) && isText(symbol) ? `Ask the bot ${bot} about ${symbol}` : null;
    default:
      return null;
  }
}

function tradeSentence(name: string, given: Record<string, unknown>): string | null {
  const { symbol, share, quantity } = given;
  if (!isText(symbol)) return null;
  const verb = trades[name];
  if (name === "close") return `${verb} ${symbol}`;
  if (typeof share === "number") return `${verb} ${percent(share)} of equity in ${symbol}`;
  if (typeof quantity === "number") return `${verb} ${formatNumber(quantity)} ${symbol}`;
  return null;
}

/** 0.3 is 30%, 0.333333 is 33.33%. */
function percent(share: number): string {
  const digits = Number.isInteger(Math.round(share * 1e6) / 1e4) ? 0 : 2;
  return formatPercent(share, { digits });
}

/** Return the symbol that a call is about, or null. */
export function symbolOf(given: Arguments): string | null {
  return typeof given !== "string" && isText(given.symbol) ? given.symbol : null;
}

/** Return what a tool answered in one sentence, where it has one. */
export function resultSentence(ok: boolean, data: unknown): string | null {
  if (!isObject(data)) return typeof data === "string" && data.length <= 200 ? data : null;
  if (!ok) {
    const { error } = data;
    return isObject(error) && isText(error.says) ? error.says : null;
  }
  return isText(data.says) ? data.says : null;
}

/** Write a value over lines, as short as JSON allows: short lists stay on one line. */
export function prettyJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? String(value);
  return text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (whole, inner: string) => {
    const line = `[${inner.replace(/\s*\n\s*/g, " ")}]`;
    return line.length <= 88 ? line : whole;
  });
}

/** Write a value on one line of at most so many characters. */
export function briefJson(value: unknown, most = 120): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
