import { clsx } from "clsx";
import { Check, Circle } from "lucide-react";
import { passwordRules } from "./rules";

/** What a new password must be, each rule ticked as soon as it is met. */
export function PasswordRules({ password, email }: { password: string; email: string }) {
  return (
    <span className="flex flex-col gap-0.5 pt-0.5">
      {passwordRules(password, email).map(({ text, isMet }) => {
        const Icon = isMet ? Check : Circle;
        return (
          <span key={text} className={clsx("flex items-center gap-1.5", isMet && "text-up")}>
            <Icon aria-hidden className="size-3.5 shrink-0" />
            {text}
            <span className="sr-only">{isMet ? ": met" : ": not met yet"}</span>
          </span>
        );
      })}
    </span>
  );
}
