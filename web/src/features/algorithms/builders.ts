import schemas from "@/generated/forms.json";
import type { Algorithm } from "@/features/algorithms/algorithms";

const inBots = schemas.BotsCreate.properties.algorithm;
const [inTrainings] = schemas.TrainingsStart.properties.algorithm.anyOf;

/** What a platform with two algorithms tells of them; its forms take the second one, too. */
export function twoAlgorithms(unused: Algorithm["unused"] = {}): { algorithms: Algorithm[] } {
  for (const names of [inBots.enum, inTrainings?.enum ?? []]) {
    if (!names.includes("other")) names.push("other");
  }
  return {
    algorithms: [
      { name: "dqn", sentence: "Tries one action at a time.", is_default: true, unused: {} },
      { name: "other", sentence: "Learns from every action.", is_default: false, unused },
    ],
  };
}
