"use client";

import { LoaderCircle, Terminal } from "lucide-react";
import Link from "@/ui/link";
import { Panel } from "@/ui/panel";
import { AuthFrame, useLeaveOnceSignedIn } from "./auth-frame";
import { adviceOnLink } from "./refusal";
import { RefusalNotice, Shell } from "./refusal-notice";
import { SignInForm } from "./sign-in-form";
import { useLink } from "./use-link";
import { useOtherPage } from "./use-other-page";
import { useWays, type Ways } from "./ways";

export function SignInPage() {
  const link = useLink();
  const ways = useWays();
  useLeaveOnceSignedIn(link.status === "following");
  return (
    <AuthFrame
      title="Sign in"
      subtitle="Train trading bots and let agents trade, live."
      below={<OtherWays ways={ways} />}
    >
      {link.status === "following" ? (
        <p role="status" className="flex min-h-40 items-center justify-center gap-2">
          <LoaderCircle aria-hidden className="text-accent size-5 animate-spin" />
          Signing in with your link
        </p>
      ) : (
        <div className="flex flex-col gap-4">
          {link.status === "refused" && (
            <RefusalNotice problem={link.problem} advice={adviceOnLink(link.problem)} />
          )}
          <SignInForm />
        </div>
      )}
    </AuthFrame>
  );
}

/** The ways in beside the form, as far as this server offers them. */
function OtherWays({ ways }: { ways: Ways | null | undefined }) {
  const signUp = useOtherPage("/sign-up");
  if (ways === undefined) return null;
  const hasLink = ways?.link ?? true;
  const hasSignUp = ways?.sign_up ?? true;
  return (
    <>
      {hasLink && (
        <Panel title="On your own machine">
          <p className="text-muted flex items-start gap-2">
            <Terminal aria-hidden className="mt-0.5 size-4 shrink-0" />
            <span>
              Open the link that <code className="text-ink font-mono text-sm">make run</code>{" "}
              printed: it signs you in without a password. This command prints another one.
            </span>
          </p>
          <Shell text="aibt users link" />
        </Panel>
      )}
      {hasSignUp && (
        <p className="text-muted">
          No account yet?{" "}
          <Link href={signUp} className="text-accent underline underline-offset-2">
            Sign up
          </Link>
        </p>
      )}
    </>
  );
}
