"""The rules of `aibt.rl.algorithms.chunks`, compiled for one core of a CPU."""

from typing import Any

import numpy as np
from numba import njit


def _lambda_returns(
    values: Any, growth: Any, costs: Any, gammas: Any, lambda_: Any, found: Any
) -> None:
    chunks, bars, sides = growth.shape
    rest = np.float32(1) - lambda_
    for chunk in range(chunks):
        gamma = gammas[chunk]
        for bar in range(bars - 1, -1, -1):
            for side in range(sides):
                best = values[chunk, bar + 1, 0] - costs[side, 0]
                chosen = 0
                for other in range(1, sides):
                    ahead = values[chunk, bar + 1, other] - costs[side, other]
                    if ahead > best:
                        best = ahead
                        chosen = other
                if bar + 1 < bars:
                    held = found[chunk, bar + 1, chosen] - costs[side, chosen]
                else:
                    held = best
                found[chunk, bar, side] = growth[chunk, bar, side] + gamma * (
                    lambda_ * held + rest * best
                )


lambda_returns = njit(_lambda_returns, error_model="numpy")


def _carry(
    values: Any, growth: Any, costs: Any, temperature: Any, moves: Any, shares: Any
) -> float:
    """Write the chances of each move and the shares of each side; return the reward expected."""
    bars, sides = growth.shape
    total = 0.0
    shares[0, :] = np.float32(1) / sides
    for bar in range(bars):
        shares[bar + 1, :] = 0
        for side in range(sides):
            highest = values[bar, 0] - costs[side, 0]
            for other in range(1, sides):
                highest = max(highest, values[bar, other] - costs[side, other])
            whole = np.float32(0)
            for other in range(sides):
                weight = np.exp((values[bar, other] - costs[side, other] - highest) / temperature)
                moves[bar, side, other] = weight
                whole += weight
            for other in range(sides):
                moves[bar, side, other] /= whole
                share = shares[bar, side] * moves[bar, side, other]
                shares[bar + 1, other] += share
                total += share * (growth[bar, other] - costs[side, other])
    return total


carry = njit(_carry, error_model="numpy")


def _policy_slopes(
    values: Any, growth: Any, costs: Any, gamma: Any, temperature: Any, found: Any
) -> float:
    chunks, bars, sides = growth.shape
    moves = np.empty((bars, sides, sides), np.float32)
    shares = np.empty((bars + 1, sides), np.float32)
    ahead = np.empty(sides, np.float32)
    before = np.empty(sides, np.float32)
    total = 0.0
    for chunk in range(chunks):
        total += carry(values[chunk], growth[chunk], costs, temperature, moves, shares)
        before[:] = 0
        for bar in range(bars - 1, -1, -1):
            for other in range(sides):
                ahead[other] = growth[chunk, bar, other] + gamma * before[other]
                found[chunk, bar, other] = 0
            for side in range(sides):
                mean = np.float32(0)
                for other in range(sides):
                    mean += moves[bar, side, other] * (ahead[other] - costs[side, other])
                before[side] = mean
                for other in range(sides):
                    gain = ahead[other] - costs[side, other] - mean
                    pull = shares[bar, side] * moves[bar, side, other] * gain / temperature
                    found[chunk, bar, other] += pull
    return total


policy_slopes = njit(_policy_slopes, error_model="numpy")
