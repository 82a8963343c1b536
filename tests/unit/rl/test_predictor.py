"""A bot answers as its training would have shown it, from the past alone."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aibt.errors import Invalid
from aibt.market.bars import BarSeries, moment
from aibt.market.features import REACH, FeatureStatistics, feature_table
from aibt.market.view import MarketView, SeriesFeed
from aibt.rl.checkpoint import TrainedWeights, save_weights
from aibt.rl.network import Architecture
from aibt.rl.predictor import Predictor
from aibt.rl.preparation import Preparation
from aibt.rl.q_network import initial_weights
from aibt.rl.status import NAMES
from aibt.rl.training import TrainingRun
from tests.unit.rl.builders import a_preparation, a_run, a_sine
from tests.unit.rl.builders import to_the_end as trained

SIDES = (-1, 0, 1)
ENOUGH = 6


def some_weights(preparation: Preparation | None = None, *, seed: int = 1) -> TrainedWeights:
    """Weights whose answers differ from bar to bar and from side to side."""
    preparation = preparation or a_preparation()
    return TrainedWeights(
        weights=initial_weights(preparation.architecture, seed),
        architecture=preparation.architecture,
        statistics=preparation.table.statistics,
        facts={"episode": 3},
    )


def saved(trained: TrainedWeights, folder: Path, name: str = "weights-1.safetensors") -> Path:
    save_weights(trained, folder / name)
    return folder / name


def weights_now(run: TrainingRun, preparation: Preparation) -> TrainedWeights:
    """Return what acts in a run at this moment."""
    flat = run.snapshot().tensors["algorithm.online"]
    shapes = preparation.architecture.shapes
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    weights = {
        name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }
    return replace(some_weights(preparation), weights=weights)


def without_max(shown: object) -> dict[str, float]:
    assert isinstance(shown, Mapping)
    return {name: shown[name] for name in NAMES}


def a_view(series: BarSeries, count: int) -> MarketView:
    """Return a view that knows `count` bars of a feed that knows them all."""
    view = MarketView(series.symbol, series.interval)
    view.advance_to(moment(series.ended_ns[count - 1]), SeriesFeed(series))
    return view


def test_it_answers_as_the_status_of_a_training_for_the_same_bar_and_side(tmp_path: Path) -> None:
    preparation = a_preparation()
    run, predictor = a_run(preparation), Predictor()
    compared = dict.fromkeys(SIDES, 0)

    while not run.ended:
        run.advance()
        side = run.snapshot().facts["shown"]["side"]
        if compared[side] == ENOUGH:
            continue
        run.refresh_status()
        weights = saved(weights_now(run, preparation), tmp_path, f"{run.steps}.safetensors")
        known = preparation.series.slice(0, run.picture.day + 1)
        expected = without_max(run.status()["prediction"])
        assert predictor.predict(weights, known, side) == expected
        compared[side] += 1

    assert set(compared.values()) == {ENOUGH}


def test_it_answers_for_the_best_weights_that_a_training_leaves(tmp_path: Path) -> None:
    preparation = a_preparation()
    run = trained(a_run(preparation, initial_weights=some_weights(preparation).weights))
    best = run.best_weights()
    assert best is not None
    assert run.save_best(tmp_path / "best.safetensors")
    again = a_run(preparation, initial_weights=best.weights)

    found = Predictor().predict(
        tmp_path / "best.safetensors", a_view(preparation.series, again.picture.day + 1), 0
    )

    assert found == without_max(again.status()["prediction"])


def test_an_answer_is_in_whole_per_cent_and_depends_on_the_side_and_the_bars(
    tmp_path: Path,
) -> None:
    weights, series, predictor = saved(some_weights(), tmp_path), a_sine(120), Predictor()

    answers = [predictor.predict(weights, series.slice(0, 100), side) for side in SIDES]
    later = predictor.predict(weights, series, 0)

    assert all(tuple(answer) == NAMES and sum(answer.values()) == 100 for answer in answers)
    assert all(share == int(share) for answer in answers for share in answer.values())
    assert len({tuple(answer.values()) for answer in [*answers, later]}) == 4


@given(
    future=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20),
    side=st.sampled_from(SIDES),
    count=st.integers(5, 60),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bars_to_come_change_no_answer(
    tmp_path: Path, future: list[float], side: int, count: int
) -> None:
    past = a_sine(60 + len(future), noise=0.01)
    closes = np.r_[past.close[:count], future]
    prices = dict.fromkeys(("open", "high", "low", "close"), closes)
    times = {name: getattr(past, name)[: len(closes)] for name in ("opened_ns", "ended_ns")}
    volume = past.volume[: len(closes)]
    other = BarSeries(symbol=past.symbol, interval=past.interval, volume=volume, **prices, **times)
    weights, predictor = saved(some_weights(), tmp_path), Predictor()

    with_future = predictor.predict(weights, a_view(other, count), side)
    without = predictor.predict(weights, other.slice(0, count), side)

    assert with_future == without


def test_what_is_further_back_than_a_row_looks_changes_it_by_less_than_its_digits() -> None:
    series = a_sine(2 * REACH, noise=0.02)
    statistics = feature_table(series.slice(0, 2_000)).statistics

    whole = feature_table(series, statistics=statistics).rows[-1]
    part = feature_table(series.slice(REACH, 2 * REACH), statistics=statistics).rows[-1]

    np.testing.assert_allclose(part, whole, rtol=1e-6, atol=1e-6)


def test_too_few_bars_are_refused_and_one_more_is_enough(tmp_path: Path) -> None:
    weights, predictor = saved(some_weights(), tmp_path), Predictor()  # their window is 4 bars

    with pytest.raises(Invalid, match="4 bars of SINE are known, but the bot needs 5") as refused:
        predictor.predict(weights, a_view(a_sine(30), 4), 0)

    assert refused.value.field == "symbol"
    assert sum(predictor.predict(weights, a_view(a_sine(30), 5), 0).values()) == 100


def test_a_market_of_which_nothing_is_known_is_refused(tmp_path: Path) -> None:
    series = a_sine(30)

    with pytest.raises(Invalid, match="0 bars"):
        Predictor().predict(
            saved(some_weights(), tmp_path), MarketView(series.symbol, series.interval), 0
        )


def test_a_side_that_there_is_not_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="side is 2"):
        Predictor().predict(saved(some_weights(), tmp_path), a_sine(30), 2)


@pytest.mark.parametrize("content", [b"", b"abc", b"\x00" * 64])
def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights-1.safetensors"
    path.write_bytes(content)

    with pytest.raises(Invalid, match="no weights file") as refused:
        Predictor().predict(path, a_sine(30), 0)

    assert refused.value.field == "bot"
    assert str(tmp_path) not in str(refused.value)


def test_weights_that_are_not_there_are_refused_also_when_they_were_in_memory(
    tmp_path: Path,
) -> None:
    weights, predictor = saved(some_weights(), tmp_path), Predictor()
    predictor.predict(weights, a_sine(30), 0)
    weights.unlink()

    for asked in (weights, tmp_path / "never.safetensors"):
        with pytest.raises(Invalid, match="not there any more") as refused:
            predictor.predict(asked, a_sine(30), 0)
        assert refused.value.field == "bot"
        assert str(tmp_path) not in str(refused.value)


def test_a_folder_in_the_place_of_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        Predictor().predict(tmp_path, a_sine(30), 0)


def test_weights_of_another_shape_than_the_file_says_are_refused(tmp_path: Path) -> None:
    wider = Architecture(features=19, width=9, depth=2)

    path = saved(replace(some_weights(), weights=initial_weights(wider, 1)), tmp_path)

    with pytest.raises(Invalid, match="another network"):
        Predictor().predict(path, a_sine(30), 0)


def test_weights_for_another_number_of_features_are_refused(tmp_path: Path) -> None:
    given = some_weights()
    fewer = replace(given.architecture, features=given.architecture.features - 1)
    unfit = replace(given, architecture=fewer, weights=initial_weights(fewer, 1))

    with pytest.raises(Invalid, match=r"for \d+ features, but a bar has") as refused:
        Predictor().predict(saved(unfit, tmp_path), a_sine(30), 0)

    assert refused.value.field == "bot"


def test_statistics_of_another_kind_of_bars_are_refused(tmp_path: Path) -> None:
    given = some_weights()
    statistics: FeatureStatistics = replace(given.statistics, spans=(8, 32))

    with pytest.raises(Invalid, match="another kind of bars"):
        Predictor().predict(saved(replace(given, statistics=statistics), tmp_path), a_sine(30), 0)


def test_weights_are_read_once_and_again_when_the_file_is_another(tmp_path: Path) -> None:
    one, series, predictor = saved(some_weights(), tmp_path), a_sine(60), Predictor()
    first = predictor.predict(one, series, 1)

    assert predictor.predict(one, series, 1) == first
    saved(some_weights(a_preparation(hidden_layers=5), seed=2), tmp_path)
    second = predictor.predict(one, series, 1)

    assert second != first
    assert second == Predictor().predict(one, series, 1)
    assert predictor.kept == (one,)


def test_memory_is_bounded_and_the_weights_asked_last_stay(tmp_path: Path) -> None:
    weights = some_weights()
    paths = [saved(weights, tmp_path, f"{at}.safetensors") for at in range(4)]
    predictor = Predictor(most_weights=2 * weights.architecture.size)

    for at in (0, 1, 0, 2):
        predictor.predict(paths[at], a_sine(30), 0)
    assert predictor.kept == (paths[0], paths[2])

    predictor = Predictor(most_weights=1)
    for path in paths:
        predictor.predict(path, a_sine(30), 0)
    assert predictor.kept == (paths[3],)


def test_many_threads_get_the_answers_of_one(tmp_path: Path) -> None:
    weights = some_weights()
    paths = [saved(replace(weights, facts={"n": at}), tmp_path, f"{at}.x") for at in range(3)]
    series, predictor = a_sine(80), Predictor(most_weights=2 * weights.architecture.size)
    asked = [(path, 20 + at, side) for at in range(8) for path in paths for side in SIDES]

    def answer(given: tuple[Path, int, int]) -> Mapping[str, float]:
        path, count, side = given
        return predictor.predict(path, series.slice(0, count), side)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(answer, asked))

    assert found == [answer(given) for given in asked]
