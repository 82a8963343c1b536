"""The one master secret, and the keys derived from it: one for each purpose."""

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from aibt.errors import Invalid

FILE = "secret"
MIN_CHARACTERS = 32
KEY_BYTES = 32
_AT = "accounts.secret"


def master_secret(root: Path, configured: SecretStr | None) -> bytes:
    """Return the configured secret, else the one kept in `secret` under `root`.

    The file is made at the first start, readable by its owner alone; of two processes that
    start at once one makes it and both read the same.

    Raises:
        Invalid: the secret is shorter than 32 characters, or its file cannot be made, is
            damaged, or may be read by others.
    """
    if configured is not None:
        return secret_bytes(configured)
    try:
        return _kept(root)
    except OSError as error:
        reason = f"{root / FILE} can neither be made nor read ({error}): set AIBT_ACCOUNTS__SECRET"
        raise Invalid(_AT, reason) from error


def secret_bytes(configured: SecretStr) -> bytes:
    """Return a configured secret, which is also how earlier ones are given.

    Raises:
        Invalid: it is shorter than 32 characters.
    """
    secret = configured.get_secret_value().strip()
    if len(secret) < MIN_CHARACTERS:
        raise Invalid(_AT, f"it needs at least {MIN_CHARACTERS} characters")
    return secret.encode()


def derived_key(master: bytes, purpose: str) -> bytes:
    """Return 32 bytes for `purpose` (HKDF-SHA256): no key tells anything about another.

    Raises:
        ValueError: `master` has fewer than 32 bytes, or `purpose` is empty.
    """
    if len(master) < MIN_CHARACTERS:
        raise ValueError(f"a master secret of {len(master)} bytes is too short")
    if not purpose:
        raise ValueError("a key needs a purpose")
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"aibt {purpose}".encode()).derive(master)


def _kept(root: Path) -> bytes:
    path = root / FILE
    if not path.exists():
        _make(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Invalid(_AT, f"others may read {path}: chmod 600 it, and better make a new one")
    secret = path.read_bytes().strip()
    if len(secret) < MIN_CHARACTERS:
        raise Invalid(_AT, f"{path} is damaged: put its copy back, or remove it and lose all keys")
    return secret


def _make(path: Path) -> None:
    """Write a new secret beside `path` and link it there, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(f"{secrets.token_urlsafe(32)}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
