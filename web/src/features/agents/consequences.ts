/** What each action on an agent brings with it, in one sentence. */
export const CONSEQUENCES = {
  pause: "No tool runs until you resume it. An answer under way is read to its end and kept.",
  resume: "The session goes on with the next tool call.",
  stop: "The session ends for good: an answer under way is cut, and no waiting order fills. Its journal and its account stay.",
  duplicate: "The copy has the same configuration, and no sessions.",
  delete: "The agent is gone and its name is free; its sessions stay readable.",
  publish: "Everybody here sees its name, model, symbols, equity and figures on the leaderboard.",
  hide: "It leaves everybody else’s leaderboard at once; you still see it on yours.",
} as const;
