"""A population at work: a step is stored with the change it makes, and recovery takes it again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.population_host import PopulationHost
from actors.population_search import PopulationSearch
from actors.training_files import TrainingFiles
from actors.training_host import TrainingHost
from aibt.errors import ActorUnavailable, LeaseLost, StoreUnavailable, TrainingEnded
from aibt.live.states import Desired, RunState
from aibt.live.turns import Turns
from aibt.store.database import Store
from aibt.store.records import Mark, Population, PopulationStep, Training
from tests.patience import PATIENCE_S
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import PER_EPISODE
from tests.unit.actors.hosting import Hosting, until

REQUEST = {
    "search": {"interval": 2, "fraction": 0.34},
    "seed": 7,
    "lr_min": 0.001,
    "lr_max": 1.0,
    "gamma": 0.9,
}


class Many:
    """Three members that one process hosts, in this one."""

    def __init__(self, store: Store, files: TrainingFiles) -> None:
        self.store, self.files = store, files
        self.hostings: dict[int, Hosting] = {}
        self.population: Population
        self.host: PopulationHost
        self.search: PopulationSearch
        self.lives: list[asyncio.Task[RunState]] = []

    async def begin(self, *trainings: Training) -> None:
        owner = trainings[0].owner_id
        async with self.store.writing(owner) as unit:
            self.population = await unit.populations.create(
                name="many", request=REQUEST, data={}, searching=True
            )
            for member, training in enumerate(trainings, 1):
                await unit.populations.add_member(self.population.id, member, training.id)
        await self.host_all()

    async def host_all(self) -> None:
        await self.start()
        await self.let_live(*self.hostings)

    async def start(self) -> None:
        """Have a process in which nobody lives yet."""
        turns = Turns()
        self.hostings = {}
        for training in await self.rows():
            hosting = Hosting(self.store, self.files, training)
            hosting.turns = turns
            self.hostings[training.member or 0] = hosting

        async def make(training: Training, epoch: int) -> TrainingHost:
            hosting = self.hostings[training.member or 0]
            return await hosting.make()

        self.host = PopulationHost(make)
        self.search = PopulationSearch(
            self.population.owner_id, self.population.id, self.host.hosts, self.store
        )

    async def let_live(self, *members: int) -> None:
        """Host members until they run."""
        for hosting in (self.hostings[member] for member in members):
            self.lives.append(asyncio.create_task(self.host.live(hosting.training, 1)))
            await until(lambda hosting=hosting: hosting.training.id in self.host.members())  # type: ignore[misc]
            hosting.life = self.host._lives[hosting.training.id].task
            await until(lambda hosting=hosting: hosting.host.state is RunState.RUNNING)  # type: ignore[misc]

    async def rows(self) -> list[Training]:
        async with self.store.reading(self.population.owner_id) as unit:
            return await unit.trainings.of_population(self.population.id)

    async def steps(self) -> list[PopulationStep]:
        async with self.store.reading(self.population.owner_id) as unit:
            return await unit.populations.steps(self.population.id)

    async def mark(self, member: int, mark: Mark) -> None:
        async with self.store.writing(self.population.owner_id) as unit:
            await unit.populations.set_mark(self.population.id, member, mark)

    def taken(self) -> list[Path]:
        """Return the files that steps have left to be taken over."""
        return [*self.files.absolute("trainings").rglob("taken/*")]

    async def judged(self, *scores: float, episode: int = 2) -> None:
        """Let the members that live stand at an episode's end with these scores."""
        living = (hosting for hosting in self.hostings.values() if hosting.runs)
        for score, hosting in zip(scores, living, strict=True):
            hosting.runs[-1].judged = (episode, score)

    async def lose(self) -> None:
        for hosting in self.hostings.values():
            await hosting.lose()
        await asyncio.gather(*self.lives, return_exceptions=True)
        self.lives = []


@pytest.fixture
async def many(store: Store, files: TrainingFiles, queued: StartTraining) -> AsyncIterator[Many]:
    made = Many(store, files)
    await made.begin(*[await queued() for _ in range(3)])
    for hosting in made.hostings.values():
        async with store.writing(hosting.training.owner_id) as unit:
            current = {"lr": 0.1, "gamma": 0.9}
            row = await unit.trainings.set_current(hosting.training.id, current, epoch=None)
        hosting.host._recorder.row = row
    yield made
    for hosting in made.hostings.values():
        if hosting.life is not None and not hosting.life.done():
            await hosting.ended()
    await asyncio.wait_for(asyncio.gather(*made.lives, return_exceptions=True), PATIENCE_S)


async def test_the_worst_takes_over_from_the_best_and_all_of_it_is_stored(many: Many) -> None:
    for hosting in many.hostings.values():
        await hosting.step(3)
    many.hostings[2].runs[0].value = 77.0
    await many.judged(0.1, 0.9, 0.5)

    await many.search.look()
    await many.hostings[1].step(1)

    (step,) = await many.steps()
    assert (step.kind, step.member, step.source, step.episode) == ("exploit", 1, 2, 2)
    assert step.scores == {"1": 0.1, "2": 0.9, "3": 0.5}
    assert step.weights is not None
    assert float(many.files.absolute(step.weights).read_text()) == 77.0
    target = many.hostings[1]
    async with many.store.reading(target.training.owner_id) as unit:
        (change,) = await unit.changes.after(target.training.id)
        (told,) = await unit.events.read(many.population.topic)
    assert (change.step, change.weights, change.changes) == (step.step, step.weights, step.changes)
    assert (told.kind, told.data["member"], told.data["number"]) == ("step", 1, 1)
    assert [kind for _, kind, _ in await target.told()][-2:] == ["params", "log"]
    run = target.runs[0]
    assert run.applied == 1
    assert run.value == 77.0 * (1 + run.lr)


async def test_one_that_is_due_is_changed_once_and_then_not_before_its_interval(
    many: Many,
) -> None:
    await many.judged(0.1, 0.9, 0.5)
    await many.search.look()
    await many.judged(0.1, 0.9, 0.6, episode=3)
    await many.search.look()
    assert len(await many.steps()) == 1

    await many.judged(0.1, 0.9, 0.7, episode=4)
    await many.search.look()

    assert [step.episode for step in await many.steps()] == [2, 4]


@pytest.mark.parametrize("mark", [Mark.PINNED, Mark.EXCLUDED])
async def test_a_member_that_is_pinned_or_excluded_is_not_overwritten(
    many: Many, mark: Mark
) -> None:
    await many.mark(1, mark)
    await many.judged(0.1, 0.9, 0.5)

    await many.search.look()

    assert [step.member for step in await many.steps()] == ([3] if mark is Mark.EXCLUDED else [])


async def test_a_pin_that_comes_after_the_decision_still_holds(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many.judged(0.1, 0.9, 0.5)
    source = many.hostings[2].host
    save = source.save_knowledge

    async def save_late(path: str) -> None:
        await save(path)
        await many.mark(1, Mark.PINNED)

    monkeypatch.setattr(source, "save_knowledge", save_late)

    await many.search.look()

    assert await many.steps() == []
    target = many.hostings[1]
    async with many.store.reading(target.training.owner_id) as unit:
        assert await unit.changes.after(target.training.id) == []
    assert many.taken() == []


async def test_a_search_that_was_stopped_takes_no_step_until_it_goes_on(many: Many) -> None:
    async with many.store.writing(many.population.owner_id) as unit:
        await unit.populations.set_searching(many.population.id, False)
    await many.judged(0.1, 0.9, 0.5)
    await many.search.look()
    assert await many.steps() == []

    async with many.store.writing(many.population.owner_id) as unit:
        await unit.populations.set_searching(many.population.id, True)
    await many.judged(0.1, 0.9, 0.6)
    await many.search.look()

    assert len(await many.steps()) == 1


async def test_a_paused_member_takes_no_part_and_the_others_go_on(many: Many) -> None:
    await many.hostings[1].wish(Desired.PAUSED)
    await many.hostings[1].host.pause(None)
    await many.judged(0.1, 0.9, 0.5)

    await many.search.look()

    assert [(step.member, step.source) for step in await many.steps()] == [(3, 2)]
    await many.hostings[1].wish(Desired.RUNNING)
    await many.hostings[1].host.resume(None)


async def test_after_a_loss_a_step_is_taken_again_where_it_was(many: Many) -> None:
    for hosting in many.hostings.values():
        await hosting.step(3)
    many.hostings[2].runs[0].value = 77.0
    await many.judged(0.1, 0.9, 0.5)
    await many.search.look()
    await many.hostings[1].step(PER_EPISODE)
    before = many.hostings[1].runs[0]
    wanted, at = before.value, before.steps
    steps = await many.steps()

    await many.lose()
    await many.host_all()
    for hosting in many.hostings.values():
        hosting.forgets_checkpoints = False
    again = many.hostings[1]
    await again.step(at - again.runs[0].steps)

    assert (again.runs[0].value, again.runs[0].applied) == (wanted, 1)
    assert await many.steps() == steps


async def test_after_a_loss_no_step_is_taken_before_all_who_are_to_run_are_back(
    many: Many,
) -> None:
    await many.lose()
    await many.start()
    await many.let_live(2, 3)
    await many.judged(0.9, 0.5)

    await many.search.look()
    assert await many.steps() == []
    await many.let_live(1)
    await many.judged(0.1, 0.9, 0.5)
    await many.search.look()

    assert [(step.member, step.source) for step in await many.steps()] == [(1, 2)]


async def test_after_a_loss_nobody_is_looked_at_again_for_the_same_episodes(many: Many) -> None:
    await many.judged(0.1, 0.9, 0.5)
    await many.search.look()
    await many.lose()
    await many.host_all()

    await many.judged(0.9, 0.1, 0.5)
    await many.search.look()
    assert [step.episode for step in await many.steps()] == [2]
    await many.judged(0.9, 0.1, 0.5, episode=4)
    await many.search.look()

    assert [(step.member, step.episode) for step in await many.steps()] == [(1, 2), (2, 4)]


async def test_a_member_that_computes_again_what_was_looked_at_is_waited_for(many: Many) -> None:
    await many.judged(0.1, 0.9, 0.5, episode=4)
    await many.search.look()
    await many.lose()
    await many.host_all()
    await many.judged(0.1, 0.9, 0.5, episode=6)
    many.hostings[2].runs[0].judged = (3, 0.2)

    await many.search.look()
    assert len(await many.steps()) == 1
    many.hostings[2].runs[0].judged = (4, 0.9)
    await many.search.look()

    assert [(step.member, step.source) for step in await many.steps()] == [(1, 2), (1, 2)]


async def test_a_member_that_is_to_pause_and_is_not_there_keeps_nobody_waiting(many: Many) -> None:
    await many.lose()
    await many.hostings[1].wish(Desired.PAUSED)
    await many.start()
    await many.let_live(2, 3)
    await many.judged(0.9, 0.5)

    await many.search.look()

    assert [(step.member, step.source) for step in await many.steps()] == [(3, 2)]


async def test_an_excluded_member_that_is_not_there_keeps_nobody_waiting(many: Many) -> None:
    await many.mark(1, Mark.EXCLUDED)
    await many.lose()
    await many.start()
    await many.let_live(2, 3)
    await many.judged(0.9, 0.5)

    await many.search.look()

    assert [(step.member, step.source) for step in await many.steps()] == [(3, 2)]


async def test_a_look_of_a_process_that_was_replaced_leaves_no_trace(many: Many) -> None:
    await many.hostings[1].take_lease()
    await many.mark(1, Mark.PINNED)
    await many.judged(0.1, 0.9, 0.5)

    with pytest.raises(LeaseLost):
        await many.search.look()

    async with many.store.reading(many.population.owner_id) as unit:
        members = await unit.populations.members([many.population.id])
    assert [one.looked_at_episode for one in members] == [0, 0, 0]


async def test_what_was_taken_over_goes_when_all_kept_checkpoints_are_from_after_it(
    many: Many,
) -> None:
    target = many.hostings[1]
    await target.step(3)
    await target.host.checkpoint()
    await many.judged(0.1, 0.9, 0.5)
    await many.search.look()
    await target.step(1)
    await target.host.checkpoint()
    assert len(many.taken()) == 1

    await target.step(1)
    await target.host.checkpoint()
    assert many.taken() == []
    before = target.runs[0]
    await many.lose()
    await many.host_all()

    again = many.hostings[1].runs[0]
    assert (again.steps, again.value, again.applied) == (5, before.value, 1)


async def test_a_training_that_has_ended_keeps_nothing_of_what_it_took_over(many: Many) -> None:
    await many.judged(0.1, 0.9, 0.5)
    await many.search.look()
    target = many.hostings[1]
    assert len(many.taken()) == 1

    await target.wish(Desired.STOPPED)
    await target.host.stop(None)
    await target.until_over()

    assert many.taken() == []


async def test_a_step_that_fails_leaves_no_file(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many.judged(0.1, 0.9, 0.5)
    target, source = many.hostings[1].host, many.hostings[2].host
    save = source.save_knowledge

    async def save_late(path: str) -> None:
        await save(path)
        await target.stop(None)

    monkeypatch.setattr(source, "save_knowledge", save_late)

    with pytest.raises(TrainingEnded):
        await many.search.look()

    assert many.taken() == []


async def test_a_step_that_may_have_been_stored_keeps_its_file(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def search(*_: object) -> None:
        raise StoreUnavailable("its server was lost")

    await many.judged(0.1, 0.9, 0.5)
    monkeypatch.setattr(many.hostings[1].host, "search", search)

    with pytest.raises(StoreUnavailable):
        await many.search.look()

    assert len(many.taken()) == 1


async def test_who_is_not_hosted_here_cannot_be_asked(many: Many) -> None:
    with pytest.raises(ActorUnavailable):
        many.host.host(99)


async def test_the_life_of_a_member_that_has_left_is_over(many: Many) -> None:
    await asyncio.wait_for(many.host.life(99), PATIENCE_S)
