"""Which tool a model means by a name that is nearly right."""

import re
from collections.abc import Collection

_SEPARATOR = re.compile(r"[.:/]|__|\s")
_LONGEST = 128


def meant(name: str, known: Collection[str]) -> str | None:
    """Return the tool that `name` means, or None where none is or more than one could be.

    Case, `-` for `_`, a prefix such as `functions.` or `mcp__trade__`, an ending such as `:0` or
    `()`, and special tokens that leaked (`buy<|channel|>`) make no difference. A misspelt name
    means nothing: a letter is all that lies between some words.
    """
    if name in known:
        return name
    whole = name[:_LONGEST].partition("<|")[0]
    parts = _SEPARATOR.split(whole)
    written = [whole, *parts, *("_".join(parts[at:]) for at in range(1, len(parts)))]
    found = {tool for tool in known for part in written if part and _bare(part) == _bare(tool)}
    return found.pop() if len(found) == 1 else None


def _bare(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
