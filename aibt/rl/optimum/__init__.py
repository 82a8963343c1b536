"""The best that can be earned on each synthetic market, and the policy that earns it."""

from aibt.rl.optimum.optimum import KINDS, Optimum, optimum, optimum_for

__all__ = ["KINDS", "Optimum", "optimum", "optimum_for"]
