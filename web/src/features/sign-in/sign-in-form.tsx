"use client";

import { useState, type FormEvent } from "react";
import { useCommand } from "@/api/hooks";
import { signIn } from "@/api/who";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { EmailInput, PasswordInput } from "./password-input";
import { adviceOn } from "./refusal";
import { RefusalNotice } from "./refusal-notice";
import { emailFault } from "./rules";

/** Signs in by e-mail and password; who does so is told by `useWho`. */
export function SignInForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setIsTried] = useState(false);
  const { run, busy, problem } = useCommand(signIn);
  const faults = {
    email: emailFault(email),
    password: password === "" ? "A password is needed." : null,
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (faults.email === null && faults.password === null) void run(email.trim(), password);
  };
  const refused = (field: string) =>
    problem?.field === field && problem.code === "invalid" ? problem.msg : null;
  const isAtField = refused("email") !== null || refused("password") !== null;
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      {problem && !isAtField && (
        <RefusalNotice problem={problem} advice={adviceOn(problem, email)} />
      )}
      <Field label="E-mail" fault={(isTried ? faults.email : null) ?? refused("email")}>
        <EmailInput value={email} onChange={setEmail} />
      </Field>
      <Field label="Password" fault={(isTried ? faults.password : null) ?? refused("password")}>
        <PasswordInput
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
      </Field>
      <Button type="submit" variant="primary" busy={busy} className="w-full">
        Sign in
      </Button>
    </form>
  );
}
