"""The part of the platform in memory that has populations, without their members' trainings."""

from aibt.api.platform import Command
from aibt.live.states import RunState
from aibt.protocol.populations import (
    MemberMessage,
    PopulationMessage,
    PopulationsList,
    PopulationsMessage,
    PopulationsStart,
    PopulationsUpdate,
)
from aibt.store.records import User, population_topic
from tests.fakes.platform_core import EPOCH, FakeCore, Topic

_ECHOED = (
    "name", "symbol", "period", "algorithm", "encoder", "hidden_layers", "depth",
    "train_data_percentage", "batch_size", "max_episodes", "min_episodes", "lr_min", "lr_max",
    "gamma_min", "gamma_max", "search",
)  # fmt: skip


class FakePopulations(FakeCore):
    """Populations that do what they are told at once."""

    def __init__(self, *, page: int = 100) -> None:
        super().__init__(page=page)
        self.many: dict[int, PopulationMessage] = {}

    def search_steps(self, population_id: int) -> int:
        """Let the search take a step, and return its event's number."""
        found = self.many[population_id]
        number = found.steps_taken + 1
        seq = self._topic(population_topic(population_id)).emit(
            "step",
            {
                "id": population_id,
                "number": number,
                "kind": "exploit",
                "member": 1,
                "source": 2,
                "episode": 10,
                "step": 1_000,
                "changes": {"lr": 0.5},
                "scores": {"1": -0.5, "2": 0.25},
            },
        )
        self._put(found.model_copy(update={"steps_taken": number, "cursor": seq}))
        return seq

    async def start_population(
        self, owner: User, params: PopulationsStart, command: Command | None
    ) -> PopulationMessage:
        await self._enter("start_population")

        def start() -> PopulationMessage:
            population_id = next(self._ids)
            self._topics[population_topic(population_id)] = Topic()
            members = [
                MemberMessage(
                    member=number,
                    training_id=1_000 * population_id + number,
                    bot_name=f"{params.name} {number}",
                    state=RunState.QUEUED,
                    mark="free",
                    episode=0,
                    steps=0,
                    score=None,
                    validation=None,
                    out_of_sample=None,
                    lr=params.lr,
                    gamma=params.gamma,
                    seed=number,
                )
                for number in range(1, params.members + 1)
            ]
            return self._put(
                PopulationMessage(
                    **{name: getattr(params, name) for name in _ECHOED},
                    id=population_id,
                    state=RunState.QUEUED,
                    source=params.source or "sample",
                    device="cpu",
                    seed=params.seed or 0,
                    searching=params.search is not None,
                    steps_taken=0,
                    members=members,
                    member_count=params.members,
                    active_count=params.members,
                    trials=params.members,
                    created_at=EPOCH,
                    cursor=0,
                )
            )

        return self._once(command, start)  # type: ignore[no-any-return]  # what `start` returns

    async def pause_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage:
        return await self._move("pause_population", population_id, RunState.PAUSED)

    async def resume_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage:
        return await self._move("resume_population", population_id, RunState.RUNNING)

    async def stop_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage:
        message = await self._move("stop_population", population_id, RunState.STOPPED)
        self._topic(population_topic(population_id)).end()
        return message

    async def update_population(
        self, owner: User, params: PopulationsUpdate, command: Command | None
    ) -> PopulationMessage:
        await self._enter("update_population")
        found = self._found(params.id)
        marked = [
            one.model_copy(update={"mark": params.mark})
            if params.mark is not None and one.member in params.members
            else one
            for one in found.members
        ]
        searching = found.searching if params.searching is None else params.searching
        topic = self._topic(population_topic(params.id))
        seq = topic.emit("search", params.model_dump(mode="json"))
        return self._put(
            found.model_copy(update={"members": marked, "searching": searching, "cursor": seq})
        )

    async def population(self, owner: User, population_id: int) -> PopulationMessage:
        await self._enter("population")
        return self._found(population_id)

    async def populations(self, owner: User, asked: PopulationsList) -> PopulationsMessage:
        await self._enter("populations")
        found = [
            one.model_copy(update={"members": []})
            for one in reversed(self.many.values())
            if asked.before_id is None or one.id < asked.before_id
        ]
        page = found[: asked.limit]
        return PopulationsMessage(
            populations=page, next=page[-1].id if len(found) > len(page) else None
        )

    async def _move(self, method: str, population_id: int, state: RunState) -> PopulationMessage:
        await self._enter(method)
        found = self._found(population_id)
        members = [one.model_copy(update={"state": state}) for one in found.members]
        active = 0 if state.has_ended else found.member_count
        changes = {"state": state, "members": members, "active_count": active}
        return self._put(found.model_copy(update=changes))

    def _found(self, population_id: int) -> PopulationMessage:
        self._topic(population_topic(population_id))  # refuses one that is not there
        return self.many[population_id]

    def _put(self, message: PopulationMessage) -> PopulationMessage:
        self.many[message.id] = message
        shown = message.model_dump(
            mode="json",
            include={"id", "state", "searching", "steps_taken", "members", "cursor"},
        )
        self._topic(population_topic(message.id)).publish(shown)
        return message
