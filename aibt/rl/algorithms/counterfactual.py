"""Learning from all actions in all positions at once, as a price-taker can."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.dlpack import from_dlpack

from aibt.rl.adam import Adam
from aibt.rl.algorithms.base import AlgorithmState, BarsLearned, Problem
from aibt.rl.algorithms.chunk_order import ChunkOrder
from aibt.rl.algorithms.chunks import compile_now, lambda_returns, policy_slopes
from aibt.rl.algorithms.head_fits import HeadFits
from aibt.rl.algorithms.learned import copied_out, copy_in, finite_or_none, none_as_nan
from aibt.rl.algorithms.outcomes import outcomes
from aibt.rl.algorithms.step_due import StepDue
from aibt.rl.captured import in_place
from aibt.rl.devices import precision, resolve_device, sent
from aibt.rl.environment import Floats, Indices
from aibt.rl.exploration import epsilon_greedy
from aibt.rl.market_network import MarketNetwork, initial_market_weights
from aibt.rl.network import Weights
from aibt.rl.parameters import TrainingParameters
from aibt.rl.rollout import Rollout

LAMBDA: Final = 0.65
_CHUNK: Final = 32  # bars of a chunk
_POLICY_CHUNK: Final = 128  # the policy's needs a while to forget where it began
_TEMPERATURE: Final = 0.3  # of the policy form, in units of volatility
_CLIP_NORM: Final = 10.0
_STEPS_AT_ONCE: Final = 16  # of the optimizer, that a GPU is given before it is looked at again
AVERAGED: Final = 0.005
"""How far the average moves to the weights per update."""


class Counterfactual:
    """Full-information value learning: no exploration, no replay, no target network.

    A trader's actions move no price, so for each bar and side the reward and the next state of
    every action are known, and all are learned from at once (Huang, *Financial Trading as a
    Game*, 2018; Dietterich, Trimponias & Chen, *Discovering and Removing Exogenous State
    Variables*, 2018). The network values the side held after the action (post-decision
    state: Powell, *Approximate Dynamic Programming*, 2011), costs are known and not learned.

    1. Fits: the head's map of the row in closed form to the λ-returns of the greedy policy,
       twice over 8,192 bars and twice over up to 131,072: least-squares policy iteration
       (Lagoudakis & Parr 2003) with ridges that cross-validation chooses. The last two are
       passes.
    2. Then gradient steps of the whole network on chunks of bars, `batch_size` chunks each: the
       squared error to λ-returns of the chunk, Adam, gradient norm at most 10. A gradient over
       many chunks is found in several short updates.

    `form="policy"` follows in step 2 the exact gradient of the reward expected of a softmax
    policy, whose distribution over the sides is carried through the chunk in closed form
    (direct reinforcement: Moody & Saffell 2001; the expectation is exact as in *Expected
    Policy Gradients*, Ciosek & Whiteson 2018; what γ does to it, see `policy_slopes`).

    What acts, and is kept, is an average of the weights over some hundred updates (Polyak &
    Juditsky 1992). An episode is `environments` passes over the training bars.

    It assumes that rewards depend on the bar, the side and the change of side alone: exact for
    the side as the only account feature, an approximation of a short position's drifting
    exposure and of busts, see `Outcomes`. The final judge is always the real environment with
    the real ledger.
    """

    collects: Final = False
    vector_steps: Final = 1

    def __init__(self, problem: Problem, *, form: str = "values") -> None:
        parameters, architecture = problem.parameters, problem.architecture
        self._parameters, self._architecture = parameters, architecture
        self._form = form
        self._precision = precision(parameters)
        self._device = resolve_device(parameters.device)
        self._rows = from_dlpack(problem.rows).to(self._device)  # read, and never written
        known = outcomes(problem.train_opens, parameters.costs, unit=problem.reward_unit)
        self._growth = torch.tensor(known.growth, device=self._device)
        self._costs = torch.tensor(known.costs, device=self._device)
        size = architecture.size
        self._network = MarketNetwork(
            architecture, torch.zeros(size, device=self._device), learns=True
        )
        self._acting = MarketNetwork(architecture, torch.zeros(size, device=self._device))
        self._known_costs = known.costs
        self._optimizer = Adam(self._network.flat, clip_norm=_CLIP_NORM)
        self._in_place = in_place(self._optimizer, self._device)  # on a GPU
        seeds = np.random.SeedSequence(parameters.seed, spawn_key=(0, 1))
        generator = np.random.Generator(np.random.PCG64(seeds))
        self._order = ChunkOrder(problem.train_start, len(known), generator)
        self._fits = HeadFits(self._network, architecture, parameters.window, self._device)
        self._due: list[NDArray[np.int64]] = []  # chunks of the next updates
        self._whole = 0  # chunks of the step that these are parts of; 0: each is a step
        self._summed: torch.Tensor | float = 0.0  # loss of those done, as part of the whole
        self._version = 0
        self._loss: torch.Tensor | float | None = None
        self.load_weights(initial_market_weights(architecture, parameters.seed))
        self._fits.go_on_after(0)
        if self._device.type == "cpu":
            compile_now(policy=form == "policy")

    @property
    def version(self) -> int:
        """See `Algorithm.version`."""
        return self._version

    @property
    def loss(self) -> float | None:
        """See `Algorithm.loss`: mean squared error, or minus the reward per bar of a policy."""
        return finite_or_none(self._loss)

    @property
    def updates_owed(self) -> int:
        """See `Algorithm.updates_owed`."""
        return len(self._due)

    def epsilon(self, episode: int) -> float:  # noqa: ARG002 - nothing is tried out
        """Return 0: every action is known without trying it."""
        return 0.0

    def foresee(self, ahead: Callable[[], Indices]) -> bool:  # noqa: ARG002 - few bars are asked
        """See `Algorithm.foresee`: nothing, as acting asks for few bars at a time."""
        return True

    def learn_from(self, rollouts: Sequence[Rollout]) -> None:
        """Refuse: nothing is collected.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("it learns from bars, not from rollouts")

    def begin(self) -> BarsLearned:
        """Owe the next updates; return how many bars they learn from."""
        if self._order.is_over:
            self._begin_pass()
        length = self._order.length
        if self._is_fitting:
            due = self._order.take(self._fits.chunks_at_once(length))
            self._due, self._whole = [due], len(due)
        elif self._in_place is not None:
            size = self._parameters.batch_size
            due = self._order.take(size * _STEPS_AT_ONCE)
            self._due = [due[at : at + size] for at in range(0, len(due), size)]
            self._whole = 0
        else:
            due = self._order.take(self._parameters.batch_size)
            rows = len(due) * (length + 1 + self._architecture.context)
            units = min(len(due), self._network.units(rows))
            self._due, self._whole = list(np.array_split(due, units)), len(due)
        is_pass = self._order.is_over and not self._fits.is_look
        return BarsLearned(bars=len(due) * length, passes=int(is_pass))

    def update(self) -> None:
        """Learn from the next chunks that are due; the last ones move the weights."""
        if not self._due:
            return
        starts = self._due.pop(0)
        if self._is_fitting:
            self._sum_up(sent(starts, self._device))
        elif self._in_place is not None:
            key = (self._order.length, self._parameters.gamma)
            self._loss = self._in_place.update(
                key, starts, self._parameters.lr, self._step_in_place
            )
        else:
            self._step(torch.from_numpy(starts))
        if not self._due or not self._whole:
            self._version += 1

    @property
    def step_due(self) -> StepDue | None:
        """The step that `update` would take, in place of which it may be taken with others.

        None: it would take none, or a part of one, one of the policy form, or one in bfloat16.
        """
        is_whole = bool(self._due) and (not self._whole or [self._whole] == [*map(len, self._due)])
        is_alone = self._form == "policy" or self._parameters.precision != "float32"
        if self._is_fitting or not is_whole or is_alone:
            return None
        return StepDue(
            architecture=self._architecture,
            starts=self._due[0],
            bars=self._order.length,
            rows=self._rows,
            growth=self._growth,
            costs=self._costs,
            weights=self._network.flat,
            average=self._acting.flat,
            optimizer=self._optimizer,
            parameters=self._parameters,
            taken=self._taken_with_others,
        )

    def _taken_with_others(self, loss: torch.Tensor) -> None:
        self._due.pop(0)
        self._loss = self._summed = loss
        self._version += 1

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """See `Algorithm.behaviour`."""
        return epsilon_greedy(self.values(bars), epsilon)

    def values(self, bars: Indices) -> Floats:
        """See `Algorithm.values`."""
        return self._acting.values(self._rows, bars)

    def weights(self) -> dict[str, Floats]:
        """Return the averaged weights, and the costs they are to be used with."""
        return {name: held.cpu().numpy().copy() for name, held in self._acting.named().items()}

    def load_weights(self, weights: Weights) -> None:
        """Start from `weights`: there are no fits then, which would forget them."""
        for network in (self._network, self._acting):
            network.load(weights)
            network.set_costs(self._known_costs)
        self._fits.go_on_after()
        self._order.give_up()
        self._due = []
        self._version += 1

    def change(self, parameters: TrainingParameters) -> None:
        """See `Algorithm.change`."""
        self._parameters = parameters

    def knowledge(self) -> AlgorithmState:
        """See `Algorithm.knowledge`: both networks, Adam's moments, and which fits are done."""
        facts = {"updates": self._optimizer.updates, "fits": self._fits.done}
        return AlgorithmState(tensors=copied_out(self._learned()), facts=facts)

    def take_over(self, knowledge: AlgorithmState) -> None:
        """See `Algorithm.take_over`; a pass that is for other fits than its own is given up."""
        copy_in(self._learned(), knowledge.tensors, self._architecture)
        self._optimizer.updates = int(knowledge.facts["updates"])
        fits = int(knowledge.facts["fits"])
        if self._fits.is_underway or fits != self._fits.done:
            self._fits.go_on_after(fits)
            self._order.give_up()
        self._version += 1

    def state(self) -> AlgorithmState:
        """See `Algorithm.state`."""
        tensors: dict[str, Any] = {
            **copied_out(self._learned()),
            **self._fits.state(),
            "starts": self._order.starts(),
            "due": np.concatenate([np.zeros(0, np.int64), *self._due]),
        }
        if self._is_amid_a_step:
            tensors["gradient"] = self._network.gradient.cpu().numpy().copy()
        facts = {
            **self._order.facts(),
            "updates": self._optimizer.updates,
            "version": self._version,
            "fits": self._fits.done,
            "due": [len(part) for part in self._due],
            "whole": self._whole,
            "summed": finite_or_none(self._summed),
            "loss": self.loss,
        }
        return AlgorithmState(tensors=tensors, facts=facts)

    def load_state(self, state: AlgorithmState) -> None:
        """See `Algorithm.load_state`."""
        tensors, facts = state.tensors, state.facts
        copy_in(self._learned(), tensors, self._architecture)
        self._optimizer.updates = int(facts["updates"])
        self._version = int(facts["version"])
        self._fits.load_state(int(facts["fits"]), tensors)
        self._order.load(tensors["starts"], facts)
        ends = np.cumsum([0, *facts["due"]])
        self._due = [
            np.array(tensors["due"][start:stop], np.int64) for start, stop in pairwise(ends)
        ]
        self._whole = int(facts["whole"])
        self._summed = none_as_nan(facts["summed"])
        if self._is_amid_a_step:
            self._network.gradient.copy_(torch.tensor(tensors["gradient"]))
        self._loss = facts["loss"]

    def _learned(self) -> dict[str, torch.Tensor]:
        return {
            "network": self._network.flat,
            "acting": self._acting.flat,
            "adam.mean": self._optimizer.mean,
            "adam.square": self._optimizer.square,
        }

    @property
    def _is_fitting(self) -> bool:
        return not self._fits.are_over

    @property
    def _is_amid_a_step(self) -> bool:
        """Whether a part of its gradient is found, and another is not."""
        return not self._is_fitting and 0 < sum(map(len, self._due)) < self._whole

    def _begin_pass(self) -> None:
        if self._is_fitting:
            self._order.begin(HeadFits.CHUNK, self._fits.bars)
            self._fits.begin()
        else:
            self._order.begin(_POLICY_CHUNK if self._form == "policy" else _CHUNK)

    # The two ways to learn

    def _sum_up(self, starts: torch.Tensor) -> None:
        """Add chunks to the fit; after the last ones, take what it comes to."""
        with torch.no_grad():
            rows = self._rows[self._bars_of(starts, self._order.length + 1)]
            outputs = self._network.head.of_rows(rows)  # nothing is made of the encoding yet
            returns = self._returns(outputs, starts)
            self._fits.add(rows[:, :-1], returns)
            self._loss = (outputs[:, :-1] - returns).square().mean()
            if self._order.is_over:
                self._fits.conclude()
                self._acting.flat.copy_(self._network.flat)

    def _step(self, starts: torch.Tensor) -> None:
        """Add to the gradient; once it is whole, take a step of Adam and move the average."""
        more = len(starts) + sum(map(len, self._due)) < self._whole
        outputs, slopes, loss = self._slopes(starts, self._whole)
        gradient = self._network.backward(outputs[:, :-1], slopes, more=more)
        share = len(starts) / self._whole
        self._summed = loss * share + (self._summed if more else 0.0)
        if self._due:
            return
        self._loss = self._summed
        self._optimizer.update(gradient, self._parameters.lr)
        with torch.no_grad():
            self._acting.flat.lerp_(self._network.flat, AVERAGED)

    def _step_in_place(self, starts: torch.Tensor, scalars: torch.Tensor) -> torch.Tensor:
        """Take a step of Adam and move the average, see `InPlace.update`; return the loss."""
        outputs, slopes, loss = self._slopes(starts, len(starts))
        gradient = self._network.backward(outputs[:, :-1], slopes)
        self._optimizer.move(gradient, scalars)
        self._acting.flat.lerp_(self._network.flat, AVERAGED)
        return torch.as_tensor(loss, device=self._device)

    def _slopes(
        self, starts: torch.Tensor, whole: int
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | float]:
        """Return outputs of chunks, the gradient with regard to all but the last bar, and the loss.

        Args:
            starts: first bars of the chunks. Shape [B].
            whole: chunks of the step, of which these are a part.
        """
        with self._precision():
            outputs = self._network.of_sequences(self._rows, starts, self._order.length + 1)
        outputs = outputs.float()
        known = outputs.detach()
        loss: torch.Tensor | float
        if self._form == "policy":
            slopes, reward = policy_slopes(
                known,
                self._growth_of(starts),
                self._costs,
                self._parameters.gamma,
                _TEMPERATURE,
            )
            slopes, loss = slopes.neg_(), -reward
        else:
            slopes = known[:, :-1] - self._returns(known, starts)
            loss = slopes.square().mean()
        return outputs, slopes.mul_(1 / (whole * self._order.length)), loss

    def _returns(self, values: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        return lambda_returns(
            values, self._growth_of(starts), self._costs, self._parameters.gamma, LAMBDA
        )

    def _growth_of(self, starts: torch.Tensor) -> torch.Tensor:
        """Return what each side earns over the chunks' bars. Shape [B, K, 3]."""
        return self._growth[self._bars_of(starts, self._order.length)]

    def _bars_of(self, starts: torch.Tensor, length: int) -> torch.Tensor:
        return starts.unsqueeze(1) + torch.arange(length, device=self._device)
