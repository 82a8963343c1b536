"""Members whose updates are joined, through the hosts and the turns that a population has."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from actors.joined_updates import JoinedUpdates
from actors.training_files import TrainingFiles
from aibt.live.states import RunState
from aibt.live.turns import Turns
from aibt.rl.algorithms.step_due import StepDue
from aibt.rl.batch import step_of, take_together
from aibt.rl.captured import Captured, InPlace
from aibt.store.database import Store
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.hosting import LATE, Hosting, side_by_side
from tests.unit.rl.builders import to_the_end
from tests.unit.rl.members import MEMBERS, a_member, assert_as_alone, prepared
from tests.unit.rl.on_each_device import DEVICES


@pytest.mark.parametrize("device", DEVICES)
async def test_members_that_owe_many_updates_at_once_learn_together_what_each_would_alone(
    store: Store,
    files: TrainingFiles,
    queued: StartTraining,
    device: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if device == "cpu":  # have many be owed at once there too
        monkeypatch.setattr(
            "aibt.rl.algorithms.counterfactual.in_place",
            lambda rule, device: InPlace(rule, device, Captured(None)),
        )
    made, turns, hostings = list[int](), Turns(), list[Hosting]()
    preparations = [
        prepared(number, device=device, bars=2_000, episodes=4) for number in range(len(MEMBERS))
    ]

    def take(steps: Sequence[StepDue]) -> None:
        take_together(steps)
        made.append(len(steps))

    joined = JoinedUpdates(step_of, take)
    for preparation in preparations:
        hosting: Any = Hosting(store, files, await queued(), paced=False)
        hosting.kind = lambda sink, _last, _pace, its=preparation: a_member(its, sink)
        hosting.turns, hosting.joined = turns, joined
        hostings.append(hosting)
    await side_by_side(hostings, turns)

    ends = await asyncio.gather(*(hosting.ended() for hosting in hostings))

    assert ends == [RunState.FINISHED] * len(MEMBERS)
    updates = 0
    for hosting, preparation in zip(hostings, preparations, strict=True):
        run: Any = hosting.runs[0]
        assert_as_alone(run, to_the_end(a_member(preparation)))
        updates += run.snapshot().facts["algorithm"]["updates"]
    assert sum(made) == pytest.approx(updates, abs=LATE)
    assert len(made) == pytest.approx(updates / len(MEMBERS), abs=LATE)
