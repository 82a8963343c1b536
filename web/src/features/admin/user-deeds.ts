import type { Schema } from "@/api/types";

export interface UserDeed {
  verb: "promote" | "demote" | "disable" | "enable";
  label: string;
  title: string;
  consequence: string;
  danger?: boolean;
  changes: Schema<"UserChanges">;
}

/** What an administrator may do with a user, each with its consequence. */
export function deedsOf({
  email,
  is_admin: isAdmin,
  disabled_at: disabledAt,
}: Pick<Schema<"AdminUserMessage">, "email" | "is_admin" | "disabled_at">): UserDeed[] {
  return [
    isAdmin
      ? {
          verb: "demote",
          label: "Take the administrator’s rights",
          title: `Make ${email} an ordinary user?`,
          consequence:
            "This user no longer sees what belongs to others, nor this page. What is their own stays.",
          danger: true,
          changes: { is_admin: false },
        }
      : {
          verb: "promote",
          label: "Make administrator",
          title: `Make ${email} an administrator?`,
          consequence:
            "This user then sees everybody’s bots, agents and runs, may stop them, and may change users and the whitelist.",
          changes: { is_admin: true },
        },
    disabledAt === null
      ? {
          verb: "disable",
          label: "Disable",
          title: `Disable ${email}?`,
          consequence:
            "This user is signed out everywhere at once and refused from then on, and all that they run is stopped for good. Their data stays.",
          danger: true,
          changes: { disabled: true },
        }
      : {
          verb: "enable",
          label: "Enable",
          title: `Enable ${email}?`,
          consequence: "This user may sign in again. What was stopped stays stopped.",
          changes: { disabled: false },
        },
  ];
}

export const USER_FILTERS = [
  { value: "all", label: "All users" },
  { value: "admins", label: "Administrators" },
  { value: "disabled", label: "Disabled users" },
] as const;

/** What the server is asked for by a filter. */
export function filterOf(filter: string): { is_admin?: boolean; is_disabled?: boolean } {
  if (filter === "admins") return { is_admin: true };
  return filter === "disabled" ? { is_disabled: true } : {};
}
