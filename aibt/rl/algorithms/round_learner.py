"""What algorithms share that learn from a round of many accounts and then forget it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.dlpack import from_dlpack

from aibt.rl.algorithms.base import AlgorithmState, BarsLearned, Problem
from aibt.rl.algorithms.learned import copied_out, copy_in, finite_or_none, none_as_nan
from aibt.rl.algorithms.lessons_in_place import LessonsInPlace
from aibt.rl.algorithms.outlook import Outlook
from aibt.rl.algorithms.rounds import (
    Batch,
    Lessons,
    Round,
    bars_met,
    batch_of,
    lessons_of,
    round_of,
)
from aibt.rl.captured import in_place
from aibt.rl.devices import precision, resolve_device, sent
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
        self._rows = from_dlpack(problem.rows).to(self._device)  # read, and never written
        self._network = MarketNetwork(
            architecture, torch.zeros(architecture.size, device=self._device), learns=True
        )
        self._optimizer = RAdam(self._network.flat, clip_norm=_CLIP_NORM)
        self._precision = precision(parameters)
        bars = range(problem.train_start, len(problem.train_opens))
        self._in_place = self._on_gpu(bars)
        seeds = np.random.SeedSequence(parameters.seed, spawn_key=(0, 1))
        self._generator = np.random.Generator(np.random.PCG64(seeds))
        self._outlook: Outlook | None = None
        self._lessons: Lessons | None = None
        self._shares: list[Share] = []  # of the updates that are owed
        self._summed: torch.Tensor | float = 0.0  # loss of the shares of a batch that are done
        self._version = 0
        self._loss: torch.Tensor | float | None = None
        self.load_weights(initial_market_weights(architecture, parameters.seed))

    @abstractmethod
    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """See `Algorithm.behaviour`."""

    @abstractmethod
    def _chances(self, outputs: torch.Tensor, epsilon: float) -> torch.Tensor:
        """Return what `behaviour` does, of the head's outputs: [B, O] → [B, 3, 4]."""

    @abstractmethod
    def _judged(self, found: Round, outputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return what the updates are to know of each step, as the weights are now. [K, N] each.

        Args:
            found: the round.
            outputs: the head's, at the bars of the round. Shape [U, O].
        """

    @abstractmethod
    def _loss_of(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch from the head's outputs at its bars, [U, O]."""

    def chances(self, bars: torch.Tensor, epsilon: float) -> torch.Tensor:
        """See `aibt.rl.device_rollout.DevicePolicy`."""
        outlook = self._outlook
        with torch.no_grad():
            if outlook is not None and outlook.done and outlook.version == self._version:
                places = torch.searchsorted(outlook.bars, bars)
                return self._chances(outlook.outputs.index_select(0, places), epsilon)
            return self._chances(self._network.of_many_bars(self._rows, bars), epsilon)

    @property
    def version(self) -> int:
        """See `Algorithm.version`."""
        return self._version

    @property
    def loss(self) -> float | None:
        """See `Algorithm.loss`."""
        return finite_or_none(self._loss)

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

    def foresee(self, ahead: Callable[[], Indices]) -> bool:
        """Encode some of the bars ahead, for acting and for judging what comes of it."""
        if self._outlook is None or self._outlook.version != self._version:
            self._outlook = self._outlook_on(ahead())
        if self._outlook.done:
            return True
        self._outlook.advance()
        return False

    def learn_from(self, rollouts: Sequence[Rollout]) -> None:
        """Judge the round, and owe the updates of all epochs over it."""
        outlook, self._outlook = self._outlook, None
        if outlook is None or outlook.version != self._version:
            outlook = self._outlook_on(bars_met(rollouts))
        while not outlook.done:
            outlook.advance()
        with torch.no_grad():
            found = round_of(rollouts, outlook.bars, unit=self._unit)
            self._lessons = lessons_of(found, self._judged(found, outlook.outputs))
        size, rows = self._parameters.batch_size, self._network.rows_read(outlook.bars)
        for _ in range(self.epochs):
            order = self._generator.permutation(len(self._lessons.choices))
            for at in range(0, len(order), size):
                self._shares += self._shared(self._lessons, order[at : at + size], rows)

    def update(self) -> None:
        """Add to the gradient of the next batch of accounts; once it is whole, take a step."""
        if self._lessons is None or not self._shares:
            return
        share = self._shares.pop(0)
        if self._in_place is not None:  # a batch is one share there
            rate = self._parameters.lr
            self._loss = self._summed = self._in_place.update(self._lessons, share.accounts, rate)
            self._version += 1
        else:
            self._add(self._lessons, share)
        if not self._shares:
            self._lessons = None

    def _add(self, lessons: Lessons, share: Share) -> None:
        batch = batch_of(lessons, share.accounts)
        part = len(share.accounts) / share.batch
        loss = self._loss_in(batch) * part
        gradient = self._network.backward(loss, more=not share.first)
        self._summed = loss.detach() + (0.0 if share.first else self._summed)
        if share.last:
            self._loss = self._summed
            self._optimizer.update(gradient, self._parameters.lr)
            self._version += 1

    def _loss_in(self, batch: Batch) -> torch.Tensor:
        with self._precision():
            outputs = self._network.of_bars(self._rows, batch.bars)
        return self._loss_of(outputs.float(), batch)

    def _step(self, batch: Batch, scalars: torch.Tensor) -> torch.Tensor:
        """Take a step from a batch, see `aibt.rl.algorithms.lessons_in_place.StepOf`."""
        loss = self._loss_in(batch)
        self._optimizer.move(self._network.backward(loss), scalars)
        return loss.detach()

    def _on_gpu(self, bars: range) -> LessonsInPlace | None:
        """Return what updates in place; None on the CPU, or where blocks of bars are encoded."""
        found = None if self._architecture.context else in_place(self._optimizer, self._device)
        return None if found is None else LessonsInPlace(found, bars, self._device, self._step)

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
        if self._lessons is not None:
            tensors["bars"] = self._lessons.bars.cpu().numpy().copy()
            tensors["choices"] = self._lessons.choices.cpu().numpy().copy()
            for name, known in self._lessons.judged.items():
                tensors[f"judged.{name}"] = known.cpu().numpy().copy()
            for number, share in enumerate(self._shares):
                tensors[f"share.{number}"] = share.accounts.copy()
            if not self._shares[0].first:
                tensors["gradient"] = self._network.gradient.cpu().numpy().copy()
        facts = {
            "updates": self._optimizer.updates,
            "version": self._version,
            "owed": [[share.batch, share.first, share.last] for share in self._shares],
            "summed": finite_or_none(self._summed),
            "loss": self.loss,
            "generator": self._generator.bit_generator.state,
        }
        return AlgorithmState(tensors=tensors, facts=facts)

    def load_state(self, state: AlgorithmState) -> None:
        """See `Algorithm.load_state`."""
        tensors, facts = state.tensors, state.facts
        copy_in(self._learned(), tensors, self._architecture)
        self._outlook, self._lessons, self._shares = None, None, []
        if facts["owed"]:
            self._lessons = Lessons(
                bars=self._given(tensors["bars"]),
                choices=self._given(tensors["choices"]),
                judged={
                    name.removeprefix("judged."): self._given(array)
                    for name, array in tensors.items()
                    if name.startswith("judged.")
                },
            )
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
        self._summed = none_as_nan(facts["summed"])
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

    def _outlook_on(self, bars: NDArray[Any]) -> Outlook:
        index = sent(bars.astype(np.int64), self._device)
        return Outlook(self._network, self._rows, index, self._version)

    def _foreseen_values(self, bars: Indices) -> Floats:
        """Return what `values` does, of bars that were foreseen without encoding them again."""
        outlook = self._outlook
        if outlook is not None and outlook.done and outlook.version == self._version:
            outputs = outlook.of(torch.from_numpy(bars.astype(np.int64)).to(self._device))
            if outputs is not None:
                return self._network.values_of(outputs)
        return self.values(bars)

    def _shared(self, lessons: Lessons, accounts: NDArray[np.int64], most: int) -> list[Share]:
        """Return the accounts of a batch in shares: those that met the same bars together.

        Args:
            lessons: of the round.
            accounts: of the batch.
            most: rows that are read for all bars of the round.
        """
        rows = len(accounts) * self._network.rows_read_alone(lessons.choices.shape[1])
        units = min(self._network.units(min(rows, most)), len(accounts))
        if units > 1:
            began = lessons.choices[:, 0].cpu().numpy()[accounts]
            accounts = accounts[np.argsort(began, kind="stable")]
        return [
            Share(accounts=part, batch=len(accounts), first=number == 0, last=number == units - 1)
            for number, part in enumerate(np.array_split(accounts, units))
        ]

    def _given(self, array: NDArray[Any]) -> torch.Tensor:
        return torch.tensor(array, device=self._device)
