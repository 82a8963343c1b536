import Link from "@/ui/link";

interface MembershipProps {
  /** What says which population it is of: a training. */
  of: { population_id?: number | null; member?: number | null };
}

/** Leads from a training to the population whose member it is; nothing where it is of none. */
export function Membership({ of: { population_id: id, member } }: MembershipProps) {
  if (typeof id !== "number") return null;
  return (
    <Link
      href={`/population?id=${id}`}
      className="text-accent relative z-1 underline underline-offset-2 after:absolute after:inset-x-0 after:-inset-y-1.5"
    >
      member {member} of population {id}
    </Link>
  );
}

/** Whether a training is one of many that are trained together. */
export function isMember({ population_id: id }: MembershipProps["of"]): boolean {
  return typeof id === "number";
}
