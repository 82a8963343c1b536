"""Where there is something to learn, it is learned; with the real environment and costs."""

from typing import Any

import pytest

from envs.factory import trading_environments
from tests.unit.rl.builders import Collected, a_preparation, a_run, a_sine, to_the_end


@pytest.mark.parametrize("environments", [1, 16])
def test_on_a_noisy_sine_it_beats_buying_and_holding_by_far(environments: int) -> None:
    preparation = a_preparation(
        a_sine(1_200, noise=0.005, seed=3),
        window=32,
        hidden_layers=43,
        batch_size=64,
        environments=environments,
        min_episodes=4,
        max_episodes=4,
    )
    sink = Collected()

    run = to_the_end(a_run(preparation, sink=sink, factory=trading_environments))

    result: Any = run.status()["out_of_sample"]
    # 5 % up and 5 % down every 24 bars: whoever is right most of the time multiplies
    assert result["profit"] > 10_000.0
    assert result["profit"] > 3 * abs(result["buy_and_hold"])
    assert result["sharpe"] > 5.0
