"""What ends a command early: one sentence for a person, and an exit code for a program."""

from typing import ClassVar, Final

OK: Final = 0
INTERRUPTED: Final = 130


class Complaint(Exception):
    """A command cannot do what was asked. `str()` is one sentence."""

    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class Misused(Complaint):
    """The options or settings of the command do not fit together."""

    exit_code = 2


class Unreachable(Complaint):
    """No platform answers at this address."""

    exit_code = 3


class Refused(Complaint):
    """The platform said no.

    Attributes:
        code: stable, as in docs/protocol.md.
        at: the field that is at fault, by its wire name, or None.
    """

    def __init__(self, code: str, sentence: str, at: str | None) -> None:
        Exception.__init__(self, code, sentence, at)
        self.code = code
        self.sentence = sentence
        self.at = at

    def __str__(self) -> str:
        if self.at is None or self.sentence.startswith(f"{self.at}: "):
            return self.sentence
        return f"{self.at}: {self.sentence}"
