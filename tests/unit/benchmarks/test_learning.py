from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aibt.rl.environment import Actions
from aibt.rl.network import SIDES
from aibt.rl.preparation import Preparation
from benchmarks import learning_market, learning_race
from benchmarks.learning import KINDS, asked
from benchmarks.learning_market import Market, market
from benchmarks.learning_ours import Ours
from benchmarks.learning_race import Entry, Run, run, spread

JUDGED = 2_000


@cache
def a_market(kind: str = "OU") -> Market:
    return market(kind, 1_000)


@pytest.fixture(autouse=True)
def few_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_market, "OUT_OF_SAMPLE", JUDGED)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Learns:
    """It decides by chance until it has had so many slices, then as the optimum does."""

    def __init__(self, clock: Clock, needed: int) -> None:
        self._clock, self._needed = clock, needed
        self.steps = 0

    def train_slice(self) -> None:
        self.steps += 1
        self._clock.seconds += 1.0

    def decide(self, bars: NDArray[np.int32]) -> Actions:
        self._clock.seconds += 1_000.0
        if self.steps < self._needed:
            return np.zeros((len(bars), SIDES), np.int8)
        on = a_market()
        return on.best.decisions(on.series)[bars]


def a_run(needed: int, budget_s: float = 100.0) -> Run:
    clock = Clock()
    entry = Entry(name="learns", make=lambda _: Learns(clock, needed), budget_s=budget_s)
    return run(entry, a_market(), 0, now=clock, look_every=0.0)


@pytest.mark.parametrize("kind", ["OU", "SINE", "TREND", "MOMENTUM"])
def test_who_decides_as_the_optimum_has_all_of_its_score(kind: str) -> None:
    on = a_market(kind)

    found = on.judge(on.best.decisions(on.series)[on.judged_bars])

    assert found.share == pytest.approx(1.0)
    assert found.score == pytest.approx(
        on.best.realised(on.series.slice(0, on.judged_bars[-1] + 2), on.judged_bars[0])
    )


def test_who_holds_earns_nothing() -> None:
    on = a_market()

    found = on.judge(np.zeros((JUDGED, SIDES), np.int8))

    assert (found.share, found.score, found.ledger, found.turnover) == (0.0, 0.0, 0.0, 0.0)


def test_nothing_that_is_judged_was_learned_from() -> None:
    on = a_market()
    preparation, _ = on.prepared()

    assert preparation.split.train.stop < preparation.split.out_of_sample < on.judged_bars[0]
    assert on.judged_bars[-1] + 1 < len(on.series)
    assert len(preparation.split.train) >= 1_000


def test_the_clock_stands_while_a_contender_is_judged() -> None:
    found = a_run(needed=7)

    assert set(found.reached_s) == set(learning_race.TARGETS)
    assert all(7.0 <= reached < 8.0 for reached in found.reached_s.values())
    assert found.clock_s < 8.0
    assert found.best is not None
    assert found.best.share == pytest.approx(1.0)


def test_what_is_not_reached_within_the_budget_is_not_told() -> None:
    found = a_run(needed=50, budget_s=10.0)

    assert found.reached_s == {}
    assert found.clock_s >= 10.0


def test_a_median_over_seeds_counts_who_never_came_as_last() -> None:
    came = [Run(name="one", seed=seed, reached_s={0.9: float(seed)}) for seed in (1, 2)]
    never = [Run(name="one", seed=seed, clock_s=seed + 0.5) for seed in (3, 4, 5)]

    some = spread([*came, never[0]], 0.9)
    few = spread([*came, *never], 0.9)

    assert (some.lowest, some.median, some.highest) == (1.0, 2.0, float("inf"))
    assert (some.reached, some.runs) == (2, 3)
    assert few.median == float("inf")
    assert few.at_least == 3.5  # who gave up earlier than others might have come soon after


@pytest.mark.parametrize("algorithm", ["dqn", "counterfactual"])
def test_our_algorithms_are_contenders(algorithm: str) -> None:
    on = a_market()
    preparation, features_s = on.prepared(algorithm=algorithm, hidden_layers=8)
    contender = Ours(preparation)

    contender.train_slice()
    actions = contender.decide(on.judged_bars[:5])

    assert features_s > 0
    assert contender.steps > 0
    assert actions.shape == (5, SIDES)
    assert set(actions.ravel().tolist()) <= {0, 1, 2, 3}


@pytest.mark.filterwarnings("ignore")
class TestPeers:
    """Stable-Baselines3's side of the race."""

    @staticmethod
    def prepared() -> Preparation:
        return a_market().prepared()[0]

    def test_they_see_the_rows_and_the_side_and_are_paid_as_we_are(self) -> None:
        from benchmarks.learning_peers import PeerEnvironments
        from envs.factory import trading_environments

        preparation = self.prepared()
        theirs = PeerEnvironments(preparation, 1)
        train = preparation.split.train
        ours = trading_environments(
            preparation.series.slice(0, train.stop),
            num_envs=1,
            start=train.start,
            balance=10_000.0,
            costs=learning_market.COSTS,
        )
        seen = theirs.reset()
        rows = preparation.table.rows
        unit = preparation.table.statistics.volatility
        for action in np.random.default_rng(3).integers(0, 4, 60):
            bar, side = int(ours.bars[0]), int(ours.sides[0])
            assert seen[0, :-SIDES].tolist() == rows[bar].tolist()
            assert seen[0, -SIDES:].argmax() - 1 == side
            steps = ours.advance(np.array([action], np.int8))
            seen, rewards, _, _ = theirs.step(np.array([action]))
            assert rewards[0] == pytest.approx(float(steps.rewards[0]) / unit)

    def test_the_end_of_the_bars_is_told_as_a_truncation_with_its_last_observation(self) -> None:
        from benchmarks.learning_peers import PeerEnvironments

        preparation = self.prepared()
        environments = PeerEnvironments(preparation, 2)
        environments.reset()
        ended: dict[str, Any] = {}
        for _ in range(len(preparation.split.train)):
            _, _, dones, infos = environments.step(np.zeros(2, np.int64))
            if dones[1]:
                ended = infos[1]
                break

        assert ended["TimeLimit.truncated"]
        last = preparation.table.rows[preparation.split.train.stop - 1]
        assert ended["terminal_observation"][:-SIDES].tolist() == last.tolist()

    @pytest.mark.parametrize("peer", ["SB3 PPO", "SB3 DQN"])
    def test_they_are_contenders(self, peer: str) -> None:
        from benchmarks.learning_tuning import FIRST, entry

        small = {"SB3 PPO": {"n_steps": 8}, "SB3 DQN": {"learning_starts": 16}}
        contender = entry(peer, {**FIRST[peer], **small[peer]}, 1.0).make(self.prepared())

        contender.train_slice()
        actions = contender.decide(a_market().judged_bars[:5])

        assert contender.steps > 0
        assert actions.shape == (5, SIDES)

    @pytest.mark.parametrize("peer", ["SB3 PPO", "SB3 DQN"])
    def test_the_values_kept_for_each_market_are_of_the_space_that_was_searched(
        self, peer: str
    ) -> None:
        from benchmarks.learning import KINDS
        from benchmarks.learning_tuning import SPACES, chosen

        for kind in KINDS:
            values = chosen(peer, kind)
            assert set(values) == set(SPACES[peer])


def test_the_command_without_parts_runs_all_of_them_and_with_parts_these_alone() -> None:
    assert asked([]).parts == [*KINDS, "many-bars", "speed"]
    assert asked(["OU", "speed"]).parts == ["OU", "speed"]
