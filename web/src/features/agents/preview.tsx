"use client";

import type { Loadable } from "@/api/loadable";
import type { Preview as Told } from "@/features/agents/use-preview";
import { FailedState, Skeleton } from "@/ui/state";

/** What the model is told first, as the platform builds it. */
export function Preview({ preview }: { preview: Loadable<Told> | null }) {
  return (
    <section aria-label="What the model sees" className="flex min-w-0 flex-col gap-1">
      <h3 className="font-medium">What the model sees</h3>
      <div
        role="region"
        aria-label="Preview of the first messages"
        tabIndex={0}
        className="border-line bg-page h-96 overflow-y-auto rounded-md border p-3"
      >
        <Content preview={preview} />
      </div>
      <p className="text-muted text-sm">
        The platform’s own text for a live session that begins now. Prices are not read here: in a
        session each symbol’s last close and change stand in their place, and a session over past
        dates names these dates. Its tools are described to the model besides.
      </p>
    </section>
  );
}

function Content({ preview }: { preview: Loadable<Told> | null }) {
  if (preview === null) {
    return (
      <p className="text-muted text-sm">
        It comes as soon as the symbols and the instructions are right.
      </p>
    );
  }
  switch (preview.status) {
    case "loading":
      return <Skeleton className="h-80 w-full" />;
    case "failed":
      return <FailedState problem={preview.problem} retry={preview.retry} />;
    case "ready":
      return (
        <div className="flex flex-col gap-4">
          <Message who="System message, once" text={preview.value.system} />
          <Message who="First message, before its first decision" text={preview.value.first} />
        </div>
      );
  }
}

function Message({ who, text }: { who: string; text: string }) {
  return (
    <div>
      <h4 className="text-muted mb-1 text-xs font-medium">{who}</h4>
      <pre className="font-mono text-sm wrap-anywhere whitespace-pre-wrap">{text}</pre>
    </div>
  );
}
