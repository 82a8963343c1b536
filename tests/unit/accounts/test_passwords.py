"""Passwords are hashed slowly, a few at once, and at the same cost whoever asks."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from aibt.accounts.passwords import Passwords, check_password
from aibt.errors import Invalid, Unavailable

RIGHT = "correct horse battery"


class CountingHasher(Argon2Hasher):
    """Argon2id that is quick, counts what it really does, and can be held up."""

    def __init__(self, time_cost: int = 1) -> None:
        super().__init__(time_cost=time_cost, memory_cost=8, parallelism=1)
        self.verified = 0
        self.running = 0
        self.most_running = 0
        self.go = threading.Event()
        self.go.set()
        self._lock = threading.Lock()

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - its name
        with self._lock:
            self.verified += 1
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        self.go.wait(20)
        try:
            return super().verify(password, hash)
        finally:
            with self._lock:
                self.running -= 1


@pytest.fixture
def hasher() -> Iterator[CountingHasher]:
    hasher = CountingHasher()
    yield hasher
    hasher.go.set()


async def test_the_right_password_matches_and_another_does_not(hasher: CountingHasher) -> None:
    passwords = Passwords(hasher)

    kept = await passwords.hash(RIGHT)

    assert kept.startswith("$argon2id$")
    assert RIGHT not in kept
    assert kept != await passwords.hash(RIGHT)
    assert await passwords.verify(RIGHT, kept)
    assert not await passwords.verify(RIGHT + " ", kept)


async def test_a_password_is_the_same_however_a_keyboard_composes_it(
    hasher: CountingHasher,
) -> None:
    passwords = Passwords(hasher)

    assert await passwords.verify(
        "caf\u00e9 caf\u00e9", await passwords.hash("cafe\u0301 cafe\u0301")
    )


@pytest.mark.parametrize(
    "kept", ["right", "other", None, "", "x", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1"]
)
@pytest.mark.parametrize("password", [RIGHT, "wrong password", "", "\ud800" * 12, "x" * 1_000_000])
async def test_exactly_one_verification_runs_whether_or_not_there_is_such_a_user(
    hasher: CountingHasher, kept: str | None, password: str
) -> None:
    passwords = Passwords(hasher)
    hashes = {"right": await passwords.hash(RIGHT), "other": await passwords.hash("another one")}

    matches = await passwords.verify(password, hashes.get(kept or "", kept))

    assert matches is (kept == "right" and password == RIGHT)
    assert hasher.verified == 1
    assert passwords.verifications == 1


async def test_a_hash_of_another_cost_is_renewed_after_the_right_password_alone(
    hasher: CountingHasher,
) -> None:
    old = await Passwords(CountingHasher(time_cost=2)).hash(RIGHT)
    passwords = Passwords(hasher)

    matches, renewed = await passwords.verify_and_update(RIGHT, old)
    wrong = await passwords.verify_and_update("wrong password", old)

    assert matches
    assert renewed is not None
    assert "t=1" in renewed
    assert await passwords.verify_and_update(RIGHT, renewed) == (True, None)
    assert wrong == (False, None)


async def test_no_more_than_two_run_at_once(hasher: CountingHasher) -> None:
    passwords = Passwords(hasher)
    kept = await passwords.hash(RIGHT)

    matches = await asyncio.gather(*(passwords.verify(RIGHT, kept) for _ in range(12)))

    assert all(matches)
    assert hasher.most_running <= 2
    assert hasher.verified == 12


async def test_who_waits_too_long_for_a_turn_is_told_so_and_the_rest_goes_on(
    hasher: CountingHasher,
) -> None:
    passwords = Passwords(hasher, wait_s=1)
    kept = await Passwords(CountingHasher()).hash(RIGHT)
    hasher.go.clear()

    answers = await asyncio.gather(
        *(passwords.verify(RIGHT, kept) for _ in range(5)), return_exceptions=True
    )
    hasher.go.set()

    assert [type(answer) for answer in answers] == [Unavailable] * 5
    assert hasher.verified == 2
    await _until_idle(hasher)
    assert await passwords.verify(RIGHT, kept)


async def test_who_gives_up_does_not_let_a_third_run_in_his_place(hasher: CountingHasher) -> None:
    passwords = Passwords(hasher, wait_s=1)
    kept = await Passwords(CountingHasher()).hash(RIGHT)
    hasher.go.clear()
    asked = [asyncio.create_task(passwords.verify(RIGHT, kept)) for _ in range(2)]
    while hasher.running < 2:
        await asyncio.sleep(0.01)

    for each in asked:
        each.cancel()
    await asyncio.gather(*asked, return_exceptions=True)

    with pytest.raises(Unavailable):
        await passwords.verify(RIGHT, kept)
    assert hasher.most_running == 2
    hasher.go.set()
    await _until_idle(hasher)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "fewer"),
        ("x" * 9, "fewer"),
        ("x" * 129, "more"),
        ("x" * 10_000, "more"),
        ("Ada.Lovelace@Example.org", "e-mail"),
        ("ada.lovelace", "e-mail"),
        ("x" * 12 + "\udfff", "surrogate"),
    ],
)
def test_a_password_that_is_not_acceptable_is_refused_without_being_repeated(
    password: str, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        check_password(password, "ada.lovelace@example.org")

    assert refused.value.field == "password"
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize("password", ["x" * 10, "x" * 128, "пароль пароль", "\U0001f40e" * 10])
def test_any_other_password_is_acceptable(password: str) -> None:
    check_password(password, "ada.lovelace@example.org")


async def _until_idle(hasher: CountingHasher) -> None:
    async with asyncio.timeout(10):
        while hasher.running:
            await asyncio.sleep(0.01)
