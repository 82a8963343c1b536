from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.rl.replay_buffer import ReplayBuffer, Transitions


def transitions(first: int, count: int) -> Transitions:
    bars = np.arange(first, first + count, dtype=np.int32)
    return Transitions(
        bars=bars,
        sides=(bars % 3 - 1).astype(np.int8),
        actions=(bars % 4).astype(np.int8),
        rewards=(bars / 7).astype(np.float32),
        next_sides=(bars % 2).astype(np.int8),
        terminations=bars % 5 == 0,
    )


def filled(capacity: int, chunks: list[int]) -> tuple[ReplayBuffer, int]:
    buffer, added = ReplayBuffer(capacity), 0
    for count in chunks:
        buffer.add(transitions(added, count))
        added += count
    return buffer, added


@given(capacity=st.integers(1, 20), chunks=st.lists(st.integers(0, 30), max_size=8))
def test_the_newest_transitions_are_kept_whole(capacity: int, chunks: list[int]) -> None:
    buffer, added = filled(capacity, chunks)

    state = buffer.state()

    kept = np.sort(state["bars"])
    np.testing.assert_array_equal(kept, np.arange(max(added - capacity, 0), added))
    whole = transitions(0, added)
    for name in ("sides", "actions", "rewards", "next_sides", "terminations"):
        np.testing.assert_array_equal(state[name], getattr(whole, name)[state["bars"]])


@given(
    capacity=st.integers(1, 20),
    chunks=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    more=st.integers(0, 30),
)
def test_a_restored_buffer_draws_and_forgets_alike(
    capacity: int, chunks: list[int], more: int
) -> None:
    buffer, added = filled(capacity, chunks)
    other = ReplayBuffer(capacity)

    other.load_state(buffer.state())
    draws = []
    for each in (buffer, other):
        each.add(transitions(added, more))
        places = each.draw(50, np.random.default_rng(1))
        draws.append([getattr(each.stored, field.name)[places] for field in fields(Transitions)])

    for mine, its in zip(*draws, strict=True):
        np.testing.assert_array_equal(mine, its)
        assert mine.dtype == its.dtype


def test_a_copy_is_not_changed_by_what_comes_later() -> None:
    buffer, _ = filled(4, [4])
    state = buffer.state()

    buffer.add(transitions(50, 4))

    np.testing.assert_array_equal(state["bars"], [0, 1, 2, 3])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity"):
        ReplayBuffer(0)
    with pytest.raises(ValueError, match="no state"):
        ReplayBuffer(3).load_state({})
    state = filled(4, [4])[0].state()
    with pytest.raises(ValueError, match="not that of 2 transitions"):
        ReplayBuffer(2).load_state(state)
