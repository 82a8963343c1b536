"""What algorithms share that learn from a round of many accounts and then forget it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Share:
    """Accounts of a batch whose part of the gradient one update finds.

    Attributes:
        first, last: whether the gradient begins with it, and whether the weights move after it.
    """

    accounts: NDArray[np.int64]
    batch: int  # accounts of the whole batch
    first: bool
    last: bool


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
        self._shares: list[Share] = []  # of the updates that are owed
        self._summed: torch.Tensor | float = 0.0  # loss of the shares of a batch that are done
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
        return len(self._shares)

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
            outputs = self._network.of_many_bars(self._rows, found.visited)
            self._round, self._judgement = found, self._judged(found, outputs)
        size = self._parameters.batch_size
        for _ in range(self.epochs):
            order = self._generator.permutation(found.accounts)
            for at in range(0, len(order), size):
                self._shares += self._shared(found, order[at : at + size])

    def update(self) -> None:
        """Add to the gradient of the next batch of accounts; once it is whole, take a step."""
        if self._round is None or not self._shares:
            return
        share = self._shares.pop(0)
        batch = batch_of(self._round, share.accounts)
        part = len(share.accounts) / share.batch
        loss = self._loss_of(self._network.of_bars(self._rows, batch.bars), batch) * part
        gradient = self._network.backward(loss, more=not share.first)
        self._summed = loss.detach() + (0.0 if share.first else self._summed)
        if share.last:
            self._loss = self._summed
            self._optimizer.update(gradient, self._parameters.lr)
            self._version += 1
        if not self._shares:
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
            for number, share in enumerate(self._shares):
                tensors[f"share.{number}"] = share.accounts.copy()
            if not self._shares[0].first:
                tensors["gradient"] = self._network.gradient.cpu().numpy().copy()
        facts = {
            "updates": self._optimizer.updates,
            "version": self._version,
            "owed": [[share.batch, share.first, share.last] for share in self._shares],
            "summed": float(self._summed),
            "loss": self.loss,
            "generator": self._generator.bit_generator.state,
        }
        return AlgorithmState(tensors=tensors, facts=facts)

    def load_state(self, state: AlgorithmState) -> None:
        """See `Algorithm.load_state`."""
        tensors, facts = state.tensors, state.facts
        copy_in(self._learned(), tensors, self._architecture)
        self._round, self._judgement, self._shares = None, {}, []
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
            self._shares = [
                Share(
                    accounts=np.array(tensors[f"share.{number}"], np.int64),
                    batch=int(batch),
                    first=bool(first),
                    last=bool(last),
                )
                for number, (batch, first, last) in enumerate(facts["owed"])
            ]
            if not self._shares[0].first:
                self._network.gradient.copy_(self._given(tensors["gradient"]))
        self._summed = float(facts["summed"])
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

    def _shared(self, found: Round, accounts: NDArray[np.int64]) -> list[Share]:
        """Return the accounts of a batch in shares: those that met the same bars together."""
        steps = len(found.at)
        units = self._network.units(
            -(-min(len(found.visited), accounts.size * steps) // steps), steps
        )
        units = min(units, len(accounts))
        if units > 1:
            began = found.at[0].cpu().numpy()[accounts]
            accounts = accounts[np.argsort(began, kind="stable")]
        return [
            Share(accounts=part, batch=len(accounts), first=number == 0, last=number == units - 1)
            for number, part in enumerate(np.array_split(accounts, units))
        ]

    def _about(self, name: str, batch: Batch) -> torch.Tensor:
        """Return what was judged of a batch's steps. Shape [M]."""
        return batch.of(self._judgement[name])

    def _given(self, array: NDArray[Any]) -> torch.Tensor:
        return torch.tensor(array, device=self._device)
