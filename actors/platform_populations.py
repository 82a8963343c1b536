"""Populations over Ray: rows in the store, and their members' trainings."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from actors.capacity import refuse_what_never_fits
from actors.commands import id_of
from actors.platform_bots import MOST, Means
from actors.platform_sessions import PlatformSessions
from actors.population_view import live_members, shown_population, shown_populations
from actors.run_control import Controlled
from actors.run_rows import command_key
from actors.supervision import Demand
from actors.training_control import TrainingControl
from actors.training_files import TrainingFiles
from actors.training_request import complete_request
from aibt.accounts.quotas import refuse_bot, refuse_population
from aibt.api.platform import Command
from aibt.errors import AibtError, Invalid, TrainingEnded
from aibt.live.events import Emission, Json
from aibt.protocol.message import canonical_name
from aibt.protocol.populations import (
    PopulationMessage,
    PopulationsList,
    PopulationsMessage,
    PopulationsStart,
    PopulationsUpdate,
)
from aibt.protocol.trainings import TrainingsStart
from aibt.rl.parameters import HOT
from aibt.rl.population import beginnings
from aibt.store.database import UnitOfWork
from aibt.store.records import Bot, Mark, Training, User
from aibt.store.tables import ACTIVE_STATES

logger = logging.getLogger(__name__)

SEARCH: Final = "search"
"""Kind of the events that tell what an owner said of a search."""

_AT_ONCE: Final = 8  # members that a command to all reaches: a store has one writer
_OF_ITS_OWN: Final = (
    "name", "members", "search", "lr_min", "lr_max", "gamma_min", "gamma_max", "hidden_layers",
    "depth", "discounter_rate",
)  # fmt: skip
_SHAPE: Final = ("hidden_layers", "depth", "discounter_rate", "algorithm", "encoder")
_THE_BOTS: Final = {"algorithm": None, "encoder": None, "fresh": True}


class PlatformPopulations(PlatformSessions):
    """The part of `aibt.api.platform.Platform` that is about populations."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._control = TrainingControl(
            means.store, TrainingFiles(Path(means.settings.store.root)), means.handles
        )

    async def start_population(
        self, owner: User, params: PopulationsStart, command: Command | None
    ) -> PopulationMessage:
        try:
            message = await self._begun(owner, params, command)
        except AibtError as error:
            return PopulationMessage.of(await self._commands.refuse(owner.id, command, error))
        await self._control.wake_supervisor()
        return message

    async def _begun(
        self, owner: User, params: PopulationsStart, command: Command | None
    ) -> PopulationMessage:
        _refuse_long_names(params)
        prepared, there = await self._prepared(params), await self._capacity()

        async def begin(unit: UnitOfWork) -> PopulationMessage:
            await unit.me.alone()
            await self._refuse_disabled(unit, owner)
            return await self._rows_of(unit, params, prepared, there)

        return await self._commands.rows(owner.id, command, PopulationMessage, begin)

    async def _rows_of(
        self,
        unit: UnitOfWork,
        params: PopulationsStart,
        prepared: Mapping[str, Json],
        there: Demand,
    ) -> PopulationMessage:
        quotas = self._settings.quotas
        asked = params.model_dump(mode="json")
        if asked["seed"] is None:
            asked["seed"] = secrets.randbelow(2**31)
        begun = beginnings(asked)
        count = await unit.bots.count()
        most_bots = count + params.members - 1
        refuse_bot(quotas, hidden_layers=params.hidden_layers, bots=most_bots)
        shared = {name: value for name, value in asked.items() if name not in _OF_ITS_OWN}
        created: list[tuple[Bot, dict[str, Json], dict[str, Json]]] = []
        for number, own in enumerate(begun, 1):
            bot = await unit.bots.create(
                name=_bot_name(params.name, number),
                lr=own["lr"],
                gamma=own["gamma"],
                **{name: asked[name] for name in _SHAPE},
            )
            start = TrainingsStart.read({**shared, **own, **_THE_BOTS, "bot_name": bot.name})
            request, data = complete_request(
                start,
                bot,
                prepared,
                there,
                self._settings.costs,
                most_environments=quotas.environments,
            )
            created.append((bot, request, data))
        _, first, data = created[0]
        refuse_what_never_fits(Demand(1, int(first["device"] == "cuda")), there)
        active = await unit.trainings.page(states=ACTIVE_STATES, limit=MOST)
        refuse_population(
            quotas,
            members=params.members,
            max_episodes=params.max_episodes,
            environments=int(str(first["environments"])),
            symbol=str(first["symbol"]),
            active=active_symbols(active),
        )
        completed = {name: first[name] for name in shared if name != "seed"}
        population = await unit.populations.create(
            name=params.name,
            request={**asked, **completed, "lr": params.lr, "gamma": params.gamma},
            data=data,
            searching=params.search is not None,
        )
        for number, (bot, request, _) in enumerate(created, 1):
            training = await unit.trainings.create(
                bot.id,
                request=request,
                current={name: request[name] for name in HOT},
                dataset=str(prepared["dataset"]),
                data=data,
                initial_weights=None,
            )
            await unit.populations.add_member(population.id, number, training.id)
        return await shown_population(unit, population)

    async def population(self, owner: User, population_id: int) -> PopulationMessage:
        async with self._store.reading(owner.id) as unit:
            await unit.populations.get(population_id)  # whose it is, before anybody is asked
        statuses, scores = await live_members(self._handles, population_id)
        async with self._store.reading(owner.id) as unit:
            population = await unit.populations.get(population_id)
            return await shown_population(unit, population, statuses, scores)

    async def populations(self, owner: User, asked: PopulationsList) -> PopulationsMessage:
        async with self._store.reading(owner.id) as unit:
            found = await unit.populations.page(before_id=asked.before_id, limit=asked.limit + 1)
            page = found[: asked.limit]
            shown = await shown_populations(unit, page)
        return PopulationsMessage(
            populations=[one.model_copy(update={"members": []}) for one in shown],
            next=page[-1].id if len(found) > len(page) else None,
        )

    async def pause_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage:
        return await self._reach_all(owner, population_id, command, self._control.pause)

    async def resume_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage:
        return await self._reach_all(owner, population_id, command, self._control.resume)

    async def stop_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage:
        return await self._reach_all(owner, population_id, command, self._control.stop)

    async def update_population(
        self, owner: User, params: PopulationsUpdate, command: Command | None
    ) -> PopulationMessage:
        async def update(unit: UnitOfWork) -> PopulationMessage:
            population = await unit.populations.locked(params.id)
            if params.searching is not None:
                if params.searching and population.request.get("search") is None:
                    raise Invalid("searching", "this population was started without a search")
                await unit.populations.set_searching(params.id, params.searching)
            if (params.mark is None) != (not params.members):
                raise Invalid("mark", "a mark and the members it is for go together")
            if params.mark is not None:
                for member in params.members:
                    await unit.populations.set_mark(params.id, member, Mark(params.mark))
            data: dict[str, Json] = params.model_dump(mode="json")
            told = Emission(key=command_key(id_of(command), SEARCH), kind=SEARCH, data=data)
            await unit.events.append(population.topic, None, [told])
            return await shown_population(unit, await unit.populations.get(params.id))

        return await self._commands.rows(owner.id, command, PopulationMessage, update)

    async def _reach_all(
        self,
        owner: User,
        population_id: int,
        command: Command | None,
        control: Callable[[int, int, str | None], Awaitable[Controlled[Training]]],
    ) -> PopulationMessage:
        async def reach() -> PopulationMessage:
            async with self._store.reading(owner.id) as unit:
                await unit.populations.get(population_id)
                members = await unit.trainings.of_population(population_id)
            room = asyncio.Semaphore(_AT_ONCE)

            async def reach_one(member: Training) -> None:
                async with room:
                    await control(owner.id, member.id, None)

            outcomes = await asyncio.gather(
                *(reach_one(one) for one in members if not one.state.has_ended),
                return_exceptions=True,
            )
            for outcome in outcomes:
                if isinstance(outcome, BaseException) and not isinstance(outcome, TrainingEnded):
                    raise outcome
            return await self.population(owner, population_id)

        return await self._commands.reaching(owner.id, command, PopulationMessage, reach)


def active_symbols(active: Sequence[Training]) -> list[str]:
    """Return what active trainings are on; a population counts as one, however many members."""
    counted: dict[tuple[str, int], str] = {}
    for one in active:
        key = ("training", one.id)
        if one.population_id is not None:
            key = ("population", one.population_id)
        counted[key] = str(one.request["symbol"])
    return [*counted.values()]


def _bot_name(name: str, number: int) -> str:
    return canonical_name(f"{name} {number}")


def _refuse_long_names(params: PopulationsStart) -> None:
    try:
        _bot_name(params.name, params.members)
    except ValueError as error:
        raise Invalid("name", f"{error}, and its bots are numbered after it") from error
