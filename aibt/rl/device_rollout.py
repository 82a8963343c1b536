"""Collecting on the learner's device: a round is a launch, and is looked at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.devices import sent
from aibt.rl.environment import DeviceEnvironment, Indices
from aibt.rl.network import ACTIONS, SIDES
from aibt.rl.replay_buffer import Transitions
from aibt.rl.rollout import (
    Rollout,
    RolloutSetup,
    RolloutState,
    ShownSteps,
    WeightsSource,
    bars_ahead,
    bars_within,
    spread,
)
from aibt.trading.costs import Costs

_SHOWN: Final = (  # in the order in which they are looked at
    "bars",
    "sides",
    "actions",
    "rewards",
    "next_sides",
    "terminations",
    "truncations",
    "equities",
)


@runtime_checkable
class DevicePolicy(Protocol):
    """What acts where it learned."""

    def chances(self, bars: torch.Tensor, epsilon: float) -> torch.Tensor:
        """Return the probability of each action for sides -1, 0, +1; nothing is waited for.

        Args:
            bars: on the policy's device; where `Algorithm.foresee` was told of the bars ahead,
                they are some of these. Shape [B].
            epsilon: share of random actions.

        Returns:
            Shape [B, 3, 4].
        """
        ...


class MakeEnvironment(Protocol):
    """See `aibt.rl.environment.DeviceEnvironmentFactory.on_device`."""

    def __call__(
        self, bars: BarSeries, *, num_envs: int, start: int, balance: float, costs: Costs
    ) -> DeviceEnvironment: ...


class Uniforms:
    """Uniform numbers, drawn on a device from a seed.

    Those of one kind of device are others than those of another kind.
    """

    def __init__(self, seed: int, worker: int, device: torch.device) -> None:
        self._device = device
        self._generator = torch.Generator(device)
        words = np.random.SeedSequence(seed, spawn_key=(1 + worker,)).generate_state(1, np.uint64)
        self._generator.manual_seed(int(words[0] >> np.uint64(1)))

    def drawn(self, shape: tuple[int, ...]) -> torch.Tensor:
        """Return so many, in [0, 1), float32."""
        return torch.rand(shape, generator=self._generator, device=self._device)

    def state(self) -> dict[str, Any]:
        """Return all that `load_state` needs, ready for JSON."""
        held = self._generator.get_state().numpy().tobytes().hex()
        return {"device": self._device.type, "state": held}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`.

        Raises:
            ValueError: it is that of another kind of device.
        """
        if state.get("device") != self._device.type:
            raise ValueError(f"these random numbers are not those of a {self._device.type}")
        held = np.frombuffer(bytes.fromhex(state["state"]), np.uint8)
        self._generator.set_state(torch.from_numpy(held.copy()))


class DeviceWorkers:
    """The one worker of a training whose environments are where it learns.

    A round is: what acts, as a table on the device; as many uniform numbers; the walk of all
    environments; and one look at what is shown, how many passes ended, and where the
    environments are. What is collected stays on the device.

    Args:
        setup: of the worker.
        make: its environments.
        device: where.
    """

    def __init__(self, setup: RolloutSetup, make: MakeEnvironment, device: torch.device) -> None:
        self._setup, self._device = setup, device
        self._environment = make(
            setup.bars,
            num_envs=setup.environments,
            start=setup.start,
            balance=setup.balance,
            costs=setup.costs,
        )
        shape = (len(setup.bars), SIDES, ACTIONS - 1)
        self._thresholds = torch.zeros(shape, device=device)
        before = self._environment.state()
        nothing = torch.zeros((1, setup.environments), device=device)
        self._environment.walk(self._thresholds, nothing)  # compiled now, not in a round
        self._environment.load_state(before)
        self._uniforms = Uniforms(setup.seed, setup.worker, device)
        self._at: Indices = np.zeros(0, np.int32)
        self._go_on_from(spread(before, setup))

    def collect(
        self,
        source: WeightsSource,
        *,
        epsilon: float,
        vector_steps: int,
        passes_wanted: int | None,
    ) -> Sequence[Rollout]:
        """See `RolloutWorkers.collect`.

        Raises:
            TypeError: the source does not act on a device.
        """
        if not isinstance(source, DevicePolicy):
            raise TypeError(f"{type(source).__name__} does not act on a device")
        setup = self._setup
        decided_until = len(setup.bars) - 1
        bars = bars_within(self._at, start=setup.start, steps=vector_steps, stop=decided_until)
        with torch.no_grad():
            chosen = sent(bars.astype(np.int64), self._device)
            self._thresholds[chosen] = thresholds_of(source.chances(chosen, epsilon))
            draws = self._uniforms.drawn((vector_steps, setup.environments))
            found = self._environment.walk(self._thresholds, draws, passes_wanted)
            columns = self._shared(found)
            seen = self._look(columns)
        steps, passes = int(seen[0]), int(seen[1])
        shown = seen[2 : 2 + len(_SHOWN) * vector_steps].reshape(len(_SHOWN), vector_steps)
        self._at = seen[2 + shown.size :].astype(np.int32)
        return [
            Rollout(
                transitions=_transitions(columns, steps),
                truncations=_flat(columns["truncations"][:steps]),
                environments=setup.environments,
                passes=passes,
                shown=_shown(shown[:, :steps]),
            )
        ]

    def bars_ahead(self, vector_steps: int) -> Indices:
        """See `RolloutWorkers.bars_ahead`."""
        return bars_ahead(self._setup, self._at, vector_steps)

    def states(self) -> list[RolloutState]:
        """See `RolloutWorkers.states`."""
        return [
            RolloutState(environment=self._environment.state(), generator=self._uniforms.state())
        ]

    def load_states(self, states: Sequence[RolloutState]) -> None:
        """See `RolloutWorkers.load_states`."""
        if len(states) != 1:
            raise ValueError(f"{len(states)} states for 1 worker")
        self._go_on_from(states[0].environment)
        self._uniforms.load_state(states[0].generator)

    def _go_on_from(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        self._environment.load_state(state)
        self._at = np.array(state["bars"], np.int32)

    def _shared(self, found: Mapping[str, Any]) -> dict[str, torch.Tensor]:
        """Return what was walked as tensors in the same memory."""
        return {name: as_tensor(array, self._device) for name, array in found.items()}

    def _look(self, columns: Mapping[str, torch.Tensor]) -> NDArray[np.float64]:
        """Wait for the device, and return all that the host is told of a round, in one piece.

        The steps, the passes, what is shown, and where the environments are. Every number is a
        whole one below 2⁵³, a float32 or a float64, so a float64 holds it as it is.
        """
        shown = [columns[name] for name in _SHOWN[:-1]]
        parts = [columns["tally"], *[column[:, 0] for column in shown], columns["equities"]]
        parts.append(as_tensor(self._environment.bars, self._device))
        told: NDArray[np.float64] = torch.cat([part.double() for part in parts]).cpu().numpy()
        return told


def thresholds_of(chances: torch.Tensor) -> torch.Tensor:
    """Return the cumulative probabilities of actions 0, 1 and 2. [B, 3, 4] → [B, 3, 3].

    They are added one after the other, as on the CPU: a sum by `cumsum` has no fixed order
    on a GPU.
    """
    first = chances[..., 0]
    second = first + chances[..., 1]
    return torch.stack([first, second, second + chances[..., 2]], -1)


def as_tensor(array: Any, device: torch.device) -> torch.Tensor:
    """Return an array in a device's memory as a tensor of the same memory."""
    if device.type == "cpu":  # numba simulates the device: its memory is the computer's
        return torch.from_numpy(np.asarray(array))
    return torch.as_tensor(array, device=device)


def _transitions(columns: Mapping[str, torch.Tensor], steps: int) -> Transitions:
    names = ("bars", "sides", "actions", "rewards", "next_sides", "terminations")
    return Transitions(**{name: _flat(columns[name][:steps]) for name in names})


def _flat(column: torch.Tensor) -> Any:
    return column.reshape(-1)


def _shown(rows: NDArray[np.float64]) -> ShownSteps:
    kinds = (np.int32, np.int8, np.int8, np.float32, np.int8, np.bool_, np.bool_, np.float64)
    named = {name: row.astype(kind) for name, row, kind in zip(_SHOWN, rows, kinds, strict=True)}
    return ShownSteps(**named)
