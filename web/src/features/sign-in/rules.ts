export const LEAST_CHARACTERS = 10;
export const MOST_CHARACTERS = 128;

export interface Rule {
  text: string;
  isMet: boolean;
}

/** What a new password must be, as the server will judge it. */
export function passwordRules(password: string, email: string): Rule[] {
  const length = [...password].length;
  const address = email.trim().toLowerCase();
  const names = [address, address.split("@", 1)[0] ?? ""].filter(Boolean);
  return [
    {
      text: `${LEAST_CHARACTERS} to ${MOST_CHARACTERS} characters`,
      isMet: length >= LEAST_CHARACTERS && length <= MOST_CHARACTERS,
    },
    {
      text: "not your e-mail, nor the name in it",
      isMet: password !== "" && !names.includes(password.trim().toLowerCase()),
    },
  ];
}

/** Return what is wrong with a new password, or null. */
export function passwordFault(password: string, email: string): string | null {
  if (password === "") return "A password is needed.";
  const broken = passwordRules(password, email).find((rule) => !rule.isMet);
  return broken === undefined
    ? null
    : `A password has ${broken.text}.`.replace("has not", "is not");
}

/** Return what is wrong with an e-mail address, or null. */
export function emailFault(email: string): string | null {
  if (email.trim() === "") return "An e-mail is needed.";
  return /^[!-?A-~]+@[!-?A-~]+$/.test(email.trim())
    ? null
    : "Write an e-mail address, as ada@example.com.";
}
