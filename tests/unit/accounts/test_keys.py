"""The master secret is made once, is kept from others, and gives a key for each purpose."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from aibt.accounts import keys
from aibt.accounts.keys import derived_key, master_secret
from aibt.errors import Invalid


def test_the_secret_is_made_at_the_first_start_for_its_owner_alone(tmp_path: Path) -> None:
    root = tmp_path / "not" / "there"

    made = master_secret(root, None)

    assert len(made) >= 32
    assert stat.S_IMODE((root / "secret").stat().st_mode) == 0o600
    assert master_secret(root, None) == made
    assert [path.name for path in root.iterdir()] == ["secret"]


def test_a_configured_secret_wins_and_makes_no_file(tmp_path: Path) -> None:
    master_secret(tmp_path / "kept", None)

    assert master_secret(tmp_path / "kept", SecretStr("c" * 32)) == b"c" * 32
    assert master_secret(tmp_path / "none", SecretStr("c" * 32)) == b"c" * 32
    assert not (tmp_path / "none").exists()


def test_processes_that_start_at_once_read_the_same_secret(tmp_path: Path) -> None:
    for attempt in range(20):
        root = tmp_path / str(attempt)
        with ThreadPoolExecutor(8) as threads:
            secrets = set(threads.map(lambda _: master_secret(root, None), range(8)))  # noqa: B023 - used up within the loop

        assert len(secrets) == 1
        assert [path.name for path in root.iterdir()] == ["secret"]


def test_who_comes_second_to_making_the_file_keeps_the_first_ones(tmp_path: Path) -> None:
    made = master_secret(tmp_path, None)

    keys._make(tmp_path / "secret")

    assert master_secret(tmp_path, None) == made


@pytest.mark.parametrize("short", ["", "x" * 31, " " * 40])
def test_a_short_secret_is_refused(tmp_path: Path, short: str) -> None:
    with pytest.raises(Invalid, match="32"):
        master_secret(tmp_path, SecretStr(short))


@pytest.mark.parametrize("content", [b"", b"short\n"])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(Invalid, match="damaged"):
        master_secret(tmp_path, None)

    assert path.read_bytes() == content


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    master_secret(tmp_path, None)
    (tmp_path / "secret").chmod(0o640)

    with pytest.raises(Invalid, match="chmod 600"):
        master_secret(tmp_path, None)


def test_a_root_that_is_no_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file")

    with pytest.raises(Invalid, match="AIBT_ACCOUNTS__SECRET"):
        master_secret(tmp_path / "root", None)


def test_each_purpose_has_a_key_of_its_own_that_stays_the_same() -> None:
    master = b"m" * 32

    key = derived_key(master, "access tokens")

    assert len(key) == 32
    assert derived_key(master, "access tokens") == key
    assert derived_key(master, "vault") != key
    assert derived_key(b"n" * 32, "access tokens") != key


def test_a_short_master_or_no_purpose_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="too short"):
        derived_key(b"m" * 31, "vault")
    with pytest.raises(ValueError, match="purpose"):
        derived_key(b"m" * 32, "")
