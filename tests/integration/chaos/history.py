"""What was asked and what was answered: the record of a run, and what can be told from it alone."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
NEVER = float("inf")
CANARY = re.compile(r"canary[0-9a-f]{8}")

READS = frozenset({"bots-get"})
STARTS = frozenset({"trainings-start"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user of the run. All his names contain his canary."""

    number: int
    email: str
    bearer: str
    canary: str

    def name(self, slot: int) -> str:
        """Return the name of the bot in one of his slots."""
        return f"{self.canary} {slot}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One acknowledgement: what was done (`code` is None), or why it never will be."""

    way: str
    at: float
    data: Json
    code: str | None = None


@dataclass(slots=True, kw_only=True)
class Operation:
    """One command or one read, with everything that was answered to its id.

    `began` is when it was sent first (a read that is tried again begins again, for what was not
    answered has no effect), `ended` when its first acknowledgement came, in seconds of one clock.
    """

    person: int
    query: str
    params: Json
    id: str
    began: float
    ended: float = NEVER
    tries: int = 0
    answers: list[Answer] = field(default_factory=list)

    @property
    def answer(self) -> Answer | None:
        """The first acknowledgement, or None."""
        return self.answers[0] if self.answers else None

    @property
    def succeeded(self) -> bool:
        """Whether it was acknowledged as done."""
        return bool(self.answers) and self.answers[0].code is None

    def acknowledge(self, answer: Answer) -> None:
        """Keep an acknowledgement, in the order in which they came."""
        self.answers.append(answer)
        self.ended = min(self.ended, answer.at)

    def __str__(self) -> str:
        says = "unanswered" if self.answer is None else self.answer.code or self.answer.data
        return f"{self.began:.3f}-{self.ended:.3f} {self.id} {self.query} {self.params} -> {says}"


@dataclass(slots=True)
class History:
    """All operations of a run, and what clients saw that nobody should ever see."""

    people: list[Person]
    operations: list[Operation] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def begin(
        self, person: Person, query: str, params: Json, identity: str, at: float
    ) -> Operation:
        """Add an operation that is about to be sent."""
        operation = Operation(
            person=person.number, query=query, params=params, id=identity, began=at
        )
        self.operations.append(operation)
        return operation

    def of(self, person: Person) -> list[Operation]:
        """Return what one user asked, by when it began."""
        mine = [one for one in self.operations if one.person == person.number]
        return sorted(mine, key=lambda one: one.began)

    def saw(self, person: Person, text: str, asked: str = "") -> None:
        """Look through what was sent to a user for what belongs to others, but what he said."""
        foreign = set(CANARY.findall(text)) - set(CANARY.findall(asked)) - {person.canary}
        if foreign:
            self.faults.append(f"user {person.number} was shown {sorted(foreign)}: {text[:500]}")


def different_answers(operations: Iterable[Operation]) -> list[str]:
    """Return each id that was not always answered the same.

    Of a start only the training counts: a repetition shows the training as it is by then.
    """
    faults = []
    for operation in operations:
        told = {_told(operation, answer) for answer in operation.answers}
        if len(told) > 1 and operation.query not in READS:
            faults.append(f"different answers to one id: {operation}: {sorted(told)}")
    return faults


def unanswered(operations: Iterable[Operation]) -> list[str]:
    """Return what was never acknowledged, although it was repeated."""
    return [f"never answered: {one}" for one in operations if not one.answers]


def _told(operation: Operation, answer: Answer) -> str:
    if answer.code is not None:
        return answer.code
    if operation.query in STARTS:
        return f"training {answer.data['id']}"
    return json.dumps(answer.data, sort_keys=True)
