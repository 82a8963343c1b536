"use client";

import { Eye, EyeOff } from "lucide-react";
import { useState, type ComponentProps } from "react";
import { IconButton } from "@/ui/button";
import { TextInput } from "@/ui/field";

type PasswordInputProps = Omit<ComponentProps<typeof TextInput>, "type" | "suffix"> & {
  autoComplete: "current-password" | "new-password";
};

/** A password, hidden until its reader wants to see it. */
export function PasswordInput(props: PasswordInputProps) {
  const [isShown, setIsShown] = useState(false);
  return (
    <TextInput
      {...props}
      type={isShown ? "text" : "password"}
      spellCheck={false}
      autoCapitalize="none"
      suffix={
        <IconButton
          icon={isShown ? EyeOff : Eye}
          label={isShown ? "Hide the password" : "Show the password"}
          size="sm"
          onClick={() => setIsShown(!isShown)}
        />
      }
    />
  );
}

/** An e-mail address that a password manager knows. */
export function EmailInput(props: Omit<ComponentProps<typeof TextInput>, "type">) {
  return (
    <TextInput
      name="email"
      type="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      inputMode="email"
      {...props}
    />
  );
}
