/** What a request's fields are called in the forms: a label, and a hint where the wire's own words are too short. */
export const names: Record<string, { label: string; hint?: string; unit?: string }> = {
  algorithm: { label: "Algorithm" },
  allow_short: { label: "Short selling" },
  balance: { label: "Starting balance" },
  base_model: { label: "Model" },
  base_url: { label: "Service address" },
  batch_size: { label: "Batch size" },
  benchmark: { label: "Benchmark" },
  bot_name: { label: "Bot" },
  bots: { label: "Bots it may ask" },
  current: { label: "Current password" },
  depth: { label: "Hidden layers" },
  device: { label: "Device" },
  disabled: { label: "Disabled" },
  discounter_rate: {
    label: "Exploration budget",
    hint: "In episode k an action is random with probability (budget − k) / 200, between 0 and 1",
    unit: "episodes",
  },
  email: { label: "E-mail" },
  end: { label: "Last date" },
  environments: {
    label: "Parallel accounts",
    hint: "Accounts that trade side by side; 0: as many as the algorithm does best with",
  },
  fee_bps: { label: "Fee", unit: "bps" },
  fresh: { label: "Start from new weights", hint: "Otherwise it goes on from the bot’s best" },
  gamma: {
    label: "Discount",
    hint: "What the next bar's reward counts beside this bar's: near 1 looks far ahead",
  },
  hidden_layers: { label: "Layer width", hint: "Neurons in each hidden layer" },
  is_admin: { label: "Administrator" },
  is_public: { label: "Public results" },
  key: { label: "API key" },
  live: { label: "Live" },
  lr: {
    label: "Learning rate",
    hint: "How far each update moves the weights, often 0.0001 to 0.01",
  },
  max_cost: { label: "Cost limit", unit: "USD" },
  max_episodes: { label: "Most episodes" },
  max_leverage: { label: "Largest leverage" },
  max_position: { label: "Largest position" },
  max_rounds: { label: "Requests per decision" },
  max_tokens: { label: "Token limit" },
  max_turnover: { label: "Largest turnover" },
  min_episodes: { label: "Fewest episodes" },
  model_id: { label: "Agent" },
  name: { label: "Name" },
  new: { label: "New password" },
  new_name: { label: "New name" },
  password: { label: "Password" },
  period: { label: "Bar interval" },
  price_collar: { label: "Price collar" },
  prompt: { label: "Instructions" },
  provider: { label: "Provider" },
  rollout_workers: { label: "Rollout workers" },
  seed: { label: "Random seed" },
  slippage_bps: { label: "Slippage", unit: "bps" },
  source: { label: "Market source", hint: "Where the bars come from" },
  start: { label: "First date" },
  symbol: { label: "Symbol" },
  temperature: { label: "Temperature" },
  tools: { label: "Tools" },
  train_data_percentage: { label: "Training share", unit: "%" },
  universe: { label: "Symbols" },
};

export const optionLabels: Record<string, string> = {
  auto: "Automatic",
  counterfactual: "Counterfactual",
  "counterfactual-policy": "Counterfactual policy",
  cpu: "CPU",
  csv: "CSV folder",
  cuda: "GPU (CUDA)",
  dqn: "DQN",
  math: "Calculator",
  newest: "Newest first",
  oldest: "Oldest first",
  ppo: "PPO",
  pqn: "PQN",
  price: "Prices",
  sample: "Bundled sample",
  search: "Search",
  synthetic: "Synthetic",
  trade: "Trading",
  yahoo: "Yahoo Finance",
};

/** What is said where a text does not have the form that a pattern asks for. */
export const forms: [pattern: string, fault: string][] = [
  [
    "^[^\\W_][\\w .\\-]{0,63}$",
    "Use letters, digits, spaces, “_”, “-” or “.”, and begin with a letter or a digit.",
  ],
  [
    "^[\\^A-Za-z0-9][A-Za-z0-9.\\-=\\^]{0,14}$",
    "A symbol has up to 15 letters, digits, “.”, “-”, “=” or “^”, as EURUSD or ^GSPC.",
  ],
  ["^[a-z0-9][a-z0-9_\\-]{0,63}$", "Use lower-case letters, digits, “_” or “-”."],
  ["^[!-~]+$", "Only printable characters without spaces."],
];

/** Return the name in words where the table above has none: rate_hz is “Rate hz”. */
export function plainName(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
