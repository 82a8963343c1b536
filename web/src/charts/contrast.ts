export type Rgb = readonly [red: number, green: number, blue: number];

/** Reads `#abc`, `#aabbcc` and `rgb(…)`; anything else is black. */
export function parseColour(text: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (hex) {
    const full = hex.length === 3 ? hex.replaceAll(/./g, "$&$&") : hex;
    const value = parseInt(full, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }
  const parts = /^rgba?\(([^)]+)\)/i
    .exec(text.trim())?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  return [parts?.[0] ?? 0, parts?.[1] ?? 0, parts?.[2] ?? 0];
}

export function formatColour([red, green, blue]: Rgb, alpha = 1): string {
  const channels = [red, green, blue].map(Math.round).join(", ");
  return alpha === 1 ? `rgb(${channels})` : `rgba(${channels}, ${alpha})`;
}

export function translucent(colour: string, alpha: number): string {
  return formatColour(parseColour(colour), alpha);
}

/** The first colour with this share of the second, 0 to 1. */
export function mix(base: string, added: string, share: number): string {
  const from = parseColour(base);
  const to = parseColour(added);
  const channel = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * share;
  return formatColour([channel(0), channel(1), channel(2)]);
}

/** Relative luminance as WCAG 2 defines it. */
export function luminance(colour: string): number {
  const [red, green, blue] = parseColour(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(first: string, second: string): number {
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** The greatest share of `added` in `base`, at most `most`, on which text in `ink` can still be read (4.5 to 1). */
export function readableShare(base: string, added: string, ink: string, most: number): number {
  for (let share = most; share > 0; share -= 0.02) {
    if (contrast(mix(base, added, share), ink) >= 4.5) return share;
  }
  return 0;
}
