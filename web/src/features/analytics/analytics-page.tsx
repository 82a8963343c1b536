"use client";

import { Hourglass } from "lucide-react";
import { useGet } from "@/api/hooks";
import { mapped, type Loadable } from "@/api/loadable";
import type { RunState } from "@/api/types";
import { StateBadge } from "@/ui/badge";
import { Button, LinkButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";
import { useUrlState } from "@/ui/url-state";
import { topicOf, type Performance } from "./account";
import { AccountView } from "./account-view";
import { Choose, Picker } from "./choose";
import { choiceText, sessionChoice, trainingChoice, type Choice } from "./runs";
import type { Run } from "./use-trips";

const EVERY_MS = 10_000;
const RUNNING: readonly RunState[] = ["running", "recovering", "loading", "queued"];
const TITLE = "Analytics";

/** One account, taken apart. */
export function AnalyticsPage() {
  const [word, setTopic] = useUrlState("topic");
  const topic = topicOf(word);
  if (topic === null) {
    return (
      <Page title={TITLE} subtitle="Equity, risk and trades of one account, taken apart.">
        {word === "" ? <Choose /> : <Unknown />}
      </Page>
    );
  }
  const Part = topic.kind === "training" ? TrainingAccount : SessionAccount;
  return <Part key={word} id={topic.id} topic={word} onPick={setTopic} />;
}

interface PartProps {
  id: number;
  topic: string;
  onPick: (topic: string) => void;
}

function everyMs(run: Loadable<{ state: RunState }>): number | undefined {
  return run.status === "ready" && RUNNING.includes(run.value.state) ? EVERY_MS : undefined;
}

function TrainingAccount({ id, ...rest }: PartProps) {
  const path = { training_id: id };
  const training = useGet("/api/trainings/{training_id}", { path }, { everyMs: EVERY_MS });
  const performance = useGet(
    "/api/trainings/{training_id}/performance",
    { path },
    { everyMs: everyMs(training) },
  );
  const run = mapped(training, (value): Run => ({ kind: "training", run: value }));
  return <Account {...rest} run={run} performance={performance} />;
}

function SessionAccount({ id, ...rest }: PartProps) {
  const path = { session_id: id };
  const session = useGet("/api/sessions/{session_id}", { path }, { everyMs: EVERY_MS });
  const performance = useGet(
    "/api/sessions/{session_id}/performance",
    { path },
    { everyMs: everyMs(session) },
  );
  const run = mapped(session, (value): Run => ({ kind: "session", run: value }));
  return <Account {...rest} run={run} performance={performance} />;
}

interface AccountProps extends Omit<PartProps, "id"> {
  run: Loadable<Run>;
  performance: Loadable<Performance>;
}

function Account({ topic, onPick, run, performance }: AccountProps) {
  const choice = run.status === "ready" ? choiceOf(run.value) : null;
  const isMissing = run.status === "failed" && run.problem.code === "not_found";
  return (
    <Page
      title={TITLE}
      badge={choice && <StateBadge state={choice.state} />}
      subtitle={
        <span className="block min-h-[2lh] sm:min-h-0">
          {choice ? subtitleOf(choice) : "Equity, risk and trades of one account."}
        </span>
      }
      actions={
        <>
          {!isMissing && (
            <>
              <LinkButton href={`/${topic.replace("/", "?id=")}`}>
                Open the {topic.split("/", 1)[0]}
              </LinkButton>
              <Picker topic={topic} onPick={onPick} />
            </>
          )}
        </>
      }
    >
      <Content run={run} performance={performance} />
    </Page>
  );
}

function choiceOf({ kind, run }: Run): Choice {
  return kind === "training" ? trainingChoice(run) : sessionChoice(run);
}

function subtitleOf(choice: Choice): string {
  const outOfSample = choice.kind === "Training" ? ", on the bars that it did not learn from" : "";
  return `${choiceText(choice)}${outOfSample}.`;
}

function Content({ run, performance }: Pick<AccountProps, "run" | "performance">) {
  if (run.status === "failed") {
    return run.problem.code === "not_found" ? (
      <Unknown />
    ) : (
      <Panel>
        <FailedState problem={run.problem} retry={run.retry} />
      </Panel>
    );
  }
  if (performance.status === "failed") {
    const { problem, retry } = performance;
    return (
      <Panel>
        {problem.code === "not_found" ? (
          <NothingLived retry={retry} />
        ) : (
          <FailedState problem={problem} retry={retry} />
        )}
      </Panel>
    );
  }
  if (run.status === "loading" || performance.status === "loading") return <Loading />;
  if (performance.value.times.length === 0) {
    return (
      <Panel>
        <NothingLived />
      </Panel>
    );
  }
  return <AccountView run={run.value} performance={performance.value} />;
}

function Unknown() {
  return (
    <>
      <Notice tone="warn" title="There is no such account">
        It does not exist, or it belongs to somebody else. Choose one of yours.
      </Notice>
      <Choose />
    </>
  );
}

function NothingLived({ retry }: { retry?: () => void }) {
  return (
    <EmptyState
      icon={Hourglass}
      title="The account has lived through no bar yet"
      text="A training is evaluated out of sample after an episode, a session has its first point after its first bar."
      action={retry && <Button onClick={retry}>Look again</Button>}
    />
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="flex flex-col gap-4">
      <Skeleton className="h-[4.75rem]" />
      <Skeleton className="h-[400px]" />
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
        <Skeleton className="h-[300px]" />
        <Skeleton className="h-[300px]" />
      </div>
      <Skeleton className="h-40" />
    </div>
  );
}
