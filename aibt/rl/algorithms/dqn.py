"""Double DQN: van Hasselt, Guez & Silver, *Deep RL with Double Q-learning* (2016)."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import torch

from aibt.rl.algorithms.base import AlgorithmState, BarsLearned, Problem
from aibt.rl.algorithms.learned import finite_or_none
from aibt.rl.devices import resolve_device
from aibt.rl.environment import Floats, Indices
from aibt.rl.exploration import epsilon, epsilon_greedy
from aibt.rl.network import Weights
from aibt.rl.parameters import TrainingParameters
from aibt.rl.q_learner import CompiledQLearner, QLearner, TorchQLearner
from aibt.rl.q_network import initial_weights
from aibt.rl.replay_buffer import ReplayBuffer
from aibt.rl.rollout import Rollout

_PERIOD: Final = 4  # transitions to an update, as in Mnih et al. (2015)
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
        given = (problem.architecture, problem.rows, problem.reward_unit)
        device = resolve_device(parameters.device)
        self._learner: QLearner = (
            CompiledQLearner(*given) if device.type == "cpu" else TorchQLearner(*given, device)
        )
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
        return finite_or_none(self._loss)

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

    def foresee(self, ahead: Callable[[], Indices]) -> bool:  # noqa: ARG002 - few bars are asked
        """See `Algorithm.foresee`: nothing, as acting asks for few bars at a time."""
        return True

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
        places = self._replay.draw(parameters.batch_size, self._generator)
        self._loss = self._learner.update(
            self._replay.stored, places, discount=parameters.gamma, rate=parameters.lr
        )
        self._owed = max(self._owed - 1, 0)
        self._version += 1

    def values(self, bars: Indices) -> Floats:
        """See `Algorithm.values`."""
        return self._learner.values(bars)

    def weights(self) -> dict[str, Floats]:
        """Return the online network's weights."""
        return self._learner.weights()

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """See `Algorithm.behaviour`; ε-greedy."""
        return epsilon_greedy(self.values(bars), epsilon)

    def load_weights(self, weights: Weights) -> None:
        """Start both networks from `weights`."""
        self._learner.load(weights)
        self._version += 1

    def change(self, parameters: TrainingParameters) -> None:
        """See `Algorithm.change`."""
        self._parameters = parameters

    def knowledge(self) -> AlgorithmState:
        """See `Algorithm.knowledge`: both networks, and Adam's moments."""
        return AlgorithmState(
            tensors=self._learner.arrays(), facts={"updates": self._learner.updates}
        )

    def take_over(self, knowledge: AlgorithmState) -> None:
        """See `Algorithm.take_over`."""
        self._learner.load_arrays(knowledge.tensors)
        self._learner.updates = int(knowledge.facts["updates"])
        self._version += 1

    def state(self) -> AlgorithmState:
        """See `Algorithm.state`."""
        learned = self.knowledge()
        tensors = {
            **learned.tensors,
            **{f"replay.{name}": column for name, column in self._replay.state().items()},
        }
        facts = {
            **learned.facts,
            "version": self._version,
            "unspent": self._unspent,
            "owed": self._owed,
            "loss": self.loss,
            "generator": self._generator.bit_generator.state,
        }
        return AlgorithmState(tensors=tensors, facts=facts)

    def load_state(self, state: AlgorithmState) -> None:
        """See `Algorithm.load_state`."""
        self.take_over(state)
        self._replay.load_state(
            {
                name.removeprefix("replay."): column
                for name, column in state.tensors.items()
                if name.startswith("replay.")
            }
        )
        self._version = int(state.facts["version"])
        self._unspent = int(state.facts["unspent"])
        self._owed = int(state.facts["owed"])
        self._loss = state.facts["loss"]
        self._generator.bit_generator.state = dict(state.facts["generator"])
