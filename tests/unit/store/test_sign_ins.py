import asyncio
from datetime import timedelta
from typing import Any

import pytest

from aibt.errors import NotFound
from aibt.live.states import RunState
from aibt.store.service import Service

World = Any  # the fixture's class, tests/unit/store/conftest.py
HOUR = timedelta(hours=1)


async def test_a_refresh_token_and_the_one_before_it_find_their_sign_in(world: World) -> None:
    async with Service(world.store).writing() as tx:
        await tx.sign_ins.create(
            "s", world.owner.id, token_hash="first", expires_at=world.clock.now() + HOUR
        )
        await tx.sign_ins.rotate("s", previous_hash="first", token_hash="second")
        await tx.sign_ins.rotate("s", previous_hash="second", token_hash="third")
        found = [await tx.sign_ins.by_token(shown) for shown in ("first", "second", "third")]

    assert found[0] is None
    assert [one.id for one in found[1:] if one is not None] == ["s", "s"]


async def test_a_revoked_sign_in_has_no_token_any_more(world: World) -> None:
    async with Service(world.store).writing() as tx:
        await tx.sign_ins.create(
            "s", world.owner.id, token_hash="h", expires_at=world.clock.now() + HOUR
        )
        await tx.sign_ins.revoke("s", world.owner.id)

        assert await tx.sign_ins.by_token("h") is None


async def test_a_sign_in_kept_elsewhere_is_noted_once_and_stays_revoked(world: World) -> None:
    until = world.clock.now() + HOUR
    async with Service(world.store).writing() as tx:
        noted = [await tx.sign_ins.ensure("s", world.owner.id, expires_at=until) for _ in "ab"]
        await tx.sign_ins.revoke("s", world.owner.id)
        noted.append(await tx.sign_ins.ensure("s", world.owner.id, expires_at=until))
        ended = await tx.sign_ins.ended_among(["s"])

    assert noted == [True, False, False]
    assert ended == {"s"}


async def test_expired_sign_ins_are_forgotten_at_the_next_one(world: World) -> None:
    service = Service(world.store)
    async with service.writing() as tx:
        await tx.sign_ins.create(
            "old", world.owner.id, token_hash="h", expires_at=world.clock.now() + HOUR
        )
    world.clock.advance(2 * HOUR)
    async with service.writing() as tx:
        await tx.sign_ins.create(
            "new", world.owner.id, token_hash="i", expires_at=world.clock.now() + HOUR
        )
        assert await tx.sign_ins.by_token("h") is None


async def test_a_pass_lets_in_once_however_many_try(world: World) -> None:
    service = Service(world.store)
    async with service.writing() as tx:
        await a_pass(tx, world)

    async def redeem() -> bool:
        async with service.writing() as tx:
            return await tx.passes.redeem("p", "ticket") is not None

    assert sorted(await asyncio.gather(*(redeem() for _ in range(6)))) == [False] * 5 + [True]


@pytest.mark.parametrize(("kind", "age"), [("link", timedelta()), ("ticket", HOUR)])
async def test_a_pass_of_another_kind_or_time_is_worth_nothing(
    world: World, kind: str, age: timedelta
) -> None:
    service = Service(world.store)
    async with service.writing() as tx:
        await a_pass(tx, world)
    world.clock.advance(age)

    async with service.writing() as tx:
        assert await tx.passes.redeem("p", kind) is None


async def test_the_passes_of_a_user_can_be_made_worthless(world: World) -> None:
    async with Service(world.store).writing() as tx:
        await a_pass(tx, world)
        await tx.passes.forget(world.owner.id)
        assert await tx.passes.redeem("p", "ticket") is None


async def test_a_bucket_keeps_what_is_left_and_is_forgotten_when_it_is_full_again(
    world: World,
) -> None:
    service = Service(world.store)
    async with service.writing() as tx:
        assert await tx.buckets.get("k") is None
        await tx.buckets.put("k", 2.5)
        await tx.buckets.put("k", 1.5)
        assert await tx.buckets.get("k") == (1.5, world.clock.now())
        await tx.buckets.forget_before(world.clock.now())
        assert await tx.buckets.get("k") is not None
        await tx.buckets.forget_before(world.clock.now() + HOUR)
        assert await tx.buckets.get("k") is None


async def test_the_audit_log_is_read_newest_first_in_pages(world: World) -> None:
    other = await world.another_user()
    async with Service(world.store).writing() as tx:
        await tx.audit.note(None, "whitelist-add", about={"email": "a@example.com"})
        await tx.audit.note(world.owner.id, "users-get", owner_id=other.id)
        await tx.audit.note(world.owner.id, "users-list")
        first = await tx.audit.page(limit=2)
        second = await tx.audit.page(limit=2, before_id=first[-1].id)
        his = await tx.audit.page(owner_id=other.id)
        deeds = await tx.audit.page(admin_id=world.owner.id)

    assert [one.action for one in first + second] == ["users-list", "users-get", "whitelist-add"]
    assert [one.action for one in his] == ["users-get"]
    assert len(deeds) == 2
    assert second[0].about == {"email": "a@example.com"}


async def test_the_list_of_emails_has_each_once(world: World) -> None:
    async with Service(world.store).writing() as tx:
        added = [await tx.listed_emails.add(f"{name}@example.com", None) for name in "aba"]
        page = await tx.listed_emails.page(after="b@example.com")
        assert await tx.listed_emails.among(["a@example.com", "z@example.com"]) == {"a@example.com"}
        await tx.listed_emails.remove("a@example.com")
        with pytest.raises(NotFound):
            await tx.listed_emails.remove("a@example.com")

    assert added == [True, True, False]
    assert [one.email for one in page] == [world.owner.email]


async def test_a_key_of_a_provider_replaces_the_one_before_and_is_its_owners_alone(
    world: World,
) -> None:
    other = await world.another_user()
    async with world.store.writing(world.owner.id) as tx:
        await tx.secrets.put("jina", base_url=None, sealed="s1", last_four="1111")
        await tx.secrets.put("jina", base_url="u", sealed="s2", last_four="2222")
        assert [(one.sealed, one.base_url) for one in await tx.secrets.all()] == [("s2", "u")]
    async with world.store.writing(other.id) as tx:
        assert await tx.secrets.all() == []
        for ask in (tx.secrets.get, tx.secrets.delete):
            with pytest.raises(NotFound):
                await ask("jina")


async def test_the_overview_shows_everybodys_things_with_their_owners(world: World) -> None:
    other = await world.another_user()
    mine = await world.a_training(await world.a_bot("mine"))
    his = await world.a_training(await world.a_bot("his", owner_id=other.id))
    async with Service(world.store).reading() as tx:
        bots = await tx.overview.bots()
        trainings = await tx.overview.trainings(limit=1)
        older = await tx.overview.trainings(before_id=his.id)
        of_his = await tx.overview.trainings(owner_id=other.id, states=[RunState.QUEUED])
        assert (await tx.overview.training(his.id)).owner_id == other.id
        assert (await tx.overview.bot(his.bot_id)).name == "his"
        for ask in (tx.overview.training, tx.overview.bot):
            with pytest.raises(NotFound):
                await ask(999)

    assert [(email, bot.name) for email, bot in bots] == [
        (other.email, "his"),
        (world.owner.email, "mine"),
    ]
    assert [one.id for _, one in trainings] == [his.id]
    assert [one.id for _, one in older] == [mine.id]
    assert [(email, one.id) for email, one in of_his] == [(other.email, his.id)]


async def test_all_of_an_owners_runs_can_be_stopped_and_nobody_elses(world: World) -> None:
    other = await world.another_user()
    mine = await world.a_training(await world.a_bot("mine"))
    his = await world.a_training(await world.a_bot("his", owner_id=other.id))
    async with world.store.writing(other.id) as tx:
        await tx.trainings.stop_all()

    async with Service(world.store).reading() as tx:
        assert (await tx.overview.training(his.id)).desired == "stopped"
        assert (await tx.overview.training(mine.id)).desired == "running"


async def test_a_transaction_of_the_service_has_no_owner(world: World) -> None:
    from aibt.store.bots import Bots

    async with Service(world.store).reading() as tx:
        with pytest.raises(RuntimeError, match="no owner"):
            await Bots(tx.users._work).page()


async def a_pass(tx: Any, world: World) -> None:
    soon = world.clock.now() + timedelta(seconds=30)
    await tx.passes.create("p", world.owner.id, kind="ticket", sign_in_id="s", expires_at=soon)
