import asyncio
from datetime import timedelta
from typing import Any

import pytest

from aibt.errors import EmailTaken, NotFound
from aibt.store.service import Service
from aibt.store.users import LOCAL_EMAIL

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_the_local_user_is_made_once_listed_and_administrator(world: World) -> None:
    service = Service(world.store)

    async def made() -> int:
        async with service.writing() as tx:
            return (await tx.users.local_user()).id

    ids = await asyncio.gather(*(made() for _ in range(8)))

    async with service.reading() as tx:
        user = await tx.users.by_email(LOCAL_EMAIL)
        assert await tx.listed_emails.has(LOCAL_EMAIL)
    assert set(ids) == {user.id}
    assert user.is_admin


async def test_who_was_taken_off_the_list_is_not_put_on_it_again(world: World) -> None:
    async with Service(world.store).writing() as tx:
        await tx.listed_emails.remove(LOCAL_EMAIL)
        await tx.users.local_user()
        assert not await tx.listed_emails.has(LOCAL_EMAIL)


async def test_an_email_has_one_user(world: World) -> None:
    service = Service(world.store)

    async def create() -> str:
        try:
            async with service.writing() as tx:
                await tx.users.create("ada@example.com")
        except EmailTaken:
            return "taken"
        return "made"

    assert sorted(await asyncio.gather(*(create() for _ in range(4)))) == ["made", *["taken"] * 3]


async def test_a_supabase_user_is_bound_to_the_one_of_his_email_once(world: World) -> None:
    async with Service(world.store).writing() as tx:
        ada = await tx.users.create("ada@example.com")
        assert (await tx.users.by_subject("sub-1", "ada@example.com")) == ada
        assert (await tx.users.by_subject("sub-1", "renamed@example.com")) == ada
        assert await tx.users.by_subject("sub-2", "ada@example.com") is None
        assert await tx.users.by_subject("sub-3", "nobody@example.com") is None


async def test_a_disabled_user_stays_disabled_since_the_first_time(world: World) -> None:
    service = Service(world.store)
    async with service.writing() as tx:
        ada = await tx.users.create("ada@example.com")
        first = await tx.users.set_disabled(ada.id, True)
    world.clock.advance(timedelta(hours=1))
    async with service.writing() as tx:
        again = await tx.users.set_disabled(ada.id, True)
        assert await tx.users.disabled_among([ada.id, world.owner.id]) == {ada.id}
        enabled = await tx.users.set_disabled(ada.id, False)
        assert await tx.users.disabled_among([ada.id]) == set()

    assert first.disabled_at is not None
    assert again.disabled_at == first.disabled_at
    assert enabled.disabled_at is None


@pytest.mark.parametrize("order", ["id", "email"])
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_of_users_hold_each_once_in_order(
    world: World, order: str, descending: bool
) -> None:
    service = Service(world.store)
    async with service.writing() as tx:
        for name in ("eve", "ada", "Zoe", "bob"):
            await tx.users.create(f"{name}@example.com")
        seen: list[Any] = []
        after = None
        while page := await tx.users.page(order=order, descending=descending, after=after, limit=2):
            seen += page
            after = (getattr(page[-1], order), page[-1].id)

    keys = [getattr(user, order) for user in seen]
    assert len(keys) == 5
    assert keys == sorted(set(keys), reverse=descending)


async def test_users_are_found_by_what_they_are(world: World) -> None:
    async with Service(world.store).writing() as tx:
        ada = await tx.users.create("ada@example.com")
        percent = await tx.users.create("a%a@example.com")
        await tx.users.set_disabled(ada.id, True)
        found = [
            [user.id for user in await tx.users.page(**asked)]
            for asked in (
                {"email": "ada"},
                {"email": "a%"},
                {"is_admin": True},
                {"is_disabled": True},
                {"is_disabled": False, "is_admin": False},
            )
        ]

    assert found == [[ada.id], [percent.id], [world.owner.id], [ada.id], [percent.id]]


async def test_a_standing_says_what_became_of_one_sign_in_of_the_owner(world: World) -> None:
    service = Service(world.store)
    until = world.clock.now() + timedelta(hours=1)
    other = await world.another_user()
    async with service.writing() as tx:
        await tx.sign_ins.create("mine", world.owner.id, token_hash="h1", expires_at=until)
        await tx.sign_ins.create("his", other.id, token_hash="h2", expires_at=until)

    async with world.store.reading(world.owner.id) as tx:
        mine, his, none = [await tx.me.standing(one) for one in ("mine", "his", None)]
    assert (mine.user.id, mine.sign_in_expires_at) == (world.owner.id, until)
    assert his.sign_in_expires_at is None
    assert none.sign_in_expires_at is None

    with pytest.raises(NotFound):
        async with world.store.reading(999) as tx:
            await tx.me.standing()

    async with service.writing() as tx:
        await tx.sign_ins.revoke("mine", other.id)  # of another: nothing happens
        assert await tx.sign_ins.ended_among(["mine", "his", "gone"]) == {"gone"}
        await tx.sign_ins.revoke("mine", world.owner.id)
        assert await tx.sign_ins.ended_among(["mine", "his"]) == {"mine"}
        await tx.sign_ins.revoke_all(other.id)
        assert await tx.sign_ins.ended_among(["mine", "his"]) == {"mine", "his"}
