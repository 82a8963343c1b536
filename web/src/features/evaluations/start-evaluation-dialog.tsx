"use client";

import { post } from "@/api/rest";
import type { Schema } from "@/api/types";
import { AlgorithmsChoice } from "@/features/algorithms/algorithms-choice";
import { EncoderChoice } from "@/features/algorithms/encoder-choice";
import { RequestDialog, type StartDialogProps } from "@/features/runs/request-dialog";
import { parameter, textOf, valueOf } from "@/lib/parameters";

const USUAL = { symbol: "GOOGL", period: "1d" };
const SHOWN = ["seeds", "folds", "max_episodes", "earlier_trials"] as const;
const OTHERS = [
  "min_episodes",
  "learned_first",
  "embargo",
  "hidden_layers",
  "depth",
  "lr",
  "gamma",
  "batch_size",
  "discounter_rate",
  "environments",
  "device",
  "seed",
  "balance",
  "fee_bps",
  "slippage_bps",
] as const;

/** Asks on what the algorithms are judged, and how thoroughly. */
export default function StartEvaluationDialog(props: StartDialogProps) {
  return (
    <RequestDialog
      {...props}
      title="Evaluate algorithms"
      description="Trains each of them several times on the past of every test part, and says whether it is better than buying and holding."
      action="Start evaluation"
      model="EvaluationsStart"
      usual={USUAL}
      shown={SHOWN}
      others={OTHERS}
      inParts={["algorithms", "encoder"]}
      parts={({ algorithms = "", encoder = "" }, faults, change) => (
        <>
          <AlgorithmsChoice
            value={namesIn(algorithms)}
            onChange={(names) => change({ algorithms: textOf(names) })}
            encoder={encoder}
            fault={faults.algorithms}
          />
          <EncoderChoice
            value={encoder}
            onChange={(next) => change({ encoder: next, algorithms: "" })}
            fault={faults.encoder}
          />
        </>
      )}
      send={(request, id) =>
        post("/api/evaluations", { body: request as unknown as Schema<"EvaluationsStart">, id })
      }
    />
  );
}

function namesIn(text: string): string[] {
  const names = valueOf(parameter("EvaluationsStart", "algorithms"), text);
  return Array.isArray(names) ? names : [];
}
