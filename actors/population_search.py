"""The search of a population at work: looks at scores, and takes one step after the other."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.training_host import TrainingHost
from aibt.errors import AibtError
from aibt.live.events import Emission, Json
from aibt.rl.population import SEARCHED, Member, Range, Step, next_step, ranges_of
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Change, Mark, Population, PopulationMember

logger = logging.getLogger(__name__)

STEP: Final = "step"
"""Kind of the events that tell of a step of the search."""

_LOOK_S: Final = 0.25


class _Refused(Exception):
    """What a step was decided on holds no longer: nothing of it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What a population's request says of its search."""

    interval: int
    fraction: float
    ranges: Mapping[str, Range]
    seed: int

    @classmethod
    def of(cls, population: Population) -> "_Rules | None":
        request = population.request
        search = request.get("search")
        if not isinstance(search, Mapping):
            return None
        interval, fraction, seed = search["interval"], search["fraction"], request["seed"]
        if not (
            isinstance(interval, int)
            and isinstance(fraction, int | float)
            and isinstance(seed, int)
        ):
            raise TypeError(f"population {population.id} has no such search: {search!r}")
        ranges = ranges_of(request)
        return cls(interval=interval, fraction=fraction, ranges=ranges, seed=seed)


class PopulationSearch:
    """Decides and takes the steps of a population whose members this process hosts.

    A step is stored together with the change of the member that it makes, under that member's
    lease and with the population's row held: it takes effect once, or not at all, and none comes
    after the answer to whoever pinned the member, excluded it or stopped the search.

    Args:
        owner_id: whose population.
        population_id: which one.
        hosts: those of its members, by their numbers.
        store: where its rows are.
    """

    def __init__(
        self,
        owner_id: int,
        population_id: int,
        hosts: Callable[[], Mapping[int, TrainingHost]],
        store: Store,
    ) -> None:
        self._owner_id = owner_id
        self._id = population_id
        self._hosts = hosts
        self._store = store
        self._rules: _Rules | None = None
        self._seen: Mapping[int, tuple[int, float]] = {}
        self._due_at: dict[int, int] = {}  # member -> episode at which it was due last
        self._due: set[int] = set()  # and has not been looked at since

    async def run(self) -> None:
        """Look again and again, until cancelled or there is nothing to search for."""
        while True:
            try:
                if self._rules is None:
                    self._rules = _Rules.of(await self._population())
                    if self._rules is None:
                        return
                await self.look()
            except AibtError as error:
                logger.warning("the search of population %d looks again: %s", self._id, error)
            except Exception:
                logger.exception("the search of population %d looks again", self._id)
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Take the steps that are due."""
        while (scores := self._judged()) != self._seen:
            if not await self._step(scores):
                self._seen = scores
                return

    def _judged(self) -> dict[int, tuple[int, float]]:
        found = {member: host.judged for member, host in self._hosts().items()}
        return {member: judged for member, judged in found.items() if judged is not None}

    async def _population(self) -> Population:
        async with self._store.reading(self._owner_id) as unit:
            return await unit.populations.get(self._id)

    async def _step(self, judged: Mapping[int, tuple[int, float]]) -> bool:
        """Take one step, if any is to be taken; return whether."""
        rules = self._rules or _Rules.of(await self._population())
        if rules is None:
            return False
        async with self._store.reading(self._owner_id) as unit:
            population = await unit.populations.get(self._id)
            marks = {one.member: one for one in await unit.populations.members([self._id])}
            changed_at = await unit.populations.last_episodes(self._id)
            taken = (await unit.populations.count_steps([self._id]))[self._id]
        self._note_due(rules, judged, changed_at)
        if not population.searching:
            return False
        hosts = self._hosts()
        members = [
            _member(hosts[number], number, score, marks[number], is_due=number in self._due)
            for number, (_, score) in judged.items()
            if number in hosts
        ]
        step = next_step(
            members,
            fraction=rules.fraction,
            ranges=rules.ranges,
            seed=rules.seed,
            number=taken,
        )
        if step is None:
            self._due.clear()
            return False
        self._due.remove(step.member)
        await self._take(step, hosts, judged[step.member][0])
        return True

    def _note_due(
        self,
        rules: _Rules,
        judged: Mapping[int, tuple[int, float]],
        changed_at: Mapping[int, int],
    ) -> None:
        """Note who has done its episodes since it was due last."""
        for member, (episode, _) in judged.items():
            before = self._due_at.setdefault(member, changed_at.get(member, 0))
            if episode // rules.interval > before // rules.interval:
                self._due_at[member] = episode
                self._due.add(member)

    async def _take(self, step: Step, hosts: Mapping[int, TrainingHost], episode: int) -> None:
        target, weights = hosts[step.member], None
        if step.source is not None:
            name = f"{step.source}-{secrets.token_hex(8)}"
            weights = target.files.taken(target.training.id, name)
            await hosts[step.source].save_knowledge(weights)

        async def store(unit: UnitOfWork, change: Change) -> Sequence[Emission]:
            population = await unit.populations.locked(self._id)
            marks = {one.member: one.mark for one in await unit.populations.members([self._id])}
            sources = [] if step.source is None else [step.source]
            is_free = marks[step.member] is Mark.FREE
            if not (
                population.searching
                and is_free
                and all(marks[source] is not Mark.EXCLUDED for source in sources)
            ):
                raise _Refused
            taken = await unit.populations.add_step(
                self._id,
                kind=step.kind,
                member=step.member,
                source=step.source,
                episode=episode,
                step=change.step,
                changes=change.changes,
                weights=weights,
                scores={str(member): score for member, score in step.scores.items()},
            )
            data: dict[str, Json] = {
                "id": self._id,
                "number": taken.number,
                "kind": taken.kind,
                "member": taken.member,
                "source": taken.source,
                "episode": taken.episode,
                "step": taken.step,
                "changes": dict(taken.changes),
                "scores": dict(taken.scores),
            }
            told = Emission(key=f"step/{taken.number}", kind=STEP, data=data)
            await unit.events.append(population.topic, None, [told])
            says: dict[str, Json] = {"level": "info", "text": _sentence(step)}
            return [Emission(key=f"search/{taken.number}", kind="log", data=says)]

        try:
            await target.search(step.changes, weights, store)
        except _Refused:
            logger.info("a step of population %d was refused meanwhile", self._id)
            if weights is not None:
                await asyncio.to_thread(target.files.absolute(weights).unlink, missing_ok=True)


def _member(
    host: TrainingHost, number: int, score: float, mark: PopulationMember, *, is_due: bool
) -> Member:
    current: Mapping[str, Any] = host.training.current
    return Member(
        member=number,
        score=score,
        parameters={name: float(current[name]) for name in SEARCHED},
        is_due=is_due,
        is_pinned=mark.mark is Mark.PINNED,
        is_excluded=mark.mark is Mark.EXCLUDED,
    )


def _sentence(step: Step) -> str:
    values = ", ".join(f"{name} {value:.6g}" for name, value in step.changes.items())
    own = step.scores[step.member]
    if step.source is None:
        return f"explores: no member is better than its {own:.4g}, so it goes on with {values}"
    return (
        f"takes over weights and optimizer of member {step.source}, whose validation score is "
        f"{step.scores[step.source]:.4g} and its own {own:.4g}, and explores: {values}"
    )
