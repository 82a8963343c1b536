"""Whatever happens in whatever order: what was revoked or superseded never works again."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)
from pydantic import SecretStr

from aibt.accounts.identity import SignedIn
from aibt.accounts.office import Office
from aibt.errors import AibtError, NotListed, NotSignedIn, RateLimited, UserDisabled
from aibt.settings import AccountSettings, LimitSettings
from tests.fakes.office import an_office, settings_at
from tests.unit.accounts.clocks import SetClock

USERS = ("ada@example.com", "bea@example.com")
PASSWORD = SecretStr("correct horse battery")
ACCESS_S, SIGN_IN_S, FORGIVEN_S, TICKET_S, LINK_S = 300.0, 3_000.0, 10.0, 30.0, 3_600.0


@dataclass(eq=False)
class Login:
    """What one sign-in should be."""

    email: str
    ends_at: float
    refresh: list[str]  # all there ever were, the valid one last
    refreshed_at: float
    access: dict[str, float] = field(default_factory=dict)  # token -> its end
    is_over: bool = False


@dataclass(eq=False)
class Ticket:
    """What one ticket, or one link, should be."""

    token: str
    email: str
    ends_at: float
    login: Login | None
    is_used: bool = False


class SignIns(RuleBasedStateMachine):
    """Signs in, refreshes, signs out, disables … and compares with what should be so."""

    tickets = Bundle("tickets")
    links = Bundle("links")

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory(prefix="aibt-sign-ins-")
        self._stack = AsyncExitStack()
        self.clock = SetClock()
        self.now = 0.0
        self.logins: list[Login] = []
        self.passes: list[Ticket] = []
        self.disabled: set[str] = set()
        self.denied: set[str] = set()
        self.office: Office = self._run(self._open())

    async def _open(self) -> Office:
        root = Path(self._folder.name)
        wanted = settings_at(
            root,
            accounts=AccountSettings(access_token_s=ACCESS_S, sign_in_s=SIGN_IN_S),
            limits=LimitSettings(sign_ins_per_minute=10_000),
        )
        entering = an_office(root, settings=wanted, clock=self.clock)
        office = await self._stack.enter_async_context(entering)
        for email in USERS:
            await office.administration(None).allow(email)
            signed_up = await office.accounts.identity.sign_up(email, PASSWORD)
            assert signed_up is not None
            self._note(email, signed_up)
        return office

    def teardown(self) -> None:
        self._run(self._stack.aclose())
        self._runner.close()
        self._folder.cleanup()

    def _run(self, work):
        return self._runner.run(work)

    def _note(self, email: str, signed_in: SignedIn) -> None:
        assert signed_in.refresh_token is not None
        login = Login(email, self.now + SIGN_IN_S, [signed_in.refresh_token], self.now)
        login.access[signed_in.access_token] = self.now + ACCESS_S
        self.logins.append(login)

    def _is_good(self, login: Login) -> bool:
        return not login.is_over and login.ends_at > self.now and login.email not in self.disabled

    def _may_enter(self, email: str) -> bool:
        return email not in self.disabled and email not in self.denied

    def _end_all(self, email: str) -> None:
        for login in self.logins:
            if login.email == email:
                login.is_over = True

    def _refusal(self, work) -> AibtError | None:
        try:
            self._run(work)
        except AibtError as refused:
            return refused
        return None

    # What people do

    @precondition(lambda self: len(self.logins) < 8)
    @rule(email=st.sampled_from(USERS))
    def sign_in(self, email: str) -> None:
        try:
            signed_in = self._run(self.office.accounts.identity.sign_in(email, PASSWORD))
        except (UserDisabled, NotListed):
            assert not self._may_enter(email)
        except RateLimited:
            raise AssertionError("nobody asked that often") from None
        else:
            assert self._may_enter(email)
            self._note(email, signed_in)

    @rule(data=st.data())
    def refresh(self, data: st.DataObject) -> None:
        login = data.draw(st.sampled_from(self.logins))
        back = data.draw(st.sampled_from([0, 0, 1, 1, 2]))
        at = max(0, len(login.refresh) - 1 - back)
        token = login.refresh[at]
        is_last, is_before = at == len(login.refresh) - 1, at == len(login.refresh) - 2
        is_forgiven = is_before and self.now - login.refreshed_at <= FORGIVEN_S
        is_alive = not login.is_over and login.ends_at > self.now
        expected = is_alive and (is_last or is_forgiven) and self._may_enter(login.email)
        try:
            signed_in = self._run(self.office.accounts.identity.refresh(token))
        except (NotSignedIn, UserDisabled, NotListed):
            assert not expected
            if is_alive and (is_last or is_before):
                login.is_over = True  # stolen, or not to be let in any more
        else:
            assert expected
            assert signed_in.refresh_token is not None
            if is_last:
                login.refresh.append(signed_in.refresh_token)
                login.refreshed_at = self.now
            else:
                assert signed_in.refresh_token == login.refresh[-1]
            ends = min(self.now + ACCESS_S, login.ends_at)
            login.access[signed_in.access_token] = ends

    @rule(data=st.data())
    def sign_out(self, data: st.DataObject) -> None:
        login = data.draw(st.sampled_from(self.logins))
        token = data.draw(st.sampled_from(sorted(login.access)))
        accounts = self.office.accounts

        async def sign_out() -> None:
            principal = await accounts.authenticated(token)
            await accounts.identity.sign_out(principal, token)

        if self._refusal(sign_out()) is None:
            login.is_over = True

    @rule(target=tickets, data=st.data())
    def ask_for_a_ticket(self, data: st.DataObject):
        login = data.draw(st.sampled_from(self.logins))
        token = data.draw(st.sampled_from(sorted(login.access)))
        accounts = self.office.accounts

        async def ticket() -> str:
            return (await accounts.ticket(await accounts.authenticated(token)))[0]

        try:
            made = self._run(ticket())
        except (NotSignedIn, UserDisabled):
            return multiple()
        return self._pass(made, login.email, TICKET_S, login)

    @rule(ticket=tickets)
    def redeem(self, ticket: Ticket) -> None:
        login = ticket.login
        assert login is not None
        expected = not ticket.is_used and self.now < ticket.ends_at and self._is_good(login)
        refused = self._refusal(self.office.accounts.redeemed(ticket.token))

        assert (refused is None) == expected
        ticket.is_used = True

    @rule(target=links, email=st.sampled_from(USERS))
    def ask_for_a_link(self, email: str):
        try:
            made = self._run(self.office.accounts.link(email))
        except (UserDisabled, NotListed):
            assert not self._may_enter(email)
            return multiple()
        return self._pass(made, email, LINK_S, None)

    @rule(link=links)
    def follow(self, link: Ticket) -> None:
        expected = not link.is_used and self.now < link.ends_at and self._may_enter(link.email)
        try:
            signed_in = self._run(self.office.accounts.follow_link(link.token))
        except (NotSignedIn, UserDisabled, NotListed):
            assert not expected
        else:
            assert expected
            link.is_used = True
            self._note(link.email, signed_in)

    @rule(used=consumes(links))
    def a_link_is_no_ticket(self, used: Ticket) -> None:
        refused = self._refusal(self.office.accounts.redeemed(used.token))
        assert isinstance(refused, NotSignedIn)

    # What administrators and time do

    @rule(email=st.sampled_from(USERS), disabled=st.booleans())
    def disable_or_enable(self, email: str, disabled: bool) -> None:
        async def change() -> None:
            administration = self.office.administration(None)
            user = await administration.user_named(email)
            await administration.change_user(user.id, disabled=disabled)

        self._run(change())
        (self.disabled.add if disabled else self.disabled.discard)(email)
        if disabled:
            self._end_all(email)
            self._forget_passes(email)

    @rule(email=st.sampled_from(USERS))
    def deny(self, email: str) -> None:
        self._refusal(self.office.administration(None).deny(email))
        if email not in self.denied:
            self._end_all(email)
            self._forget_passes(email)
        self.denied.add(email)

    @precondition(lambda self: self.denied)
    @rule()
    def allow(self) -> None:
        for email in self.denied:
            self._run(self.office.administration(None).allow(email))
        self.denied.clear()

    @rule(seconds=st.sampled_from([0.5, 5.0, 9.0, 11.0, 31.0, 301.0, 1_500.0]))
    def wait(self, seconds: float) -> None:
        self.clock.pass_s(seconds)
        self.now += seconds

    def _forget_passes(self, email: str) -> None:
        for one in self.passes:
            if one.email == email:
                one.is_used = True

    def _pass(self, token: str, email: str, lifetime_s: float, login: Login | None) -> Ticket:
        self.passes.append(Ticket(token, email, self.now + lifetime_s, login))
        return self.passes[-1]

    # What is always so

    @invariant()
    def an_access_token_works_as_long_as_it_should_and_no_longer(self) -> None:
        for login in self.logins:
            for token, ends_at in login.access.items():
                expected = self._is_good(login) and self.now < min(ends_at, login.ends_at)
                refused = self._refusal(self.office.accounts.authenticated(token))
                assert (refused is None) == expected, (login, refused)
                if self.now < ends_at:
                    is_disabled = login.email in self.disabled
                    assert isinstance(refused, UserDisabled) == is_disabled


SignIns.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestWhateverHappens = SignIns.TestCase
