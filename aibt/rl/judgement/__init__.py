"""How learning is judged: walk-forward, baselines, statistics and a verdict in one sentence."""
