import type { Problem } from "@/api/problem";

/** What to do about a refused sign-in; null where the server's sentence says all. */
export interface Advice {
  text: string;
  /** To be typed where the platform runs. */
  shell?: string;
}

/** Return what a person can do about it, beside the server's own sentence. */
export function adviceOn(problem: Problem, email: string): Advice | null {
  switch (problem.code) {
    case "not_listed":
      return {
        text: "Only e-mails on a list may come in. Whoever runs AIBT here puts yours on it, under Admin → Whitelist or with this command; then try again.",
        shell: `aibt users allow ${shellWord(email) ?? "you@example.com"}`,
      };
    case "user_disabled":
      return { text: "An administrator has disabled this account, and can enable it again." };
    case "email_taken":
      return { text: "Sign in instead." };
    case "unreachable":
      return { text: "Is AIBT running? This starts it on your own machine.", shell: "make run" };
    default:
      return null;
  }
}

/** A link that does not work: it was used up or is too old, or the server refuses for another reason. */
export function adviceOnLink(problem: Problem): Advice | null {
  if (problem.code !== "not_signed_in" && problem.code !== "invalid") return adviceOn(problem, "");
  return {
    text: "A link works once, and for an hour. This command prints another one.",
    shell: "aibt users link",
  };
}

/** An e-mail as it may be pasted into a shell; null where it has characters that mean something there. */
function shellWord(email: string): string | null {
  const word = email.trim();
  return /^[\w.+@-]+$/.test(word) && word.includes("@") ? word : null;
}
