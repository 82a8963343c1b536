"""Double DQN: van Hasselt, Guez & Silver, *Deep RL with Double Q-learning* (2016)."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

import numpy as np
import torch

from aibt.rl.adam import Adam
from aibt.rl.algorithms.base import AlgorithmState, BarsLearned, Problem
from aibt.rl.devices import resolve_device
from aibt.rl.encoder import RowEncoder
from aibt.rl.environment import Floats, Indices
from aibt.rl.exploration import epsilon, epsilon_greedy
from aibt.rl.network import ACTIONS, SIDES, Weights
from aibt.rl.parameters import TrainingParameters
from aibt.rl.q_network import QNetwork, initial_weights
from aibt.rl.replay_buffer import ReplayBuffer, Transitions
from aibt.rl.rollout import Rollout

_PERIOD: Final = 4  # transitions to an update, as in Mnih et al. (2015)
_TARGET_RATE: Final = 0.01  # how far the target moves towards the online network per update
_CLIP_NORM: Final = 10.0
_CAPACITY: Final = 131_072  # transitions
_CAPACITY_PER_ENVIRONMENT: Final = 32


class DoubleDqn:
    """Q-learning from a replay buffer, with an online and a target network.

    - Target of a transition: r + γ · Q_target(s', argmax Q_online(s', ·)), r alone after a
      bust; the end of the bars is a truncation and bootstraps like any other bar.
    - Huber loss, Adam, gradient norm at most 10.
    - The target network follows by averaging, 1 % per update (Lillicrap et al. 2016).
    - One update per max(4, N) transitions, from the first full batch on.
    - ε-greedy by `aibt.rl.exploration`.

    It assumes nothing of the account but the side held, which with the bar is what a policy
    sees; equity is not seen, so a bust cannot be foreseen. The final judge is the ledger.
    """

    collects: Final = True

    def __init__(self, problem: Problem) -> None:
        parameters = problem.parameters
        self._parameters = parameters
        self._architecture = problem.architecture
        self._unit = np.float32(problem.reward_unit)
        self._device = resolve_device(parameters.device)
        self._encoder = RowEncoder(problem.rows, self._device)
        size = problem.architecture.size
        self._online = QNetwork(problem.architecture, torch.zeros(size, device=self._device))
        self._target = QNetwork(problem.architecture, torch.zeros(size, device=self._device))
        self._optimizer = Adam(self._online.flat, clip_norm=_CLIP_NORM)
        environments = parameters.environments
        self._replay = ReplayBuffer(max(_CAPACITY, _CAPACITY_PER_ENVIRONMENT * environments))
        seeds = np.random.SeedSequence(parameters.seed, spawn_key=(0, 1))
        self._generator = np.random.Generator(np.random.PCG64(seeds))
        self._period = max(_PERIOD, environments)
        self._unspent = 0  # transitions since the last update that was owed
        self._owed = 0
        self._version = 0
        self._loss: torch.Tensor | float | None = None
        self.load_weights(initial_weights(problem.architecture, parameters.seed))

    @property
    def version(self) -> int:
        """See `Algorithm.version`."""
        return self._version

    @property
    def loss(self) -> float | None:
        """See `Algorithm.loss`; it is in units of rewards, squared below one of them."""
        if self._loss is None:
            return None
        loss = float(self._loss)
        return loss if isfinite(loss) else None

    @property
    def updates_owed(self) -> int:
        """See `Algorithm.updates_owed`."""
        return self._owed

    @property
    def vector_steps(self) -> int:
        """Steps that make one update due."""
        return -(-self._period // self._parameters.environments)

    def epsilon(self, episode: int) -> float:
        """See `aibt.rl.exploration.epsilon`."""
        return epsilon(episode, self._parameters.discounter_rate)

    def learn_from(self, rollouts: Sequence[Rollout]) -> None:
        """Store the transitions; their updates are owed from the first full batch on."""
        for rollout in rollouts:
            self._replay.add(rollout.transitions)
            self._unspent += len(rollout.transitions)
        due, self._unspent = divmod(self._unspent, self._period)
        if len(self._replay) >= self._parameters.batch_size:
            self._owed += due

    def begin(self) -> BarsLearned:
        """Refuse: it learns from rollouts.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("it learns from rollouts")

    def update(self) -> None:
        """Draw a batch and take one step of Adam."""
        parameters = self._parameters
        batch = self._replay.sample(parameters.batch_size, self._generator)
        actions = self._encoder.index(batch.actions)
        bars = self._encoder.index(batch.bars)
        activations = self._online.activations(
            self._encoder.inputs(bars, self._encoder.index(batch.sides + 1))
        )
        # picked by product: the backward of an index is not deterministic on every device
        taken = torch.nn.functional.one_hot(actions, ACTIONS).to(torch.float32)
        errors = (activations[-1] * taken).sum(1) - self._targets(batch, bars)
        self._loss = torch.nn.functional.huber_loss(errors, torch.zeros_like(errors))
        slopes = errors.clamp(-1.0, 1.0).div_(parameters.batch_size)
        gradient = self._online.gradient(activations, taken.mul_(slopes.unsqueeze(1)))
        self._optimizer.update(gradient, parameters.lr)
        self._target.flat.lerp_(self._online.flat, _TARGET_RATE)
        self._owed = max(self._owed - 1, 0)
        self._version += 1

    def values(self, bars: Indices) -> Floats:
        """See `Algorithm.values`."""
        values = self._online.values(self._encoder.inputs_of_all_sides(bars))
        found: Floats = values.view(len(bars), SIDES, ACTIONS).cpu().numpy()
        return found

    def weights(self) -> dict[str, Floats]:
        """Return the online network's weights."""
        return {name: tensor.cpu().numpy().copy() for name, tensor in self._online.named().items()}

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """See `Algorithm.behaviour`; ε-greedy."""
        return epsilon_greedy(self.values(bars), epsilon)

    def load_weights(self, weights: Weights) -> None:
        """Start both networks from `weights`."""
        self._online.load(weights)
        self._target.flat.copy_(self._online.flat)
        self._version += 1

    def change(self, parameters: TrainingParameters) -> None:
        """See `Algorithm.change`."""
        self._parameters = parameters

    def state(self) -> AlgorithmState:
        """See `Algorithm.state`."""
        tensors = {
            "online": self._online.flat.cpu().numpy().copy(),
            "target": self._target.flat.cpu().numpy().copy(),
            "adam.mean": self._optimizer.mean.cpu().numpy().copy(),
            "adam.square": self._optimizer.square.cpu().numpy().copy(),
            **{f"replay.{name}": column for name, column in self._replay.state().items()},
        }
        facts = {
            "updates": self._optimizer.updates,
            "version": self._version,
            "unspent": self._unspent,
            "owed": self._owed,
            "loss": self.loss,
            "generator": self._generator.bit_generator.state,
        }
        return AlgorithmState(tensors=tensors, facts=facts)

    def load_state(self, state: AlgorithmState) -> None:
        """See `Algorithm.load_state`."""
        held = {
            "online": self._online.flat,
            "target": self._target.flat,
            "adam.mean": self._optimizer.mean,
            "adam.square": self._optimizer.square,
        }
        for name, tensor in held.items():
            if name not in state.tensors or state.tensors[name].shape != tuple(tensor.shape):
                raise ValueError(f"{name} is not that of {self._architecture}")
        self._replay.load_state(
            {
                name.removeprefix("replay."): column
                for name, column in state.tensors.items()
                if name.startswith("replay.")
            }
        )
        for name, tensor in held.items():
            tensor.copy_(torch.tensor(state.tensors[name]))
        self._optimizer.updates = int(state.facts["updates"])
        self._version = int(state.facts["version"])
        self._unspent = int(state.facts["unspent"])
        self._owed = int(state.facts["owed"])
        self._loss = state.facts["loss"]
        self._generator.bit_generator.state = dict(state.facts["generator"])

    def _targets(self, batch: Transitions, bars: torch.Tensor) -> torch.Tensor:
        inputs = self._encoder.inputs(bars + 1, self._encoder.index(batch.next_sides + 1))
        best = self._online.values(inputs).argmax(1, keepdim=True)
        futures = self._target.values(inputs).gather(1, best).squeeze(1)
        discounts = np.where(batch.terminations, 0.0, self._parameters.gamma).astype(np.float32)
        rewards = torch.from_numpy(batch.rewards / self._unit).to(self._device)
        return rewards + torch.from_numpy(discounts).to(self._device) * futures
