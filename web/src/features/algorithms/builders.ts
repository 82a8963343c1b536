import schemas from "@/generated/forms.json";
import type { Schema } from "@/api/types";
import type { Algorithm } from "@/features/algorithms/algorithms";

const inBots = schemas.BotsCreate.properties.algorithm;
const inPopulations = schemas.PopulationsStart.properties.algorithm;
const [inTrainings] = schemas.TrainingsStart.properties.algorithm.anyOf;

/** What a platform with two algorithms tells of them; its forms take the second one, too. Only that takes all encoders. */
export function twoAlgorithms(unused: Algorithm["unused"] = {}): Schema<"AlgorithmsMessage"> {
  for (const names of [inBots.enum, inPopulations.enum, inTrainings?.enum ?? []]) {
    if (!names.includes("other")) names.push("other");
  }
  return {
    algorithms: [
      {
        name: "dqn",
        sentence: "Tries one action at a time.",
        is_default: true,
        unused: { encoder: "Its network is its own." },
        encoders: ["mlp"],
      },
      {
        name: "other",
        sentence: "Learns from every action.",
        is_default: false,
        unused,
        encoders: ["mlp", "conv"],
      },
    ],
    encoders: [
      { name: "mlp", sentence: "Reads one bar.", is_default: true },
      { name: "conv", sentence: "Reads many bars.", is_default: false },
    ],
  };
}
