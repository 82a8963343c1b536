/** Return the address of the Ray dashboard as a link may have it; null where it is none. */
export function dashboardOf(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return protocol === "http:" || protocol === "https:" ? href : null;
}
