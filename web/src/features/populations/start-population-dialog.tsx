"use client";

import { useState } from "react";
import { post } from "@/api/rest";
import type { Schema } from "@/api/types";
import { AlgorithmChoice } from "@/features/algorithms/algorithm-choice";
import { RequestDialog } from "@/features/runs/request-dialog";
import { Switch } from "@/ui/choice";
import { Field, NumberInput } from "@/ui/field";

const USUAL = {
  name: "Tides",
  symbol: "EURUSD",
  period: "1h",
  members: "8",
  train_data_percentage: "80",
  balance: "10000",
  batch_size: "64",
  min_episodes: "10",
  max_episodes: "50",
  lr_min: "0.0001",
  lr_max: "0.01",
};
const SHOWN = [
  "name",
  "members",
  "lr_min",
  "lr_max",
  "min_episodes",
  "max_episodes",
  "train_data_percentage",
  "balance",
] as const;
const OTHERS = [
  "lr",
  "gamma",
  "gamma_min",
  "gamma_max",
  "batch_size",
  "hidden_layers",
  "depth",
  "discounter_rate",
  "environments",
  "device",
  "seed",
  "fee_bps",
  "slippage_bps",
] as const;

interface StartPopulationDialogProps {
  onStarted: (id: number) => void;
  onClose: () => void;
}

/** Asks for bots of one shape that are trained at once, and whether they search together. */
export default function StartPopulationDialog(props: StartPopulationDialogProps) {
  const [searches, setSearches] = useState(true);
  const [interval, setInterval] = useState("10");
  const search = searches ? { interval: Number(interval) || 10, fraction: 0.2 } : null;
  return (
    <RequestDialog
      {...props}
      title="Train a population"
      description="Bots of one shape learn side by side in one process, each with parameters of its own."
      action="Start population"
      model="PopulationsStart"
      usual={USUAL}
      shown={SHOWN}
      others={OTHERS}
      parts={(texts, faults, change) => (
        <>
          <AlgorithmChoice
            value={texts.algorithm ?? ""}
            onChange={(algorithm) => change({ algorithm })}
            fault={faults.algorithm}
          />
          <Switch
            checked={searches}
            onChange={setSearches}
            label="They search together"
            hint="Now and then the worst take over what the best have learned, and try other parameters. You can pin and exclude members."
          />
          {searches && (
            <Field label="Between two looks" aside="episodes" className="max-w-56">
              <NumberInput integer value={interval} onChange={setInterval} />
            </Field>
          )}
        </>
      )}
      send={(request, _texts, id) => {
        const body = { ...request, search } as unknown as Schema<"PopulationsStart">;
        return post("/api/populations", { body, id });
      }}
    />
  );
}
