"use client";

import { Plus, Trash2 } from "lucide-react";
import { useCallback, useMemo, useState, type FormEvent } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { del, get, post } from "@/api/rest";
import type { Schema } from "@/api/types";
import { emailFault } from "@/features/sign-in/rules";
import { Button, IconButton } from "@/ui/button";
import { Field, TextInput } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { EmptyState } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { useConfirmed, type Deed } from "./confirmed";
import { Listing } from "./listing";
import { usePages } from "./use-pages";

type Listed = Schema<"ListedEmailMessage">;

const PATH = "/api/admin/whitelist";

export function WhitelistTab() {
  const emails = usePages([PATH], (cursor, signal) =>
    get(PATH, { query: cursor === null ? {} : { cursor: String(cursor) }, signal }),
  );
  const [ask, dialog] = useConfirmed();
  const columns = useMemo(() => columnsOf(ask), [ask]);
  return (
    <div className="flex flex-col gap-4">
      <AllowForm />
      <Listing title="Whitelist" hint="Only these e-mails may sign up and sign in." of={emails}>
        {(pages) => (
          <DataTable
            caption="Listed e-mails"
            columns={columns}
            rows={pages.flatMap((page) => page.emails)}
            rowId={({ email }) => email}
            empty={<EmptyState title="Nobody is on the list." text="Add an e-mail above." />}
          />
        )}
      </Listing>
      {dialog}
    </div>
  );
}

function AllowForm() {
  const [email, setEmail] = useState("");
  const [isTried, setIsTried] = useState(false);
  const [done, setDone] = useState<string | null>(null);
  const allow = useCallback(async (listed: string) => {
    const answer = await post(PATH, { body: { email: listed } });
    await refresh(PATH, "/api/admin/users");
    return answer.email;
  }, []);
  const { run, busy, problem } = useCommand(allow);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    setDone(null);
    if (emailFault(email) !== null) return;
    const listed = await run(email.trim());
    if (listed === undefined) return;
    setDone(listed);
    setEmail("");
    setIsTried(false);
  };
  return (
    <Panel title="Let somebody in">
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        <Field
          label="E-mail"
          hint="Whoever has it may then make an account."
          fault={(isTried ? emailFault(email) : null) ?? problem?.msg}
          className="max-w-md"
        >
          <TextInput
            type="email"
            autoComplete="off"
            value={email}
            onChange={setEmail}
            placeholder="ada@example.com"
          />
        </Field>
        <Button type="submit" variant="primary" icon={Plus} busy={busy} className="self-start">
          Add to the whitelist
        </Button>
        {done && (
          <Notice tone="good" live>
            {done} may now sign up and sign in.
          </Notice>
        )}
      </form>
    </Panel>
  );
}

function columnsOf(ask: (deed: Deed) => void): Column<Listed>[] {
  return [
    {
      id: "email",
      header: "E-mail",
      cell: ({ email }) => <span className="whitespace-nowrap">{email}</span>,
      sortValue: ({ email }) => email,
    },
    {
      id: "listed_by",
      header: "Added by",
      cell: ({ listed_by: by }) => by ?? <span className="text-muted">command line</span>,
      sortValue: ({ listed_by: by }) => by,
    },
    {
      id: "created_at",
      header: "Added",
      cell: ({ created_at: at }) => <Time at={at} />,
      sortValue: ({ created_at: at }) => at,
      align: "right",
      hideOnPhone: true,
    },
    {
      id: "remove",
      header: "Remove",
      hideHeader: true,
      align: "right",
      cell: ({ email }) => (
        <IconButton
          icon={Trash2}
          label={`Take ${email} off the whitelist`}
          onClick={() => ask(removal(email))}
        />
      ),
    },
  ];
}

function removal(email: string): Deed {
  return {
    title: `Take ${email} off the whitelist?`,
    consequence:
      "Its user is signed out at once and cannot sign in again. What they run goes on, and their data stays.",
    confirmLabel: "Take off the list",
    danger: true,
    act: async () => {
      await del("/api/admin/whitelist/{email}", { path: { email } });
      await refresh(PATH, "/api/admin/users");
    },
  };
}
