import type { Member, Population } from "@/features/populations/population";

export function aMember(changes: Partial<Member> = {}): Member {
  const member = changes.member ?? 1;
  return {
    member,
    training_id: 10 + member,
    bot_name: `Tides ${member}`,
    state: "running",
    mark: "free",
    episode: 4,
    steps: 4_000,
    score: null,
    validation: null,
    out_of_sample: null,
    lr: 0.001,
    gamma: 0.97,
    seed: member,
    ...changes,
  };
}

/** A population as a test needs it. */
export function aPopulation(changes: Partial<Population> = {}): Population {
  const members = changes.members ?? [
    aMember({ member: 1, score: 0.1 }),
    aMember({ member: 2, score: 0.3, mark: "pinned" }),
  ];
  return {
    id: 3,
    name: "Tides",
    state: "running",
    searching: true,
    steps_taken: 1,
    members,
    cursor: 2,
    reason: null,
    symbol: "EURUSD",
    period: "1h",
    source: "sample",
    algorithm: "dqn",
    encoder: "mlp",
    hidden_layers: 43,
    depth: 2,
    train_data_percentage: 80,
    batch_size: 64,
    max_episodes: 50,
    min_episodes: 10,
    device: "cpu",
    seed: 1,
    lr_min: 0.0001,
    lr_max: 0.01,
    gamma_min: null,
    gamma_max: null,
    search: { interval: 10, fraction: 0.2 },
    member_count: members.length,
    active_count: members.length,
    trials: 3,
    created_at: "2026-01-01T00:00:00Z",
    ...changes,
  };
}
