"""The true processes of the synthetic markets, as grids, and their states told from bars.

A state is told from the bars up to and including its own, knowing the process' numbers but
not its seed; the phase of a sine alone is known from the seed.
"""

from abc import ABC, abstractmethod
from typing import ClassVar, Final

import numpy as np

from aibt.market.bars import BarSeries
from aibt.market.sources.synthetic import (
    BASE_PRICE,
    MOMENTUM_BACK,
    MOMENTUM_NOISE,
    OU_BACK,
    OU_NOISE,
    SINE_BARS,
    SINE_NOISE,
    TREND_DRIFT,
    TREND_KEPT,
    TREND_NOISE,
    sine_wave,
)
from aibt.rl.optimum.dynamic_program import Floats

_NOISE_POINTS: Final = 201
_REACH: Final = 7.0  # standard deviations that a grid covers on either side


class Process(ABC):
    """A market whose state is one number, told on a grid.

    Its transitions are the density of the next state at the points, each row scaled to sum to 1:
    for smooth densities as good as any quadrature.
    """

    period = 1
    points: ClassVar[int] = 801  # of the grid

    def __init__(self, points: Floats, densities: Floats) -> None:
        self._points = points  # [X]
        self._kernel = densities / densities.sum(axis=1, keepdims=True)  # [X, X]
        self.next_returns = self.returns_after(points)

    def expected(self, values: Floats) -> Floats:
        """See `ProcessGrid.expected`."""
        found: Floats = self._kernel @ values
        return found

    def moved(self, masses: Floats) -> Floats:
        """See `ProcessGrid.moved`."""
        found: Floats = self._kernel.T @ masses
        return found

    def returns_at(self, bars: BarSeries) -> Floats:
        """Return the mean log return over the bar after each. Shape [T]."""
        return self.returns_after(self.states(bars))

    def looked_up(self, table: Floats, bars: BarSeries) -> Floats:
        """Return `table`, [X, S], at the state each bar ends in. Shape [T, S]."""
        states = self.states(bars)
        return np.column_stack([np.interp(states, self._points, column) for column in table.T])

    @abstractmethod
    def returns_after(self, states: Floats) -> Floats:
        """Return the mean log return over the bar after each state. Shapes [X]."""

    @abstractmethod
    def states(self, bars: BarSeries) -> Floats:
        """Return the state each bar ends in, told from the bars up to it. Shape [T]."""


class OrnsteinUhlenbeck(Process):
    """State: the log price's distance from where it is drawn to."""

    def __init__(self) -> None:
        points = _grid(OU_NOISE / np.sqrt(1 - OU_BACK**2), self.points)
        super().__init__(points, _normal(points - OU_BACK * points[:, None], OU_NOISE))

    def returns_after(self, states: Floats) -> Floats:
        return (OU_BACK - 1) * states

    def states(self, bars: BarSeries) -> Floats:
        found: Floats = np.log(bars.close / BASE_PRICE)
        return found


class Autoregressive(Process):
    """State: the last log return."""

    def __init__(self, back: float, noise: float) -> None:
        self._back = back
        points = _grid(noise / np.sqrt(1 - back**2), self.points)
        super().__init__(points, _normal(points - back * points[:, None], noise))

    def returns_after(self, states: Floats) -> Floats:
        return self._back * states

    def states(self, bars: BarSeries) -> Floats:
        found: Floats = np.log(bars.close / bars.open)  # bars open at the last close
        return found


class HiddenTrend(Process):
    """State: the log-odds that the bar's regime was the rising one, given all returns so far.

    With p the chance that the next bar rises, its return r is ±drift and noise, and Bayes'
    rule adds 2·drift·r / noise² to the log-odds of p (Wonham 1965, in discrete time).
    """

    _GAIN: ClassVar[float] = 2 * TREND_DRIFT / TREND_NOISE**2

    def __init__(self) -> None:
        spread = self._GAIN * TREND_NOISE
        reach = _log_odds(np.array(TREND_KEPT)) + spread * _REACH
        points = np.linspace(-reach, reach, self.points)
        rises = self._rises(points)[:, None]
        needed = (points - _log_odds(rises)) / self._GAIN  # the return that leads there, [X, X]
        densities = rises * _normal(needed - TREND_DRIFT, TREND_NOISE)
        densities += (1 - rises) * _normal(needed + TREND_DRIFT, TREND_NOISE)
        super().__init__(points, densities)

    def returns_after(self, states: Floats) -> Floats:
        return TREND_DRIFT * (2 * self._rises(states) - 1)

    def states(self, bars: BarSeries) -> Floats:
        told = (self._GAIN * np.log(bars.close / bars.open)).tolist()
        state, found = 0.0, []
        for each in told:
            rises = TREND_KEPT - (2 * TREND_KEPT - 1) / (1 + np.exp(state))
            state = float(np.log(rises / (1 - rises))) + each
            found.append(state)
        return np.array(found)

    @staticmethod
    def _rises(states: Floats) -> Floats:
        """Return the chance that the next bar's regime is the rising one. Shapes [X]."""
        found: Floats = TREND_KEPT - (2 * TREND_KEPT - 1) / (1 + np.exp(states))
        return found


class NoisySine:
    """State: the place on the wave, which is known, and the noise around it.

    The noise of a bar is gone with the next, so what lies beyond depends on the place alone.

    Args:
        seed: of the market; it tells the phase.
    """

    period = SINE_BARS

    def __init__(self, seed: int) -> None:
        self._wave = sine_wave(seed, SINE_BARS)  # [32] the first is before the first bar
        self._noise = _grid(SINE_NOISE, _NOISE_POINTS)
        weights = _normal(self._noise, SINE_NOISE)
        self._weights = weights / weights.sum()
        ahead = np.roll(self._wave, -1) - self._wave  # [32]
        self.next_returns: Floats = (ahead[:, None] - self._noise).ravel()  # [32 · N]

    def expected(self, values: Floats) -> Floats:
        """See `ProcessGrid.expected`."""
        places = values.reshape(SINE_BARS, len(self._noise), -1)
        following = np.roll(np.einsum("n,pns->ps", self._weights, places), -1, axis=0)
        return np.repeat(following, len(self._noise), axis=0)

    def moved(self, masses: Floats) -> Floats:
        """See `ProcessGrid.moved`."""
        places = masses.reshape(SINE_BARS, len(self._noise), -1).sum(axis=1)
        spread: Floats = np.roll(places, 1, axis=0)[:, None, :] * self._weights[:, None]
        return spread.reshape(masses.shape)

    def returns_at(self, bars: BarSeries) -> Floats:
        """Return the mean log return over the bar after each. Shape [T]."""
        places = self._places(bars)
        found: Floats = self._wave[(places + 1) % SINE_BARS] - np.log(bars.close / BASE_PRICE)
        return found

    def looked_up(self, table: Floats, bars: BarSeries) -> Floats:
        """Return `table`, [X, S], at the place each bar ends at. Shape [T, S]."""
        return table[self._places(bars) * len(self._noise)]

    @staticmethod
    def _places(bars: BarSeries) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return (bars.opened_ns // bars.interval.ns + 1) % SINE_BARS


def momentum() -> Autoregressive:
    """Return the process of the `MOMENTUM` market."""
    return Autoregressive(MOMENTUM_BACK, MOMENTUM_NOISE)


def _grid(deviation: float, points: int) -> Floats:
    return np.linspace(-_REACH * deviation, _REACH * deviation, points)


def _normal(distances: Floats, deviation: float) -> Floats:
    """Return the normal density up to a factor."""
    found: Floats = np.exp(-0.5 * (distances / deviation) ** 2)
    return found


def _log_odds(chances: Floats) -> Floats:
    found: Floats = np.log(chances / (1 - chances))
    return found
