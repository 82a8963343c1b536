"""A command with an id has one effect and one answer, however often it comes."""

import asyncio

import pytest

from actors.commands import Commands
from aibt.api.platform import Command
from aibt.errors import ActorUnavailable, AibtError, BotBusy, IdReused, Invalid, TrainingEnded
from aibt.protocol.bots import BotDeletedMessage
from aibt.store.database import Store, UnitOfWork
from aibt.store.service import Service

ID = Command(id="a" * 32, digest="1" * 64)


class Effect:
    """Something that happens; counts how often."""

    def __init__(self, *outcomes: AibtError | str) -> None:
        self.outcomes = outcomes
        self.times = 0

    async def __call__(self, unit: UnitOfWork | None = None) -> BotDeletedMessage:
        outcome = self.outcomes[min(self.times, len(self.outcomes) - 1)]
        self.times += 1
        await asyncio.sleep(0.01)
        if isinstance(outcome, AibtError):
            raise outcome
        return BotDeletedMessage(name=outcome)


@pytest.fixture
def commands(store: Store) -> Commands:
    return Commands(store)


@pytest.fixture
async def owner(store: Store) -> int:
    async with Service(store).writing() as unit:
        return (await unit.users.local_user()).id


@pytest.mark.parametrize("way", ["rows", "reaching"])
async def test_what_comes_twice_happens_once_and_is_answered_the_same(
    commands: Commands, owner: int, way: str
) -> None:
    effect = Effect("first", "second")
    run = getattr(commands, way)

    answers = [await run(owner, ID, BotDeletedMessage, effect) for _ in range(3)]

    assert [answer.name for answer in answers] == ["first"] * 3
    assert effect.times == 1


@pytest.mark.parametrize("way", ["rows", "reaching"])
@pytest.mark.parametrize("refusal", [Invalid("lr", "too high"), BotBusy("ada", 7)])
async def test_a_refusal_stands_even_when_its_reason_has_gone(
    commands: Commands, owner: int, way: str, refusal: AibtError
) -> None:
    effect = Effect(refusal, "now it would do")
    run = getattr(commands, way)
    found = []
    for _ in range(2):
        with pytest.raises(type(refusal)) as raised:
            await run(owner, ID, BotDeletedMessage, effect)
        found.append((raised.value.code, raised.value.field, str(raised.value)))

    assert found == [(refusal.code, refusal.field, str(refusal))] * 2
    assert effect.times == 1


@pytest.mark.parametrize("way", ["rows", "reaching"])
async def test_what_was_not_available_is_tried_anew(
    commands: Commands, owner: int, way: str
) -> None:
    effect = Effect(ActorUnavailable("dead"), "done")
    run = getattr(commands, way)
    with pytest.raises(ActorUnavailable):
        await run(owner, ID, BotDeletedMessage, effect)

    assert (await run(owner, ID, BotDeletedMessage, effect)).name == "done"
    assert effect.times == 2


@pytest.mark.parametrize("way", ["rows", "reaching"])
async def test_an_id_stands_for_one_content_and_one_owner(
    store: Store, commands: Commands, owner: int, way: str
) -> None:
    run = getattr(commands, way)
    await run(owner, ID, BotDeletedMessage, Effect("first"))

    with pytest.raises(IdReused):
        await run(owner, Command(id=ID.id, digest="2" * 64), BotDeletedMessage, Effect("other"))

    assert (await run(owner, ID, BotDeletedMessage, Effect("other"))).name == "first"


@pytest.mark.parametrize("way", ["rows", "reaching"])
async def test_without_an_id_every_request_is_a_new_one(
    commands: Commands, owner: int, way: str
) -> None:
    effect = Effect("first", "second")
    run = getattr(commands, way)

    answers = [await run(owner, None, BotDeletedMessage, effect) for _ in range(2)]

    assert [answer.name for answer in answers] == ["first", "second"]


@pytest.mark.parametrize("way", ["rows", "reaching"])
@pytest.mark.parametrize(
    "outcomes",
    [
        ("one", "other"),
        ("one", TrainingEnded(1, "stopped")),
        (TrainingEnded(1, "stopped"), "one"),
        (TrainingEnded(1, "x"),),
        (TrainingEnded(1, "x"), BotBusy("ada", 7)),
    ],
)
async def test_two_at_once_are_answered_the_same(
    commands: Commands, owner: int, way: str, outcomes: tuple[AibtError | str, ...]
) -> None:
    effect = Effect(*outcomes)
    run = getattr(commands, way)

    answers = await asyncio.gather(
        *(run(owner, ID, BotDeletedMessage, effect) for _ in range(2)), return_exceptions=True
    )

    assert len({str(answer) for answer in answers}) == 1


@pytest.mark.parametrize("way", ["rows", "reaching"])
async def test_of_two_at_once_one_that_was_not_available_takes_no_answer_from_the_other(
    commands: Commands, owner: int, way: str
) -> None:
    effect = Effect(ActorUnavailable("dead"), "done", "done again")
    run = getattr(commands, way)
    await asyncio.gather(
        *(run(owner, ID, BotDeletedMessage, effect) for _ in range(2)), return_exceptions=True
    )

    repeated = await run(owner, ID, BotDeletedMessage, effect)

    assert (repeated.name, effect.times) == ("done", 2)


async def test_a_start_that_was_refused_is_refused_again_and_one_under_way_is_not_known(
    commands: Commands, owner: int
) -> None:
    assert await commands.earlier_run(owner, ID) is None
    assert await commands.earlier_run(owner, ID) is None
    with pytest.raises(BotBusy):
        await commands.refuse(owner, ID, BotBusy("ada", 7))

    with pytest.raises(BotBusy):
        await commands.earlier_run(owner, ID)
