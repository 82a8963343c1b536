"""What algorithms share that learn from a round of many accounts and then forget it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import fields
from math import isfinite
from typing import Any, ClassVar, Final

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.algorithms.base import AlgorithmState, BarsLearned, Problem
from aibt.rl.algorithms.learned import copied_out, copy_in
from aibt.rl.algorithms.rounds import Batch, Round, batch_of, round_of
from aibt.rl.devices import resolve_device
from aibt.rl.environment import Floats, Indices
from aibt.rl.exploration import epsilon
from aibt.rl.market_network import MarketNetwork, initial_market_weights
from aibt.rl.network import Weights
from aibt.rl.parameters import TrainingParameters
from aibt.rl.radam import RAdam
from aibt.rl.rollout import Rollout

_STEPS: Final = 32
_CLIP_NORM: Final = 10.0


class RoundLearner(ABC):
    """Learns from each round in batches of accounts, some epochs long, see `Algorithm`."""

    collects: Final = True
    vector_steps: Final = _STEPS
    epochs: ClassVar[int]

    def __init__(self, problem: Problem) -> None:
        parameters, architecture = problem.parameters, problem.architecture
        self._parameters, self._architecture = parameters, architecture
        self._unit = problem.reward_unit
        self._device = resolve_device(parameters.device)
        self._rows = torch.tensor(problem.rows, device=self._device)
        self._network = MarketNetwork(
            architecture, torch.zeros(architecture.size, device=self._device), learns=True
        )
        self._optimizer = RAdam(self._network.flat, clip_norm=_CLIP_NORM)
        seeds = np.random.SeedSequence(parameters.seed, spawn_key=(0, 1))
        self._generator = np.random.Generator(np.random.PCG64(seeds))
        self._round: Round | None = None
        self._judgement: dict[str, torch.Tensor] = {}
        self._batches: list[NDArray[np.int64]] = []  # accounts of the updates that are owed
        self._version = 0
        self._loss: torch.Tensor | float | None = None
        self.load_weights(initial_market_weights(architecture, parameters.seed))

    @abstractmethod
    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """See `Algorithm.behaviour`."""

    @abstractmethod
    def _judged(self, found: Round, outputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return what the updates are to know of each step, as the weights are now. [K, N] each.

        Args:
            found: the round.
            outputs: the head's, at the bars that were visited. Shape [U, O].
        """

    @abstractmethod
    def _loss_of(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch from the head's outputs at its bars, [U, O]."""

    @property
    def version(self) -> int:
        """See `Algorithm.version`."""
        return self._version

    @property
    def loss(self) -> float | None:
        """See `Algorithm.loss`."""
        if self._loss is None:
            return None
        loss = float(self._loss)
        return loss if isfinite(loss) else None

    @property
    def updates_owed(self) -> int:
        """See `Algorithm.updates_owed`."""
        return len(self._batches)

    def epsilon(self, episode: int) -> float:
        """See `aibt.rl.exploration.epsilon`."""
        return epsilon(episode, self._parameters.discounter_rate)

    def begin(self) -> BarsLearned:
        """Refuse: it learns from rollouts.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("it learns from rollouts")

    def learn_from(self, rollouts: Sequence[Rollout]) -> None:
        """Judge the round, and owe the updates of all epochs over it."""
        found = round_of(rollouts, unit=self._unit, device=self._device)
        with torch.no_grad():
            outputs = self._network.of_bars(self._rows, found.visited)
            self._round, self._judgement = found, self._judged(found, outputs)
        size = self._parameters.batch_size
        for _ in range(self.epochs):
            order = self._generator.permutation(found.accounts)
            self._batches += [order[at : at + size] for at in range(0, len(order), size)]

    def update(self) -> None:
        """Take one step on the next batch of accounts."""
        if self._round is None or not self._batches:
            return
        batch = batch_of(self._round, self._batches.pop(0))
        loss = self._loss_of(self._network.of_bars(self._rows, batch.bars), batch)
        self._optimizer.update(self._network.backward(loss), self._parameters.lr)
        self._loss = loss.detach()
        self._version += 1
        if not self._batches:
            self._round, self._judgement = None, {}

    def values(self, bars: Indices) -> Floats:
        """See `Algorithm.values`."""
        return self._network.values(self._rows, bars)

    def weights(self) -> dict[str, Floats]:
        """See `Algorithm.weights`."""
        return {name: held.cpu().numpy().copy() for name, held in self._network.named().items()}

    def load_weights(self, weights: Weights) -> None:
        """See `Algorithm.load_weights`."""
        self._network.load(weights)
        self._version += 1

    def change(self, parameters: TrainingParameters) -> None:
        """See `Algorithm.change`; a new batch size holds from the next round on."""
        self._parameters = parameters

    def knowledge(self) -> AlgorithmState:
        """See `Algorithm.knowledge`: the network, and the optimizer's moments."""
        return AlgorithmState(
            tensors=copied_out(self._learned()), facts={"updates": self._optimizer.updates}
        )

    def take_over(self, knowledge: AlgorithmState) -> None:
        """See `Algorithm.take_over`."""
        copy_in(self._learned(), knowledge.tensors, self._architecture)
        self._optimizer.updates = int(knowledge.facts["updates"])
        self._version += 1

    def state(self) -> AlgorithmState:
        """See `Algorithm.state`."""
        tensors: dict[str, Any] = copied_out(self._learned())
        if self._round is not None:
            for field in fields(self._round):
                held = getattr(self._round, field.name)
                tensors[f"round.{field.name}"] = held.cpu().numpy().copy()
            for name, known in self._judgement.items():
                tensors[f"judged.{name}"] = known.cpu().numpy().copy()
            for number, accounts in enumerate(self._batches):
                tensors[f"batch.{number}"] = accounts.copy()
        facts = {
            "updates": self._optimizer.updates,
            "version": self._version,
            "owed": len(self._batches),
            "loss": self.loss,
            "generator": self._generator.bit_generator.state,
        }
        return AlgorithmState(tensors=tensors, facts=facts)

    def load_state(self, state: AlgorithmState) -> None:
        """See `Algorithm.load_state`."""
        tensors, facts = state.tensors, state.facts
        copy_in(self._learned(), tensors, self._architecture)
        self._round, self._judgement, self._batches = None, {}, []
        if facts["owed"]:
            self._round = Round(
                **{
                    field.name: self._given(tensors[f"round.{field.name}"])
                    for field in fields(Round)
                }
            )
            self._judgement = {
                name.removeprefix("judged."): self._given(array)
                for name, array in tensors.items()
                if name.startswith("judged.")
            }
            owed = range(int(facts["owed"]))
            self._batches = [np.array(tensors[f"batch.{number}"], np.int64) for number in owed]
        self._optimizer.updates = int(facts["updates"])
        self._version = int(facts["version"])
        self._loss = facts["loss"]
        self._generator.bit_generator.state = dict(facts["generator"])

    def _learned(self) -> dict[str, torch.Tensor]:
        return {
            "network": self._network.flat,
            "adam.mean": self._optimizer.mean,
            "adam.square": self._optimizer.square,
        }

    def _about(self, name: str, batch: Batch) -> torch.Tensor:
        """Return what was judged of a batch's steps. Shape [M]."""
        return batch.of(self._judgement[name])

    def _given(self, array: NDArray[Any]) -> torch.Tensor:
        return torch.tensor(array, device=self._device)
