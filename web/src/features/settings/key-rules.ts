/** What is chosen for a provider that the platform does not know. */
export const ANOTHER = "another";

/** Providers whose address the platform knows. */
export const KNOWN_PROVIDERS = [
  { value: "openrouter", label: "OpenRouter", hint: "Language models of many makers." },
  { value: "jina", label: "Jina", hint: "Web search." },
  {
    value: "",
    label: "Another one",
    hint: "An OpenAI-compatible address that the operator allows.",
  },
];

export interface KeyDraft {
  known: string;
  other: string;
  key: string;
  baseUrl: string;
}

export const EMPTY_DRAFT: KeyDraft = { known: "openrouter", other: "", key: "", baseUrl: "" };

export type KeyFaults = { provider: string | null; key: string | null; base_url: string | null };

/** Return the name under which the key is kept. */
export function providerOf({ known, other }: KeyDraft): string {
  return known === ANOTHER ? other.trim().toLowerCase() : known;
}

/** What is wrong with what was typed; the server looks again. */
export function keyFaults(draft: KeyDraft): KeyFaults {
  return {
    provider: /^[a-z0-9][a-z0-9_-]{0,63}$/.test(providerOf(draft))
      ? null
      : "A name of small letters, digits, - and _.",
    key: keyFault(draft.key),
    base_url: urlFault(draft),
  };
}

function keyFault(key: string): string | null {
  if (key === "") return "A key is needed.";
  if (!/^[!-~]+$/.test(key.trim())) return "A key has no spaces and only plain characters.";
  return key.trim().length < 4 ? "This is too short for a key." : null;
}

function urlFault({ known, baseUrl }: KeyDraft): string | null {
  if (baseUrl.trim() === "") return known === ANOTHER ? "An address is needed." : null;
  if (!URL.canParse(baseUrl.trim()) || !/^https?:\/\//.test(baseUrl.trim())) {
    return "Write an address, as https://openrouter.ai/api/v1.";
  }
  return null;
}
