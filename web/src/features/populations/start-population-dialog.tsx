"use client";

import { useState } from "react";
import { post } from "@/api/rest";
import type { Schema } from "@/api/types";
import { AlgorithmChoice } from "@/features/algorithms/algorithm-choice";
import { fittingEncoder } from "@/features/algorithms/algorithms";
import { EncoderChoice } from "@/features/algorithms/encoder-choice";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import { RequestDialog, type StartDialogProps } from "@/features/runs/request-dialog";
import { firstTexts, requestFaults, requestOf } from "@/features/runs/request-form";
import { Switch } from "@/ui/choice";
import { ParameterField } from "@/ui/parameter-field";

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
const IN_PARTS = ["algorithm", "encoder"] as const;
const SEARCH = ["interval", "fraction"] as const;

/** Asks for bots of one shape that are trained at once, and whether they search together. */
export default function StartPopulationDialog(props: StartDialogProps) {
  const algorithms = useAlgorithms();
  const [searches, setSearches] = useState(true);
  const [rules, setRules] = useState(() => firstTexts("SearchFields", {}));
  const faults = searches ? requestFaults("SearchFields", rules) : {};
  const search = searches ? requestOf("SearchFields", rules) : null;
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
      beside={{ values: { search }, faults }}
      inParts={IN_PARTS}
      parts={({ algorithm = "", encoder = "" }, wrong, change) => (
        <>
          <AlgorithmChoice
            value={algorithm}
            onChange={(next) =>
              change({ algorithm: next, encoder: fittingEncoder(algorithms, next, encoder) })
            }
            fault={wrong.algorithm}
          />
          <EncoderChoice
            value={encoder}
            onChange={(next) => change({ encoder: next })}
            algorithm={algorithm}
            fault={wrong.encoder}
          />
          <Switch
            checked={searches}
            onChange={setSearches}
            label="They search together"
            hint="Now and then the worst take over what the best have learned, and try other parameters. You can pin and exclude members."
          />
          {searches && (
            <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
              {SEARCH.map((name) => (
                <ParameterField
                  key={name}
                  model="SearchFields"
                  name={name}
                  value={rules[name] ?? ""}
                  onChange={(text) => setRules((before) => ({ ...before, [name]: text }))}
                  fault={faults[name]}
                />
              ))}
            </div>
          )}
        </>
      )}
      send={(request, id) =>
        post("/api/populations", { body: request as unknown as Schema<"PopulationsStart">, id })
      }
    />
  );
}
