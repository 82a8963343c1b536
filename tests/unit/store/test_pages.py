from datetime import timedelta
from typing import Any

import pytest

World = Any  # the fixture's class, tests/unit/store/conftest.py


@pytest.mark.parametrize("order", ["name", "created_at", "updated_at"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 7])
async def test_pages_of_bots_hold_each_once_in_order_also_where_moments_are_equal(
    world: World, order: str, descending: bool, limit: int
) -> None:
    for number, name in enumerate(["b", "ä", "a", "B", "z z", "é", "a-"]):
        await world.a_bot(name)
        if number % 2:
            world.clock.advance(timedelta(seconds=1))
    seen: list[Any] = []
    after = None
    async with world.store.reading(world.owner.id) as tx:
        while page := await tx.bots.page(
            order=order, descending=descending, after=after, limit=limit
        ):
            seen += page
            after = (getattr(page[-1], order), page[-1].id)

    keys = [(getattr(bot, order), bot.id) for bot in seen]
    assert len(keys) == 7
    assert keys == sorted(set(keys), reverse=descending)


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("a", ["a", "a-", "ab"]),
        ("ab", ["ab"]),
        ("%", []),
        ("b", ["b"]),
        (None, ["a", "a-", "ab", "b"]),
    ],
)
async def test_bots_are_found_by_how_their_names_begin(
    world: World, prefix: str | None, names: list[str]
) -> None:
    for name in ("a", "ab", "a-", "b"):
        await world.a_bot(name)
    async with world.store.reading(world.owner.id) as tx:
        assert [bot.name for bot in await tx.bots.page(prefix=prefix)] == names
        assert await tx.bots.count() == 4


async def test_trainings_page_on_in_both_directions(world: World) -> None:
    ids = [(await world.a_training(await world.a_bot(name))).id for name in "abc"]
    async with world.store.reading(world.owner.id) as tx:
        newest = await tx.trainings.page(limit=2)
        older = await tx.trainings.page(limit=2, before_id=newest[-1].id)
        oldest = await tx.trainings.page(limit=2, oldest_first=True)
        newer = await tx.trainings.page(limit=2, oldest_first=True, after_id=oldest[-1].id)

    assert [one.id for one in newest + older] == ids[::-1]
    assert [one.id for one in oldest + newer] == ids
