"use client";

import { useState, type FormEvent } from "react";
import { useCommand } from "@/api/hooks";
import { put } from "@/api/rest";
import { PasswordInput } from "@/features/sign-in/password-input";
import { PasswordRules } from "@/features/sign-in/password-rules";
import { passwordFault } from "@/features/sign-in/rules";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Notice } from "@/ui/notice";

const FIELDS = new Set(["current", "new", "password"]);

/** Changes my password, or sets a first one for who came in by a link. */
export function PasswordForm({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [isTried, setIsTried] = useState(false);
  const [isDone, setIsDone] = useState(false);
  const { run, busy, problem } = useCommand(change);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    setIsDone(false);
    if (passwordFault(wanted, email) !== null || !(await run(current, wanted))) return;
    setIsDone(true);
    setCurrent("");
    setWanted("");
    setIsTried(false);
  };
  const at = problem?.field ?? null;
  const isNewAtFault = at === "new" || at === "password";
  return (
    <form
      noValidate
      aria-label="Change the password"
      onSubmit={(event) => void submit(event)}
      className="flex max-w-md flex-col gap-4"
    >
      <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
      <Field
        label="Current password"
        hint="Leave it empty if you have none yet, because you came in by a link."
        fault={at === "current" ? problem?.msg : null}
      >
        <PasswordInput
          name="current"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
        />
      </Field>
      <Field
        label="New password"
        hint={<PasswordRules password={wanted} email={email} />}
        fault={
          (isTried ? passwordFault(wanted, email) : null) ?? (isNewAtFault ? problem?.msg : null)
        }
      >
        <PasswordInput name="new" autoComplete="new-password" value={wanted} onChange={setWanted} />
      </Field>
      {problem && !(at !== null && FIELDS.has(at)) && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
      {isDone && (
        <Notice tone="good" live>
          The password is changed. Where you are signed in, you stay so.
        </Notice>
      )}
      <Button type="submit" busy={busy} className="self-start">
        Change the password
      </Button>
    </form>
  );
}

async function change(current: string, wanted: string): Promise<true> {
  await put("/api/auth/password", { body: { current: current || null, new: wanted } });
  return true;
}
