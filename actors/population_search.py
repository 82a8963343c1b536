"""The search of a population at work: looks at scores, and takes one step after the other."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.training_host import TrainingHost
from aibt.errors import AibtError, StoreUnavailable
from aibt.live.events import Emission, Json
from aibt.live.states import RunState
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What a look reads of the store.

    Attributes:
        searching: whether the search goes on.
        members: by their numbers.
        to_run: who of them is to run.
        taken: how many steps were taken.
    """

    searching: bool
    members: Mapping[int, PopulationMember]
    to_run: Collection[int]
    taken: int

    def next_step(self, members: Sequence[Member], rules: _Rules) -> Step | None:
        """Return what to do to one of the members, if anything."""
        if not self.searching:
            return None
        return next_step(
            members,
            fraction=rules.fraction,
            ranges=rules.ranges,
            seed=rules.seed,
            number=self.taken,
        )


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
        """Take the steps that are due; none before everybody is there who is to run."""
        while _judged(self._hosts()) != self._seen:
            if not await self._step():
                return

    async def _population(self) -> Population:
        async with self._store.reading(self._owner_id) as unit:
            return await unit.populations.get(self._id)

    async def _step(self) -> bool:
        """Take one step, if any is to be taken; return whether."""
        rules = self._rules or _Rules.of(await self._population())
        if rules is None:
            return False
        stored, hosts = await self._stored(), self._hosts()
        if any(_is_awaited(stored.members[one], hosts.get(one)) for one in stored.to_run):
            return False
        judged = _judged(hosts)
        due = {
            one: episode
            for one, (episode, _) in judged.items()
            if episode // rules.interval > stored.members[one].looked_at_episode // rules.interval
        }
        members = [
            _member(hosts[one], score, stored.members[one], is_due=one in due)
            for one, (_, score) in judged.items()
        ]
        step = stored.next_step(members, rules)
        if step is not None:
            await self._take(step, hosts, judged[step.member][0])
            return True
        if stored.searching:
            await self._leave(due, hosts)
        self._seen = judged
        return False

    async def _stored(self) -> "_Stored":
        async with self._store.reading(self._owner_id) as unit:
            rows = await unit.populations.members([self._id])
            return _Stored(
                searching=(await unit.populations.get(self._id)).searching,
                members={row.member: row for row in rows},
                to_run=await unit.populations.to_run(self._id),
                taken=(await unit.populations.count_steps([self._id]))[self._id],
            )

    async def _leave(self, due: Mapping[int, int], hosts: Mapping[int, TrainingHost]) -> None:
        """Store that members were looked at, at these episodes, and stay as they are.

        Raises:
            LeaseLost: one of them is hosted elsewhere by now; nothing was stored.
        """
        if not due:
            return
        async with self._store.writing(self._owner_id) as unit:
            for number, episode in due.items():
                host = hosts[number]
                await unit.leases.check(host.training.topic, host.epoch)
                await unit.populations.set_looked_at(self._id, number, episode)

    async def _take(self, step: Step, hosts: Mapping[int, TrainingHost], episode: int) -> None:
        target, weights = hosts[step.member], None
        if step.source is not None:
            name = f"{step.source}-{secrets.token_hex(8)}"
            weights = target.files.taken(target.training.id, name)

        async def store(unit: UnitOfWork, change: Change) -> Sequence[Emission]:
            return await self._store_step(unit, change, step, episode)

        try:
            if step.source is not None and weights is not None:
                await hosts[step.source].save_knowledge(weights)
            await target.search(step.changes, weights, store)
        except StoreUnavailable:  # it may have been stored, and then its file is needed
            raise
        except (_Refused, AibtError) as error:
            if weights is not None:
                await asyncio.to_thread(target.files.absolute(weights).unlink, missing_ok=True)
            if not isinstance(error, _Refused):
                raise
            logger.info("a step of population %d was refused meanwhile", self._id)

    async def _store_step(
        self, unit: UnitOfWork, change: Change, step: Step, episode: int
    ) -> Sequence[Emission]:
        """Store a step together with the change that it makes.

        Raises:
            _Refused: the owner has forbidden it meanwhile.
        """
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
            weights=change.weights,
            scores={str(member): score for member, score in step.scores.items()},
        )
        await unit.populations.set_looked_at(self._id, step.member, episode)
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


def _judged(hosts: Mapping[int, TrainingHost]) -> dict[int, tuple[int, float]]:
    found = {member: host.judged for member, host in hosts.items()}
    return {member: judged for member, judged in found.items() if judged is not None}


def _is_awaited(row: PopulationMember, host: TrainingHost | None) -> bool:
    """Return whether a member that is to run is not yet back where the search looked at it last.

    An excluded one takes no part, so that nobody waits for it.
    """
    if row.mark is Mark.EXCLUDED:
        return False
    if host is None or host.state is not RunState.RUNNING:
        return True
    judged = host.judged
    return judged is not None and judged[0] < row.looked_at_episode


def _member(host: TrainingHost, score: float, row: PopulationMember, *, is_due: bool) -> Member:
    current: Mapping[str, Any] = host.training.current
    return Member(
        member=row.member,
        score=score,
        parameters={name: float(current[name]) for name in SEARCHED},
        is_due=is_due,
        is_pinned=row.mark is Mark.PINNED,
        is_excluded=row.mark is Mark.EXCLUDED,
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
