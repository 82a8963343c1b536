"use client";

import { useState } from "react";
import { Segmented } from "@/ui/choice";
import { Field, TextInput } from "@/ui/field";
import { Select } from "@/ui/select";
import { useUrlState } from "@/ui/url-state";
import { OwnedList } from "./owned-list";
import { isOwnedKind, type OwnedKind } from "./owned";
import { useUsers } from "./use-users";

const kinds = [
  { value: "trainings", label: "Trainings" },
  { value: "populations", label: "Populations" },
  { value: "evaluations", label: "Evaluations" },
  { value: "sessions", label: "Sessions" },
  { value: "bots", label: "Bots" },
  { value: "agents", label: "Agents" },
] as const;

const states = [
  { value: "active", label: "Active ones" },
  { value: "all", label: "All, also ended" },
];

/** Everybody's bots, agents, trainings and sessions, and the button that stops one. */
export function RunsTab() {
  const [kindText, setKind] = useUrlState("kind", "trainings");
  const [owner, setOwner] = useUrlState("owner");
  const [which, setWhich] = useUrlState("which", "active");
  const [text, setText] = useState("");
  const { everybody } = useUsers();
  const kind: OwnedKind = isOwnedKind(kindText) ? kindText : "trainings";
  return (
    <OwnedList
      key={kind}
      kind={kind}
      ownerId={owner === "" ? null : Number(owner)}
      onlyActive={which !== "all"}
      text={text}
      toolbar={
        <>
          <Segmented label="What to show" value={kind} onChange={setKind} options={kinds} />
          <Select
            label="Which of them"
            value={which}
            onChange={setWhich}
            options={states}
            className="sm:w-44"
          />
          <Select
            label="Whose"
            value={owner}
            onChange={setOwner}
            options={[{ value: "", label: "Everybody’s" }, ...everybody]}
            className="sm:w-60"
          />
          <Field label="Name or symbol" hideLabel className="w-full sm:w-52">
            <TextInput type="search" placeholder="Name or symbol" value={text} onChange={setText} />
          </Field>
        </>
      }
    />
  );
}
