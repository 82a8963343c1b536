"""What the users of a run do: random commands, the same again for the same seed."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.integration.chaos.clients import REST, SOCKET, Caller, Line
from tests.integration.chaos.history import Json, Operation, Person
from tests.integration.client import a_training

BOTS, SLOTS = 10, 13
TRAINERS = 8
"""Users whose bot in slot 0 trains and is controlled: each such bot has processes of its own."""

_HOT = 12
"""Users who get a good part of all commands, so that commands meet."""

_TWICE = 0.1


@dataclass(slots=True)
class Workload:
    """Draws commands and sends them."""

    caller: Caller
    people: Sequence[Person]
    trainings: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    async def make_bots(self, person: Person, dice: random.Random) -> None:
        """Create a user's first bots, half of them over each way."""
        async with self.caller.line(person) as line:
            for slot in range(BOTS):
                way = (REST, SOCKET)[slot % 2]
                await self.caller.call(
                    line, "bots-create", _new(person, slot, dice), dice, ways=(way,)
                )

    async def visit(self, dice: random.Random) -> None:
        """Let a user come, do a few things, and leave."""
        draw = dice.random()
        if draw < 0.1:
            person = self.people[dice.randrange(TRAINERS)]
        elif draw < 0.3:
            person = self.people[dice.randrange(_HOT)]
        else:
            person = dice.choice(self.people)
        async with self.caller.line(person) as line:
            for _ in range(dice.randint(1, 5)):
                if draw < 0.1:
                    query, params = self._about_training(person, dice)
                else:
                    query, params = self._about_bots(person, dice)
                await self._send(line, query, params, dice)

    async def _send(self, line: Line, query: str, params: Json, dice: random.Random) -> None:
        ways = (REST, SOCKET) if dice.random() < _TWICE else (dice.choice((REST, SOCKET)),)
        done: Operation = await self.caller.call(line, query, params, dice, ways=ways)
        if query == "trainings-start" and done.succeeded:
            self.trainings[line.person.number].append(done.answers[0].data["id"])

    def _about_bots(self, person: Person, dice: random.Random) -> tuple[str, Json]:
        queries = ("bots-create", "bots-update", "bots-delete", "bots-get", "all")
        (query,) = dice.choices(queries, (20, 45, 12, 15, 8))
        slot = dice.randrange(SLOTS)
        name = person.name(slot)
        if dice.random() < 0.03:
            name = dice.choice(self.people).name(slot)  # hardly ever his own
        if query == "all":
            return "bots-get", {}
        if query == "bots-create":
            return query, _new(person, slot, dice)
        params: Json = {"name": name}
        if query == "bots-update":
            params["lr"] = _lr(dice)
            if dice.random() < 0.3:
                params["hidden_layers"] = dice.randint(4, 64)
            if dice.random() < 0.3:
                params["gamma"] = round(dice.random(), 6)
            if dice.random() < 0.2:
                params["new_name"] = person.name(dice.randrange(SLOTS))
        return query, params

    def _about_training(self, person: Person, dice: random.Random) -> tuple[str, Json]:
        name = person.name(0)
        mine = self.trainings[person.number]
        (what,) = dice.choices(
            ("start", "update", "stop", "pause", "resume", "bot", "foreign"), (4, 4, 1, 2, 2, 6, 1)
        )
        if what == "bot":
            (control,) = dice.choices(("pause", "resume", "stop"), (4, 4, 1))
            return f"bots-{control}", {"name": name}
        if what == "start" or not mine:
            changes = {"max_episodes": dice.randint(1, 4), "min_episodes": 1}
            return "trainings-start", a_training(name, **changes, seed=dice.randrange(1_000))
        training_id = mine[-1] if dice.random() < 0.8 else dice.choice(mine)
        if what == "foreign":
            other = dice.choice([*self.trainings.values()])
            return "trainings-stop", {"id": (other or mine)[-1]}
        if what == "update":
            return "trainings-update", {"id": training_id, "lr": _lr(dice)}
        return f"trainings-{what}", {"id": training_id}


def _new(person: Person, slot: int, dice: random.Random) -> Json:
    return {
        "name": person.name(slot),
        "lr": _lr(dice),
        "hidden_layers": 16,
        "gamma": 0.9,
        "discounter_rate": 8,
        "algorithm": "dqn",
    }


def _lr(dice: random.Random) -> float:
    """Return a learning rate that no other command of the run has: it tells who wrote it."""
    return dice.randrange(1, 2**40) / 2**41
