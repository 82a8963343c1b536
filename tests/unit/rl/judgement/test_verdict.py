"""What the verdict says for what evidence; the evidence itself is made by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.rl.judgement.report import DeflatedSharpeReport, IntervalReport, Verdict
from aibt.rl.judgement.verdict import FEWEST_BARS, Evidence, overall, verdict


def an_interval(
    value: float, low: float | None, above_zero: float | None = 0.999
) -> IntervalReport:
    high = None if low is None else 2 * value - low
    return IntervalReport(value=value, low=low, high=high, level=0.95, above_zero=above_zero)


def deflated(probability: float | None) -> DeflatedSharpeReport:
    return DeflatedSharpeReport(
        sharpe=0.1,
        threshold=0.02,
        probability=probability,
        probability_above_zero=0.999,
        skewness=0.0,
        kurtosis=3.0,
        bars=1_000,
        trials=20,
    )


STRONG = Evidence(
    algorithm="dqn",
    bars=1_000,
    total_return=1.5,
    buy_and_hold=0.1,
    growth=an_interval(1e-3, 5e-4),
    excess=an_interval(9e-4, 4e-4),
    deflated=deflated(0.985),
    seeds_ahead=5,
    seeds=5,
    trades=90,
)


def test_strong_evidence_is_accepted_in_one_sentence_with_how_sure_it_is() -> None:
    found = verdict(STRONG)

    assert found.better
    assert found.confidence == 0.985
    assert all(check.passed for check in found.checks)
    assert found.sentence == (
        "Better than buy-and-hold: dqn made +150.0 % against +10.0 % over 1,000 out-of-sample "
        "bars after costs, in 5 of 5 seeds; 98 % sure that this is more than luck in 20 trials."
    )


@pytest.mark.parametrize(
    ("changes", "failed", "says"),
    [
        ({"bars": FEWEST_BARS - 1}, "bars", "Too few bars to say"),
        ({"trades": 0, "growth": an_interval(0.0, 0.0)}, "growth", "never traded"),
        ({"excess": an_interval(-1e-4, -5e-4, 0.4)}, "excess", "No better than buy-and-hold"),
        ({"growth": an_interval(-1e-4, -5e-4, 0.4)}, "growth", "Lost less than buy-and-hold, but"),
        (
            {"growth": an_interval(1e-4, -1e-4, 0.8)},
            "growth",
            "only 80 % sure: it may well be luck",
        ),
        (
            {"excess": an_interval(1e-4, -1e-4, 0.7)},
            "excess",
            "only 70 % sure: it may well be luck",
        ),
        ({"excess": an_interval(1e-4, None, None)}, "excess", "too little to tell"),
        ({"deflated": deflated(0.6)}, "deflated_sharpe", "the best of 20 trials may look so"),
        ({"deflated": deflated(None)}, "deflated_sharpe", "too little to tell"),
        ({"seeds_ahead": 2}, "seeds", "only 2 of 5 seeds were ahead"),
    ],
)
def test_what_is_missing_is_why_it_is_refused(
    changes: dict[str, object], failed: str, says: str
) -> None:
    found = verdict(replace(STRONG, **changes))  # type: ignore[arg-type]  # of several kinds

    assert not found.better
    assert failed in [check.name for check in found.checks if not check.passed]
    assert says in found.sentence
    assert not found.sentence.startswith("Better")


@given(
    probability=st.floats(0, 1),
    low=st.floats(-1e-3, 1e-3),
    ahead=st.integers(0, 5),
    bars=st.integers(0, 3_000),
)
def test_it_is_better_only_if_every_check_says_so(
    probability: float, low: float, ahead: int, bars: int
) -> None:
    found = verdict(
        replace(
            STRONG,
            bars=bars,
            excess=an_interval(9e-4, low),
            deflated=deflated(probability),
            seeds_ahead=ahead,
        )
    )

    assert found.better == (probability > 0.95 and low > 0 and ahead > 2 and bars >= FEWEST_BARS)
    assert found.confidence is None or found.confidence <= probability


def test_nothing_is_ever_told_to_be_certain() -> None:
    sure = replace(
        STRONG,
        deflated=deflated(1.0),
        growth=an_interval(1e-3, 5e-4, 1.0),
        excess=an_interval(1e-3, 5e-4, 1.0),
    )

    assert "more than 99 % sure" in verdict(sure).sentence


def refused(name: str) -> Verdict:
    return verdict(replace(STRONG, algorithm=name, excess=an_interval(-1e-4, -5e-4)))


def test_the_whole_evaluation_s_verdict_is_that_of_the_best_algorithm() -> None:
    better = verdict(STRONG)

    found = overall([refused("pqn"), better, refused("ppo")], [9e-3, 1e-3, None])

    assert found == better


def test_where_none_is_better_it_says_so_of_all_of_them() -> None:
    found = overall([refused("pqn"), refused("ppo")], [1e-3, 2e-3])

    assert (found.better, found.algorithm) == (False, None)
    assert found.sentence.startswith(
        "None of 2 algorithms was shown to be better than buy-and-hold. Of the one that grew "
        "most: no better than buy-and-hold: ppo made"
    )
    assert overall([refused("pqn")], [1e-3]).sentence == refused("pqn").sentence
