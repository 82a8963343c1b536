from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import Invalid
from aibt.rl.judgement.plan import HORIZON, combinatorial_purged_splits, walk_forward_plan


@given(
    bars=st.integers(0, 6_000),
    window=st.integers(2, 64),
    folds=st.integers(1, 12),
    learned_first=st.integers(1, 99),
    embargo=st.integers(0, 40),
)
def test_every_fold_is_later_than_all_its_weights_saw_or_the_plan_is_refused(
    bars: int, window: int, folds: int, learned_first: int, embargo: int
) -> None:
    try:
        plan = walk_forward_plan(
            bars, window=window, folds=folds, learned_first=learned_first, embargo=embargo
        )
    except Invalid:
        return

    assert plan.purge >= window + HORIZON
    assert len(plan.folds) == folds
    for fold in plan.folds:
        assert fold.train.start == window
        assert fold.validation.start - fold.train.stop >= plan.purge
        assert fold.test.start - fold.validation.stop >= plan.purge + embargo
        assert min(len(fold.train), len(fold.validation), len(fold.test)) > 8


@given(bars=st.integers(400, 6_000), folds=st.integers(1, 12))
def test_out_of_sample_every_bar_is_judged_once_and_none_is_left_out(bars: int, folds: int) -> None:
    plan = walk_forward_plan(bars, window=8, folds=folds)

    decided = [bar for fold in plan.folds for bar in range(fold.test.start, fold.test.stop - 1)]
    assert decided == list(range(bars * 50 // 100, bars - 1))
    assert (plan.out_of_sample.start, plan.out_of_sample.stop) == (bars * 50 // 100, bars)
    lengths = [len(fold.test) for fold in plan.folds]
    assert max(lengths) - min(lengths) <= 1


def test_later_folds_learn_from_all_that_came_before_them() -> None:
    plan = walk_forward_plan(2_000, window=32, folds=4)

    for one, next_one in pairwise(plan.folds):
        assert next_one.train.start == one.train.start
        assert next_one.train.stop > one.train.stop
        assert next_one.test.start == one.test.stop - 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"folds": 0}, "folds"),
        ({"folds": 51}, "folds"),
        ({"learned_first": 0}, "learned_first"),
        ({"learned_first": 100}, "learned_first"),
        ({"embargo": -1}, "embargo"),
        ({"bars": 90}, "folds"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_its_field(changes: dict[str, int], field: str) -> None:
    given_ = {"bars": 1_000, "window": 32, **changes}

    with pytest.raises(Invalid) as refused:
        walk_forward_plan(given_.pop("bars"), window=given_.pop("window"), **given_)

    assert refused.value.field == field


@given(
    bars=st.integers(60, 400),
    groups=st.integers(2, 7),
    tested=st.integers(1, 3),
    purge=st.integers(0, 12),
    embargo=st.integers(0, 9),
)
def test_combinatorial_splits_purge_around_each_test_group(
    bars: int, groups: int, tested: int, purge: int, embargo: int
) -> None:
    if tested >= groups:
        return
    times_tested = np.zeros(bars, int)
    ways = 0
    for way in combinatorial_purged_splits(
        bars, groups=groups, tested=tested, purge=purge, embargo=embargo
    ):
        ways += 1
        for test in way.test:
            times_tested[test.start : test.stop] += 1
            for train in way.train:
                assert len(train) > 0
                assert (
                    train.stop + purge <= test.start or train.start >= test.stop + purge + embargo
                )
        kept = sum(len(part) for part in way.train) + sum(len(part) for part in way.test)
        assert kept >= bars - tested * (2 * purge + embargo)

    assert ways * tested == groups * times_tested[0]
    assert (times_tested == times_tested[0]).all()


def test_groups_that_cannot_be_had_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be tested"):
        next(combinatorial_purged_splits(100, groups=3, tested=3, purge=1))
