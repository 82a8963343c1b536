const ELSEWHERE = "http://elsewhere.invalid";
const SIGNING_IN = ["/sign-in", "/sign-up"];

/** Return where to go after a sign-in: a path of this page, and home where `text` is none or leads to the sign-in. */
export function ownPath(text: string | null): string {
  if (text === null || !/^\/(?![/\\])/.test(text)) return "/";
  const address = URL.canParse(text, ELSEWHERE) ? new URL(text, ELSEWHERE) : null;
  if (address === null || address.origin !== ELSEWHERE) return "/";
  if (SIGNING_IN.includes(address.pathname.replace(/\/+$/, ""))) return "/";
  return address.pathname.replace(/^\/+/, "/") + address.search + address.hash;
}
