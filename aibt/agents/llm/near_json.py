"""Reads what is nearly JSON: as models write it, not as the standard has it.

Single or typographic quotes, names without quotes, Python's `True` and `None`, commas too many
or too few, raw line ends in strings, and an end that is missing. It never evaluates anything,
reads each character a bounded number of times, and gives up where two readings are possible.
"""

import re
from dataclasses import dataclass
from math import isfinite

from aibt.live.events import Json

MAX_DEPTH = 32
MAX_INNER_QUOTES = 256

_SPACE = re.compile(r"[\s\ufeff]*")
_WORD = re.compile(r"[A-Za-z_$^][\w$^.=\-]*")
_NAME = re.compile(r"[A-Za-z_$][\w$\-]*")
_NUMBER = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]{0,39})(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,4})?"
)
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}
_PLAIN = {mark: re.compile(rf"[^\\{mark}]+") for mark in _QUOTES.values()}
_WORDS: dict[str, Json] = {
    "true": True, "True": True, "false": False, "False": False,
    "null": None, "None": None, "undefined": None,
}  # fmt: skip
_NO_VALUES = {"NaN", "nan", "Infinity", "inf", "-Infinity"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_AFTER_A_VALUE = ",}]:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value that was read.

    Attributes:
        end: where reading stopped, in characters from the beginning of the text.
        was_cut: the text ended before the value did.
    """

    value: Json
    end: int
    was_cut: bool


def read(text: str, start: int = 0) -> Reading:
    """Read the value that begins at `start`, or after the white space there.

    Raises:
        ValueError: it cannot be read in one way only, or is nested too deeply.
    """
    reader = _Reader(text, start)
    value = reader.value(0)
    return Reading(value=value, end=reader.at, was_cut=reader.was_cut)


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.was_cut = False
        self._inner_quotes = 0

    def value(self, depth: int) -> Json:
        if depth > MAX_DEPTH:
            raise ValueError("it is nested too deeply")
        mark = self._next()
        if mark == "{":
            return self._object(depth)
        if mark == "[":
            return self._list(depth)
        if mark in _QUOTES:
            return self._string(_QUOTES[mark])
        return self._bare()

    def _next(self) -> str:
        """Return the next character that is no space, or `` at the end of the text."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _object(self, depth: int) -> Json:
        self.at += 1
        members: dict[str, Json] = {}
        while not self._ends("}"):
            name = self._name()
            if self._next() == "":
                self.was_cut = True  # a name without its value tells nothing
                break
            if self._next() not in {":", "="}:
                raise ValueError(f"there is no colon after {name[:40]!r}")
            self.at += 1
            if self._next() == "":
                self.was_cut = True
                break
            if name in members:
                raise ValueError(f"{name[:40]!r} is given twice")
            members[name] = self.value(depth + 1)
        return members

    def _list(self, depth: int) -> Json:
        self.at += 1
        items: list[Json] = []
        while not self._ends("]"):
            items.append(self.value(depth + 1))
        return items

    def _ends(self, mark: str) -> bool:
        """Skip commas and return whether `mark`, or the text's end, closes what is open."""
        found = self._next()
        while found == ",":
            self.at += 1
            found = self._next()
        if found == "":
            self.was_cut = True
            return True
        if found == mark:
            self.at += 1
            return True
        return False

    def _name(self) -> str:
        mark = self._next()
        if mark in _QUOTES:
            return self._string(_QUOTES[mark])
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise ValueError(f"{self._shown()} is no name")
        self.at = found.end()
        return found.group()

    def _string(self, closing: str) -> str:
        self.at += 1
        pieces: list[str] = []
        while self.at < len(self.text):
            plain = _PLAIN[closing].match(self.text, self.at)
            if plain:
                pieces.append(plain.group())
                self.at = plain.end()
            elif self.text[self.at] == "\\":
                pieces.append(self._escaped())
            elif self._closes():
                self.at += 1
                return "".join(pieces)
            else:
                self._inner_quotes += 1
                if self._inner_quotes > MAX_INNER_QUOTES:
                    raise ValueError("there are too many quotes within strings")
                pieces.append(closing)
                self.at += 1
        self.was_cut = True
        return "".join(pieces)

    def _closes(self) -> bool:
        """Return whether the quote here ends its string, and is not a part of it.

        It ends it where a comma, colon or bracket, a line end or the text's end follows.
        """
        space = _SPACE.match(self.text, self.at + 1)
        end = space.end() if space else self.at + 1
        following = self.text[end : end + 1]
        return following == "" or following in _AFTER_A_VALUE or "\n" in self.text[self.at : end]

    def _escaped(self) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if letter != "u":
            return _ESCAPES.get(letter, letter)
        code = _HEX.match(self.text, self.at)
        if code is None:
            raise ValueError("an escape is not whole")
        self.at = code.end()
        return self._joined(chr(int(code.group(), 16)))

    def _joined(self, character: str) -> str:
        """Return `character` joined with the second half of it, if it is a first half."""
        second = _HEX.match(self.text, self.at + 2)
        if (
            "\ud800" <= character < "\udc00"
            and second
            and self.text[self.at : self.at + 2] == "\\u"
        ):
            self.at = second.end()
            both = character + chr(int(second.group(), 16))
            return both.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return character

    def _bare(self) -> Json:
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            self._stop("number")
            return _number(number.group())
        word = _WORD.match(self.text, self.at)
        if word is None or word.group() in _NO_VALUES:
            raise ValueError(f"{self._shown()} is no value")
        self.at = word.end()
        self._stop("word")
        return _WORDS.get(word.group(), word.group())

    def _stop(self, what: str) -> None:
        following = self.text[self.at : self.at + 1]
        if following and not following.isspace() and following not in ",}]":
            raise ValueError(f"a {what} goes on with {self._shown()}")

    def _shown(self) -> str:
        return repr(self.text[self.at : self.at + 12])


def _number(text: str) -> Json:
    if any(mark in text for mark in ".eE"):
        value = float(text)
        if not isfinite(value):
            raise ValueError(f"{text} is too large")
        return value
    return int(text)
