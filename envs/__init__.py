"""Gymnasium environments over the account rule; numba is loaded when one is made.

`gymnasium.make("aibt/Trading-v0", bars=…)` and `gymnasium.make_vec(…)` find them after
`import envs`.
"""

from gymnasium.envs.registration import register, registry

TRADING = "aibt/Trading-v0"

if TRADING not in registry:
    register(
        id=TRADING,
        entry_point="envs.trading_env:TradingEnv",
        vector_entry_point="envs.trading_vector_env:TradingVectorEnv",
        disable_env_checker=True,
    )
