"""What administrators do, over a real store, and what stays of it in the audit log."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from aibt.accounts.identity import Principal, SignedIn
from aibt.accounts.office import Office
from aibt.errors import AibtError, Forbidden, NotFound, NotListed, NotSignedIn, UserDisabled
from aibt.live.states import Desired
from aibt.store.records import Training, User
from tests.fakes.office import a_bearer, a_user
from tests.unit.accounts.clocks import SetClock

ADA, BEA = "ada@example.com", "bea@example.com"
PASSWORD = SecretStr("correct horse battery")


async def a_training(office: Office, owner: User) -> Training:
    async with office.store.writing(owner.id) as unit:
        bot = await unit.bots.create(
            name="Ada",
            lr=0.001,
            gamma=0.97,
            hidden_layers=43,
            depth=2,
            discounter_rate=80,
            algorithm="dqn",
            encoder="mlp",
        )
        return await unit.trainings.create(
            bot.id,
            request={"symbol": "EURUSD"},
            current={},
            dataset="d",
            data={},
            initial_weights=None,
        )


async def desired(office: Office, training: Training) -> Desired:
    async with office.store.reading(training.owner_id) as unit:
        return (await unit.trainings.get(training.id)).desired


async def actions(office: Office) -> list[str]:
    return [entry.action for entry in await office.administration(None).audit()]


async def a_principal(office: Office, email: str = ADA) -> Principal:
    return await office.accounts.authenticated(await a_bearer(office, email))


async def test_who_is_no_administrator_cannot_begin(office: Office) -> None:
    with pytest.raises(Forbidden):
        office.administration(await a_user(office, ADA))


async def test_disabling_stops_what_he_runs_and_nothing_of_others(office: Office) -> None:
    ada, bea = await a_user(office, ADA), await a_user(office, BEA)
    hers, others = await a_training(office, ada), await a_training(office, bea)

    await office.administration(None).change_user(ada.id, disabled=True)

    assert await desired(office, hers) is Desired.STOPPED
    assert await desired(office, others) is Desired.RUNNING


async def test_enabling_brings_back_the_account_but_no_sign_in(office: Office) -> None:
    principal = await a_principal(office)
    administration = office.administration(None)
    await administration.change_user(principal.user.id, disabled=True)
    with pytest.raises(UserDisabled):
        await office.accounts.still(principal)

    await administration.change_user(principal.user.id, disabled=False)

    with pytest.raises(NotSignedIn):
        await office.accounts.still(principal)
    assert (await a_principal(office)).user.email == ADA


async def test_disabling_twice_keeps_the_first_moment(office: Office, clock: SetClock) -> None:
    ada = await a_user(office, ADA)
    administration = office.administration(None)
    first, _ = await administration.change_user(ada.id, disabled=True)
    clock.pass_s(60)
    second, _ = await administration.change_user(ada.id, disabled=True)

    assert first.disabled_at is not None
    assert second.disabled_at == first.disabled_at


async def test_denying_signs_out_and_lets_what_runs_go_on(office: Office) -> None:
    principal = await a_principal(office)
    training = await a_training(office, principal.user)
    ticket, _ = await office.accounts.ticket(principal)
    link = await office.accounts.link(ADA)

    await office.administration(None).deny(f" {ADA.upper()}")

    assert await desired(office, training) is Desired.RUNNING
    for refused in (
        office.accounts.still(principal),
        office.accounts.redeemed(ticket),
        office.accounts.follow_link(link),
    ):
        with pytest.raises(NotSignedIn):
            await refused
    for refused in (office.accounts.link(ADA), office.accounts.program_token(ADA, 60)):
        with pytest.raises(NotListed):
            await refused


async def test_an_email_may_be_listed_twice_and_taken_off_once(office: Office) -> None:
    administration = office.administration(None)
    first = await administration.allow(ADA)
    again = await administration.allow(" Ada@Example.com ")
    await administration.deny(ADA)

    assert first == again
    with pytest.raises(NotFound):
        await administration.deny(ADA)


async def test_a_deed_that_fails_leaves_no_entry_and_no_half_of_it(office: Office) -> None:
    administration = office.administration(None)
    before = await actions(office)
    for deed in (
        administration.change_user(999, is_admin=True),
        administration.user(999),
        administration.training(999, "trainings-get"),
        administration.bot(999, "bots-stop"),
        administration.deny("nobody@example.com"),
    ):
        with pytest.raises(NotFound):
            await deed

    assert await actions(office) == before


async def test_looks_of_the_command_line_have_no_administrator(office: Office) -> None:
    ada = await a_user(office, ADA)
    await office.administration(None).user(ada.id)
    admin = await a_user(office, BEA, is_admin=True)
    await office.administration(admin).user(ada.id)

    entries = await office.administration(None).audit()
    assert [(entry.admin_id, entry.owner_id) for entry in entries[:2]] == [
        (admin.id, ada.id),
        (None, ada.id),
    ]


async def test_of_many_principals_those_who_are_out_are_told_apart(
    office: Office, clock: SetClock
) -> None:
    stays = await a_principal(office, ADA)
    signed_out = await a_principal(office, ADA)
    disabled = await a_principal(office, BEA)
    brief = await office.accounts.authenticated(await a_bearer(office, ADA, lifetime_s=5))
    await office.accounts.identity.sign_out(signed_out, "")
    await office.administration(None).change_user(disabled.user.id, disabled=True)
    clock.pass_s(5)

    refusals = await office.accounts.refusals([stays, signed_out, disabled, brief])

    assert {one: type(why) for one, why in refusals.items()} == {
        signed_out: NotSignedIn,
        disabled: UserDisabled,
        brief: NotSignedIn,
    }
    assert await office.accounts.refusals([]) == {}


async def test_a_sign_out_and_a_refresh_at_once_leave_nothing_that_works(office: Office) -> None:
    await office.administration(None).allow(ADA)
    identity = office.accounts.identity
    for _ in range(10):
        try:
            signed_in = await identity.sign_in(ADA, PASSWORD)
        except AibtError:
            made = await identity.sign_up(ADA, PASSWORD)
            assert made is not None
            signed_in = made
        assert signed_in.refresh_token is not None
        principal = await office.accounts.authenticated(signed_in.access_token)
        answers: list[Any] = await asyncio.gather(
            identity.refresh(signed_in.refresh_token),
            identity.sign_out(principal, ""),
            return_exceptions=True,
        )
        tokens = [signed_in.access_token]
        if isinstance(answers[0], SignedIn):
            tokens.append(answers[0].access_token)
            with pytest.raises(NotSignedIn):
                await identity.refresh(answers[0].refresh_token or "")
        for token in tokens:
            with pytest.raises(NotSignedIn):
                await office.accounts.authenticated(token)
