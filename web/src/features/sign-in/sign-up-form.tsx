"use client";

import { useState, type FormEvent } from "react";
import { useCommand } from "@/api/hooks";
import { signUp } from "@/api/who";
import { Button, LinkButton } from "@/ui/button";
import { Field } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { EmailInput, PasswordInput } from "./password-input";
import { PasswordRules } from "./password-rules";
import { adviceOn } from "./refusal";
import { RefusalNotice } from "./refusal-notice";
import { emailFault, passwordFault } from "./rules";

/** Makes an account and signs in, or says that the e-mail must be confirmed before. */
export function SignUpForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setIsTried] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const { run, busy, problem } = useCommand(signUp);
  const faults = { email: emailFault(email), password: passwordFault(password, email) };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (faults.email !== null || faults.password !== null) return;
    setTold((await run(email.trim(), password)) ?? null);
  };
  if (told !== null) return <Confirm email={email.trim()} told={told} />;
  const refused = (field: string) =>
    problem?.field === field && problem.code === "invalid" ? problem.msg : null;
  const isAtField = refused("email") !== null || refused("password") !== null;
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {problem && !isAtField && (
        <RefusalNotice
          problem={problem}
          advice={adviceOn(problem, email)}
          actions={
            problem.code === "email_taken" && <LinkButton href="/sign-in">Sign in</LinkButton>
          }
        />
      )}
      <Field label="E-mail" fault={(isTried ? faults.email : null) ?? refused("email")}>
        <EmailInput value={email} onChange={setEmail} />
      </Field>
      <Field
        label="Password"
        hint={<PasswordRules password={password} email={email} />}
        fault={(isTried ? faults.password : null) ?? refused("password")}
      >
        <PasswordInput
          name="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
        />
      </Field>
      <Button type="submit" variant="primary" busy={busy} className="w-full">
        Sign up
      </Button>
    </form>
  );
}

function Confirm({ email, told }: { email: string; told: string }) {
  return (
    <Notice
      tone="good"
      title={`Your account ${email} is made.`}
      actions={<LinkButton href="/sign-in">Sign in</LinkButton>}
      live
    >
      {told}. Then sign in.
    </Notice>
  );
}
