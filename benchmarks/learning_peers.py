"""Stable-Baselines3 in the race: DQN and PPO over the same environments, rows, costs, width.

Their own loops are kept, called a piece at a time, without logging; the environments are
`TradingVectorEnv` behind an adaptor as thin as can be.
"""

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import VecEnv

from aibt.rl.environment import Actions
from aibt.rl.network import ONE_HOT, SIDES
from aibt.rl.preparation import Preparation
from benchmarks.learning_market import COSTS, DEPTH, WIDTH
from envs.trading_vector_env import TradingVectorEnv

Chosen = Mapping[str, Any]
_FOREVER = 10**9  # steps: what ends a run is the clock
_ACTIVATIONS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}


class PeerEnvironments(VecEnv):
    """N accounts spread evenly over the training part, as Stable-Baselines3 wants them.

    Observation: a bar's feature row and the side as one of three, as our network sees them.
    Reward: log growth of equity over the standard deviation of the return, as ours.
    """

    def __init__(self, preparation: Preparation, environments: int) -> None:
        train = preparation.split.train
        self._rows = preparation.table.rows
        self._unit = np.float32(preparation.table.statistics.volatility)
        starts = train.start + np.arange(environments) * (len(train) - 2) // environments
        bars = preparation.series.slice(0, train.stop)
        self._environment = TradingVectorEnv(
            bars,
            num_envs=environments,
            costs=COSTS,
            start=train.start,
            observations="index",
            rows=np.zeros((len(bars), 0), np.float32),
            copy=False,
        )
        # they begin apart, and every later pass goes over all of the training part
        state = self._environment.state()
        state["bars"] = starts.astype(state["bars"].dtype)
        self._environment.load_state(state)
        self._infos: list[dict[str, Any]] = [{} for _ in range(environments)]
        self._actions: NDArray[np.int64] = np.zeros(environments, np.int64)
        features = self._rows.shape[1] + SIDES
        super().__init__(
            environments,
            gymnasium.spaces.Box(-8.0, 8.0, (features,), np.float32),
            gymnasium.spaces.Discrete(4),
        )

    def reset(self) -> NDArray[np.float32]:
        return self._seen(self._environment.bars, self._environment.sides)

    def step_async(self, actions: NDArray[np.int64]) -> None:
        self._actions = actions

    def step_wait(self) -> tuple[Any, Any, Any, Any]:
        steps = self._environment.advance(self._actions)
        ends = steps.terminations | steps.truncations
        infos = self._infos
        if ends.any():
            infos = [{} for _ in range(self.num_envs)]
            for at in np.flatnonzero(ends).tolist():
                last = self._seen(steps.next_bars[at : at + 1], steps.next_sides[at : at + 1])
                infos[at] = {
                    "terminal_observation": last[0],
                    "TimeLimit.truncated": bool(steps.truncations[at]),
                }
        seen = self._seen(self._environment.bars, self._environment.sides)
        return seen, steps.rewards / self._unit, ends, infos

    def close(self) -> None:
        """Nothing is open."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:  # noqa: ARG002 - its signature is theirs
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise NotImplementedError(attr_name)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **given: Any) -> Any:
        raise NotImplementedError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:  # noqa: ARG002 - its signature is theirs
        return [False] * self.num_envs

    def _seen(self, bars: NDArray[Any], sides: NDArray[Any]) -> NDArray[np.float32]:
        return np.concatenate([self._rows[bars], ONE_HOT[sides + 1]], axis=1)


class _Peer:
    """What both have in common."""

    def __init__(self, preparation: Preparation) -> None:
        self._rows = preparation.table.rows

    def _inputs(self, bars: NDArray[np.int32]) -> torch.Tensor:
        rows = np.repeat(self._rows[bars], SIDES, axis=0)
        return torch.from_numpy(np.hstack([rows, np.tile(ONE_HOT, (len(bars), 1))]))


class PeerPpo(_Peer):
    """PPO of Stable-Baselines3; a slice is a rollout and its epochs."""

    def __init__(self, preparation: Preparation, chosen: Chosen) -> None:
        super().__init__(preparation)
        given = dict(chosen)
        environments = given.pop("environments")
        given["batch_size"] = environments * given["n_steps"] // given.pop("minibatches")
        falls_to = given.pop("lr_falls_to", 1.0)
        falls_over = given.pop("lr_falls_over", 1)
        first = given.pop("learning_rate")
        activation = _ACTIVATIONS[given.pop("activation")]
        layers = [WIDTH] * DEPTH
        self._model = PPO(
            "MlpPolicy",
            PeerEnvironments(preparation, environments),
            learning_rate=lambda left: (
                first * (1 - (1 - falls_to) * min((1 - left) * _FOREVER / falls_over, 1.0))
            ),
            policy_kwargs={
                "net_arch": {"pi": layers, "vf": layers},
                "activation_fn": activation,
            },
            seed=preparation.parameters.seed,
            device="cpu",
            **given,
        )
        self._callback = _ready(self._model)

    @property
    def steps(self) -> int:
        return int(self._model.num_timesteps)

    def train_slice(self) -> None:
        model = self._model
        model.collect_rollouts(model.env, self._callback, model.rollout_buffer, model.n_steps)
        model._update_current_progress_remaining(model.num_timesteps, _FOREVER)
        model.train()

    def decide(self, bars: NDArray[np.int32]) -> Actions:
        policy = self._model.policy
        with torch.no_grad():
            logits = policy.get_distribution(self._inputs(bars)).distribution.logits
        found: Actions = logits.argmax(1).numpy().reshape(-1, SIDES).astype(np.int8)
        return found


class PeerDqn(_Peer):
    """DQN of Stable-Baselines3; a slice is some rounds of collecting and updating."""

    _ROUNDS = 16

    def __init__(self, preparation: Preparation, chosen: Chosen) -> None:
        super().__init__(preparation)
        given = dict(chosen)
        environments = given.pop("environments")
        explored = given.pop("exploration_steps")
        activation = _ACTIVATIONS[given.pop("activation")]
        self._model = DQN(
            "MlpPolicy",
            PeerEnvironments(preparation, environments),
            exploration_fraction=explored / _FOREVER,
            policy_kwargs={"net_arch": [WIDTH] * DEPTH, "activation_fn": activation},
            seed=preparation.parameters.seed,
            device="cpu",
            **given,
        )
        self._callback = _ready(self._model)

    @property
    def steps(self) -> int:
        return int(self._model.num_timesteps)

    def train_slice(self) -> None:
        model = self._model
        for _ in range(self._ROUNDS):
            rollout = model.collect_rollouts(
                model.env,
                self._callback,
                train_freq=model.train_freq,
                replay_buffer=model.replay_buffer,
                learning_starts=model.learning_starts,
            )
            if model.num_timesteps > model.learning_starts:
                steps = model.gradient_steps
                model.train(
                    batch_size=model.batch_size,
                    gradient_steps=steps if steps >= 0 else rollout.episode_timesteps,
                )

    def decide(self, bars: NDArray[np.int32]) -> Actions:
        with torch.no_grad():
            values = self._model.q_net(self._inputs(bars))
        found: Actions = values.argmax(1).numpy().reshape(-1, SIDES).astype(np.int8)
        return found


def _ready(model: Any) -> BaseCallback:
    """Do what `learn` does before its loop, without a log."""
    model.set_logger(Logger(folder=None, output_formats=[]))
    _, callback = model._setup_learn(_FOREVER, None)
    callback.on_training_start({}, {})
    return callback  # type: ignore[no-any-return]
