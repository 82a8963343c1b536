"""The search of a population: what it may do, to whom, and that the same seed does the same."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import Invalid
from aibt.rl.population import SEARCHED, Member, Range, Step, beginnings, next_step, ranges_of

RANGES = {
    "lr": Range(name="lr", lowest=1e-5, highest=1e-1),
    "gamma": Range(name="gamma", lowest=0.8, highest=0.999),
}


def a_member(member: int, score: float | None, **values: Any) -> Member:
    given_ = {"parameters": {"lr": 1e-3, "gamma": 0.9}} | values
    return Member(member=member, score=score, **given_)


def a_step(*members: Member, fraction: float = 0.25, number: int = 0) -> Step | None:
    return next_step(members, fraction=fraction, ranges=RANGES, seed=7, number=number)


scores = st.none() | st.floats(-10, 10)
populations = st.lists(
    st.tuples(scores, st.booleans(), st.booleans(), st.booleans()), max_size=12
).map(
    lambda found: [
        a_member(number, score, is_due=due, is_pinned=pinned, is_excluded=excluded)
        for number, (score, due, pinned, excluded) in enumerate(found, 1)
    ]
)


@given(populations, st.floats(0.05, 0.5), st.integers(0, 1_000))
def test_a_step_changes_only_who_may_be_changed_and_copies_only_who_is_better(
    members: list[Member], fraction: float, number: int
) -> None:
    step = a_step(*members, fraction=fraction, number=number)

    if step is None:
        return
    by_number = {one.member: one for one in members}
    target = by_number[step.member]
    assert target.is_due
    assert not target.is_pinned
    assert not target.is_excluded
    lower = [score for score in step.scores.values() if score < step.scores[step.member]]
    assert len(lower) < max(1, fraction * len(step.scores))
    if step.source is None:
        assert step.kind == "explore"
    else:
        assert step.kind == "exploit"
        assert not by_number[step.source].is_excluded
        assert step.scores[step.source] > step.scores[step.member]
    assert step == a_step(*members[::-1], fraction=fraction, number=number)


@given(populations, st.integers(0, 50))
def test_what_is_excluded_might_as_well_not_be_there(members: list[Member], number: int) -> None:
    kept = [one for one in members if not one.is_excluded]

    assert a_step(*members, number=number) == a_step(*kept, number=number)


def test_the_worst_takes_over_from_the_best_and_perturbs_his_parameters() -> None:
    best = a_member(3, 2.0, parameters={"lr": 1e-2, "gamma": 0.99})
    members = [a_member(1, -1.0), a_member(2, 0.5), best, a_member(4, 1.0)]

    steps = [a_step(*members, number=number) for number in range(40)]

    assert {(step.kind, step.member, step.source) for step in steps if step} == {("exploit", 1, 3)}
    rates = {step.changes["lr"] for step in steps if step}
    assert {0.8e-2, 1.25e-2} <= rates  # and some were drawn anew
    assert len(rates) > 2


def test_where_none_is_better_the_parameters_alone_are_perturbed() -> None:
    step = a_step(a_member(1, 0.0), a_member(2, 0.0))

    assert step is not None
    assert (step.kind, step.member, step.source) == ("explore", 1, None)
    assert set(step.changes) == set(SEARCHED)


@pytest.mark.parametrize("mark", [{"is_pinned": True}, {"is_due": False}, {"is_excluded": True}])
def test_who_may_not_be_changed_is_passed_over(mark: Mapping[str, bool]) -> None:
    assert a_step(a_member(1, -1.0, **mark), a_member(2, 1.0)) is None


def test_a_pinned_member_is_copied_from() -> None:
    step = a_step(a_member(1, -1.0), a_member(2, 1.0, is_pinned=True))

    assert step is not None
    assert step.source == 2


@given(
    st.floats(1e-6, 0.1),
    st.floats(1.0, 10.0),
    st.floats(0.0, 0.999),
    st.floats(0.0, 0.999),
    st.integers(0, 2**31),
)
def test_members_begin_within_their_ranges_and_more_begin_as_fewer_do(
    lr: float, width: float, one: float, other: float, seed: int
) -> None:
    low, high = sorted((one, other))
    asked = {
        "lr": 0.5,
        "lr_min": lr,
        "lr_max": min(lr * width, 1.0),
        "gamma_min": low,
        "gamma_max": high,
        "seed": seed,
    }

    begun = beginnings({**asked, "members": 5})

    assert begun == beginnings({**asked, "members": 9})[:5]
    assert all(lr <= member["lr"] <= min(lr * width, 1.0) for member in begun)
    assert all(low <= member["gamma"] <= high for member in begun)
    assert len({member["seed"] for member in begun}) > 1


@given(st.floats(1e-9, 1.0), st.floats(0.0, 1.0), st.integers(0, 1_000))
def test_without_a_range_all_begin_alike_and_the_search_stays_nearby(
    lr: float, gamma: float, number: int
) -> None:
    request = {"lr": lr, "gamma": gamma, "members": 2, "seed": 1}

    begun, ranges = beginnings(request), ranges_of(request)

    assert [(one["lr"], one["gamma"]) for one in begun] == [(lr, gamma)] * 2
    members = [a_member(n, 0.0, parameters={"lr": lr, "gamma": gamma}) for n in (1, 2)]
    step = next_step(members, fraction=0.5, ranges=ranges, seed=1, number=number)
    assert step is not None
    assert 0 < step.changes.get("lr", lr) <= 1
    assert 0 <= step.changes.get("gamma", gamma) <= 1


@pytest.mark.parametrize(
    ("field", "given_"),
    [
        ("lr_min", {"lr_min": 0.5, "lr_max": 0.1}),
        ("lr_max", {"lr_min": 0.5}),
        ("gamma_min", {"gamma_max": 0.5}),
        ("gamma_max", {"gamma_min": 0.5, "gamma_max": 1.0}),
    ],
)
def test_a_range_that_is_none_is_refused(field: str, given_: Mapping[str, float]) -> None:
    with pytest.raises(Invalid) as refused:
        ranges_of({"lr": 0.1, "gamma": 0.9, **given_})

    assert refused.value.field == field
