"use client";

import Link from "@/ui/link";
import { Notice } from "@/ui/notice";
import { AuthFrame, useLeaveOnceSignedIn } from "./auth-frame";
import { Shell } from "./refusal-notice";
import { SignUpForm } from "./sign-up-form";
import { useOtherPage } from "./use-other-page";
import { useWays } from "./ways";

export function SignUpPage() {
  const ways = useWays();
  const signIn = useOtherPage("/sign-in");
  useLeaveOnceSignedIn();
  return (
    <AuthFrame
      title="Sign up"
      subtitle="For e-mails that the administrator has put on the list."
      below={
        <>
          {ways?.sign_up === false && (
            <Notice tone="info" title="Nobody is on the list yet.">
              Whoever runs AIBT here puts your e-mail on it with this command.
              <Shell text="aibt users allow you@example.com" />
            </Notice>
          )}
          <p className="text-muted">
            Have an account?{" "}
            <Link href={signIn} className="text-accent underline underline-offset-2">
              Sign in
            </Link>
          </p>
        </>
      }
    >
      <SignUpForm />
    </AuthFrame>
  );
}
