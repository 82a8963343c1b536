/** What each action on a bot brings with it, in one sentence. */
export const CONSEQUENCES = {
  pause: "The training stands still at once and can be resumed at any time.",
  resume: "The training goes on exactly where it was paused.",
  stop: "The training ends for good; its best weights and its whole history stay.",
  duplicate: "The copy has the same parameters, and no weights: it has learned nothing yet.",
  delete: "The bot and its weights are gone; its trainings stay readable.",
} as const;
