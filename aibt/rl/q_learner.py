"""Double DQN's arithmetic: one update, on a CPU in compiled code or anywhere in torch."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.adam import Adam
from aibt.rl.encoder import RowEncoder
from aibt.rl.environment import Floats, Indices
from aibt.rl.network import ACTIONS, SIDES, Architecture, Weights, check_weights
from aibt.rl.q_network import QNetwork
from aibt.rl.replay_buffer import Transitions

CLIP_NORM: Final = 10.0
TARGET_RATE: Final = 0.01
"""How far the target moves towards the online network per update."""


class QLearner(Protocol):
    """An online and a target network, and the optimizer's memory."""

    updates: int
    """How many updates there were."""

    def update(
        self, stored: Transitions, places: NDArray[np.int64], *, discount: float, rate: float
    ) -> float | torch.Tensor:
        """Learn from some transitions, and return the loss before it.

        Args:
            stored: what is kept.
            places: which of them are looked at. Shape [B].
            discount: γ.
            rate: Adam's learning rate.
        """
        ...

    def values(self, bars: Indices) -> Floats:
        """Return the online network's values for sides -1, 0, +1. Shape [B, 3, 4]."""
        ...

    def weights(self) -> dict[str, Floats]:
        """Return the online network's weights by name, as copies."""
        ...

    def load(self, weights: Weights) -> None:
        """Let both networks have these weights.

        Raises:
            ValueError: they are those of another network.
        """
        ...

    def arrays(self) -> dict[str, Floats]:
        """Return both networks' weights and what Adam remembers, flat, as copies. Shapes [P]."""
        ...

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what `arrays` returned; others among them are passed over.

        Raises:
            ValueError: they are those of another network; nothing has changed.
        """
        ...


class TorchQLearner:
    """In torch, on any device.

    Args:
        rows: feature rows of the whole series. Shape [T, F].
        reward_unit: rewards are divided by it.
    """

    def __init__(
        self, architecture: Architecture, rows: Floats, reward_unit: float, device: torch.device
    ) -> None:
        self._architecture = architecture
        self._unit = np.float32(reward_unit)
        self._device = device
        self._encoder = RowEncoder(rows, device)
        size = architecture.size
        self._online = QNetwork(architecture, torch.zeros(size, device=device))
        self._target = QNetwork(architecture, torch.zeros(size, device=device))
        self._optimizer = Adam(self._online.flat, clip_norm=CLIP_NORM)
        self._held = {
            "online": self._online.flat,
            "target": self._target.flat,
            "adam.mean": self._optimizer.mean,
            "adam.square": self._optimizer.square,
        }

    @property
    def updates(self) -> int:
        """See `QLearner.updates`."""
        return self._optimizer.updates

    @updates.setter
    def updates(self, updates: int) -> None:
        self._optimizer.updates = updates

    def update(
        self, stored: Transitions, places: NDArray[np.int64], *, discount: float, rate: float
    ) -> torch.Tensor:
        """See `QLearner.update`."""
        actions = self._encoder.index(stored.actions[places])
        bars = self._encoder.index(stored.bars[places])
        sides = self._encoder.index(stored.sides[places] + 1)
        activations = self._online.activations(self._encoder.inputs(bars, sides))
        # picked by product: the backward of an index is not deterministic on every device
        taken = torch.nn.functional.one_hot(actions, ACTIONS).to(torch.float32)
        wanted = self._targets(stored, places, bars, discount)
        errors = (activations[-1] * taken).sum(1) - wanted
        loss = torch.nn.functional.huber_loss(errors, torch.zeros_like(errors))
        slopes = errors.clamp(-1.0, 1.0).div_(len(places))
        gradient = self._online.gradient(activations, taken.mul_(slopes.unsqueeze(1)))
        self._optimizer.update(gradient, rate)
        self._target.flat.lerp_(self._online.flat, TARGET_RATE)
        return loss

    def values(self, bars: Indices) -> Floats:
        """See `QLearner.values`."""
        values = self._online.values(self._encoder.inputs_of_all_sides(bars))
        found: Floats = values.view(len(bars), SIDES, ACTIONS).cpu().numpy()
        return found

    def weights(self) -> dict[str, Floats]:
        """See `QLearner.weights`."""
        return {name: tensor.cpu().numpy().copy() for name, tensor in self._online.named().items()}

    def load(self, weights: Weights) -> None:
        """See `QLearner.load`."""
        self._online.load(weights)
        self._target.flat.copy_(self._online.flat)

    def arrays(self) -> dict[str, Floats]:
        """See `QLearner.arrays`."""
        return {name: tensor.cpu().numpy().copy() for name, tensor in self._held.items()}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """See `QLearner.load_arrays`."""
        check_arrays(self._architecture, arrays, self._held)
        for name, tensor in self._held.items():
            tensor.copy_(torch.tensor(arrays[name]))

    def _targets(
        self,
        stored: Transitions,
        places: NDArray[np.int64],
        bars: torch.Tensor,
        discount: float,
    ) -> torch.Tensor:
        sides = self._encoder.index(stored.next_sides[places] + 1)
        inputs = self._encoder.inputs(bars + 1, sides)
        best = self._online.values(inputs).argmax(1, keepdim=True)
        futures = self._target.values(inputs).gather(1, best).squeeze(1)
        discounts = np.where(stored.terminations[places], 0.0, discount).astype(np.float32)
        rewards = torch.from_numpy(stored.rewards[places] / self._unit).to(self._device)
        return rewards + torch.from_numpy(discounts).to(self._device) * futures


class CompiledQLearner:
    """On a CPU: an update is one call of compiled code (`aibt.rl.q_kernel`).

    Its numbers are those of `TorchQLearner` up to the rounding of sums.

    Args:
        rows: feature rows of the whole series. Shape [T, F].
        reward_unit: rewards are divided by it.
    """

    def __init__(self, architecture: Architecture, rows: Floats, reward_unit: float) -> None:
        from aibt.rl import q_kernel

        self._kernel = q_kernel
        self._architecture = architecture
        self._rows: Floats = np.require(rows, np.float32, ["C", "W"])
        self._unit = reward_unit
        widths = [architecture.width] * architecture.depth
        self._sizes = np.array([architecture.features + SIDES, *widths, ACTIONS], np.int64)
        self._online, self._target, self._mean, self._square = (
            np.zeros(architecture.size, np.float32) for _ in range(4)
        )
        self._held = {
            "online": self._online,
            "target": self._target,
            "adam.mean": self._mean,
            "adam.square": self._square,
        }
        self.updates = 0
        self._warm_up()

    def update(
        self, stored: Transitions, places: NDArray[np.int64], *, discount: float, rate: float
    ) -> float:
        """See `QLearner.update`."""
        self.updates += 1
        loss: float = self._kernel.update(
            self._rows, stored.bars, stored.sides, stored.actions, stored.rewards,
            stored.next_sides, stored.terminations, places, self._sizes,
            self._online, self._target, self._mean, self._square, self.updates,
            self._unit, discount, rate, CLIP_NORM, TARGET_RATE,
        )  # fmt: skip
        return loss

    def values(self, bars: Indices) -> Floats:
        """See `QLearner.values`."""
        found: Floats = np.empty((len(bars), SIDES, ACTIONS), np.float32)
        at = np.ascontiguousarray(bars, np.int32)
        self._kernel.values_of_all_sides(
            self._rows, at, self._sizes, self._online, found.reshape(-1)
        )
        return found

    def weights(self) -> dict[str, Floats]:
        """See `QLearner.weights`."""
        return {name: view.copy() for name, view in self._views().items()}

    def load(self, weights: Weights) -> None:
        """See `QLearner.load`."""
        check_weights(self._architecture, weights)
        for name, view in self._views().items():
            view[...] = weights[name]
        self._target[:] = self._online

    def arrays(self) -> dict[str, Floats]:
        """See `QLearner.arrays`."""
        return {name: array.copy() for name, array in self._held.items()}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """See `QLearner.load_arrays`."""
        check_arrays(self._architecture, arrays, self._held)
        for name, array in self._held.items():
            array[:] = arrays[name]

    def _views(self) -> dict[str, Floats]:
        found, at = {}, 0
        for name, shape in self._architecture.shapes.items():
            size = int(np.prod(shape))
            found[name] = self._online[at : at + size].reshape(shape)
            at += size
        return found

    def _warm_up(self) -> None:
        """Compile now, not in a round that is timed; all is zero before and after."""
        whole, bars = np.zeros(1, np.int8), np.zeros(1, np.int32)
        stored = Transitions(
            bars=bars,
            sides=whole,
            actions=whole,
            rewards=np.zeros(1, np.float32),
            next_sides=whole,
            terminations=np.zeros(1, np.bool_),
        )
        self.update(stored, np.zeros(0, np.int64), discount=0.0, rate=0.0)
        self.values(bars)
        self.updates = 0


def check_arrays(
    architecture: Architecture, arrays: Mapping[str, NDArray[Any]], wanted: Mapping[str, object]
) -> None:
    """Refuse flat arrays of another network.

    Raises:
        ValueError: one that is wanted is missing, or has another shape than [P].
    """
    for name in wanted:
        if name not in arrays or arrays[name].shape != (architecture.size,):
            raise ValueError(f"{name} is not that of {architecture}")
