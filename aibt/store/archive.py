"""An archive of a store: rows as lines of JSON and the files that they name, in one tar.

What is read from one is as little trusted as what a client sends: names are held to a pattern,
links and devices are refused, and nothing is written before all of it was looked at.
"""

import gzip
import io
import json
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from aibt.errors import Invalid

FORMAT: Final = 1
_HEADER: Final = "aibt.json"
_ROWS: Final = "rows/"
_FILES: Final = "files/"
FILE: Final = re.compile(r"(datasets|trainings/[0-9]+)(/[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}){1,4}")
"""What a path under the storage root looks like that a row may name."""

_BROKEN: Final = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, OSError)


class ArchiveWriter:
    """Writes one archive, entry after entry."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def rows(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add the rows of a table."""
        lines = "".join(json.dumps(row, allow_nan=False, sort_keys=True) + "\n" for row in rows)
        self._add(f"{_ROWS}{table}.jsonl", lines.encode())

    def file(self, root: Path, relative: str) -> int:
        """Add a file under the storage root, or all those of a folder; return how many."""
        source = root / relative
        names = sorted(source.rglob("*")) if source.is_dir() else [source]
        files = [name for name in names if name.is_file() and not name.is_symlink()]
        for name in files:
            self._tar.add(name, f"{_FILES}{name.relative_to(root).as_posix()}", recursive=False)
        return len(files)

    def _add(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        entry.mode = 0o600
        self._tar.addfile(entry, io.BytesIO(content))


@contextmanager
def new_archive(path: Path, schema: str) -> Iterator[ArchiveWriter]:
    """Write an archive, which is there under its name once it is whole."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with tarfile.open(unfinished, "w:gz", compresslevel=6) as tar:
            unfinished.chmod(0o600)
            writer = ArchiveWriter(tar)
            writer._add(_HEADER, json.dumps({"format": FORMAT, "schema": schema}).encode())
            yield writer
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class ArchiveReader:
    """An archive that was read through once and found whole.

    Attributes:
        rows: of each table, in their order.
        files: names of the files that it brings, relative to a storage root.
    """

    def __init__(self, path: Path, schema: str) -> None:
        """Read all rows, and look at the name of every file.

        Raises:
            Invalid: it is no archive of this version's, or is damaged, or would write elsewhere.
        """
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.files: list[str] = []
        self._path = path
        try:
            with tarfile.open(path, "r:gz") as tar:
                self._read(tar, schema)
        except Invalid:
            raise
        except _BROKEN as error:
            raise _damaged(f"it cannot be read: {error}") from error

    def _read(self, tar: tarfile.TarFile, schema: str) -> None:
        seen: set[str] = set()
        for number, entry in enumerate(tar):
            if entry.name in seen or not entry.isreg():
                raise _damaged(f"it has an entry that no export writes: {entry.name[:80]!r}")
            seen.add(entry.name)
            if (number == 0) != (entry.name == _HEADER):
                raise _damaged("it does not begin as an export does")
            if entry.name == _HEADER:
                _check_header(json.loads(_content(tar, entry)), schema)
            elif entry.name.startswith(_ROWS):
                table = entry.name.removeprefix(_ROWS).removesuffix(".jsonl")
                lines = _content(tar, entry).splitlines()
                self.rows[table] = [_object(json.loads(line)) for line in lines]
            elif FILE.fullmatch(name := entry.name.removeprefix(_FILES)):
                self.files.append(name)
            else:
                raise _damaged(f"it has an entry that no export writes: {entry.name[:80]!r}")
        if not seen:
            raise _damaged("it is empty")

    def extract(self, targets: Mapping[str, Path]) -> Iterator[Path]:
        """Write those of `files` that have a target, in one pass, and yield each that is whole.

        What lies at a target is replaced.
        """
        with tarfile.open(self._path, "r:gz") as tar:
            for entry in tar:
                to = targets.get(entry.name.removeprefix(_FILES))
                source = tar.extractfile(entry)
                if to is None or source is None or not entry.name.startswith(_FILES):
                    continue
                to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                unfinished = to.with_name(f".{to.name}.part")
                try:
                    with unfinished.open("wb") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
                    unfinished.replace(to)
                finally:
                    unfinished.unlink(missing_ok=True)
                yield to


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    source = tar.extractfile(entry)
    return b"" if source is None else source.read()


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _damaged("a row is no object")
    return value


def _check_header(header: object, schema: str) -> None:
    found = header if isinstance(header, dict) else {}
    if found.get("format") != FORMAT or found.get("schema") != schema:
        raise _damaged(
            f"it has schema {found.get('schema')!r}, and this version of AIBT reads {schema!r}"
        )


def _damaged(reason: str) -> Invalid:
    return Invalid("archive", reason)
