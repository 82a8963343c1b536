"""The part of the platform in memory that has performance, scores, providers and services."""

from dataclasses import replace
from typing import Literal

from aibt.api.platform import ToolServicesVerb
from aibt.errors import NotFound
from aibt.live.events import Json
from aibt.protocol.performance import (
    LeaderboardMessage,
    LeaderboardQuery,
    PerformanceFigures,
    PerformanceMessage,
    ScoreMessage,
    score_message,
)
from aibt.protocol.services import (
    ProviderModelMessage,
    ProviderModelsMessage,
    ToolServiceMessage,
    ToolServicesMessage,
)
from aibt.store.records import Score, User
from tests.fakes.platform_core import EPOCH, FakeCore

FIGURES: dict[str, Json] = {
    **dict.fromkeys(PerformanceFigures.model_fields),
    "total_return": 0.1,
    "max_drawdown": 0.05,
    "profit": 1_000.0,
    "fees": 3.0,
    "trades": 4,
    "bars": 250,
}
_SERVICES: tuple[tuple[Literal["math", "search", "trade", "price"], int], ...] = (
    ("math", 8_000),
    ("search", 8_001),
    ("trade", 8_002),
    ("price", 8_003),
)


class FakeScores(FakeCore):
    """Performance, the leaderboard, providers and tool services.

    Attributes:
        scores: of the leaderboard, by topic.
        services: whether the tool services run.
    """

    def __init__(self, *, page: int = 100) -> None:
        super().__init__(page=page)
        self.scores: dict[str, Score] = {}
        self.services: Literal["stopped", "running"] = "stopped"

    def score(self, topic: str, **changes: object) -> None:
        """Put an account of the owner's, or of another's, on the leaderboard."""
        score = Score(
            topic=topic,
            owner_id=self.owner.id,
            kind="agent",
            name="Nora",
            label="openai/gpt-5-mini",
            symbols=("GOOGL",),
            start=EPOCH,
            end=EPOCH,
            is_public=False,
            total_return=0.1,
            data=FIGURES,
            updated_at=EPOCH,
        )
        self.scores[topic] = replace(score, **changes)  # type: ignore[arg-type]  # fields by name

    async def performance(self, owner: User, topic: str) -> PerformanceMessage:
        await self._enter("performance")
        self._topic(topic)
        return _performance(topic)

    async def leaderboard(self, owner: User, asked: LeaderboardQuery) -> LeaderboardMessage:
        await self._enter("leaderboard")
        found = [
            score_message(score, owner.id)
            for score in sorted(self.scores.values(), key=lambda one: -one.total_return)
            if (score.owner_id == owner.id or (score.is_public and not asked.mine))
            and (not asked.kinds or score.kind in asked.kinds)
            and (asked.symbol is None or asked.symbol in score.symbols)
            and asked.name in {None, score.name}
        ]
        return LeaderboardMessage(scores=found[: asked.limit])

    async def score_performance(self, owner: User, topic: str) -> PerformanceMessage:
        await self._enter("score_performance")
        score = self.scores.get(topic)
        if score is None or not (score.is_public or score.owner_id == owner.id):
            raise NotFound("score", topic, "topic")
        return _performance(topic)

    async def publish(self, owner: User, topic: str, is_public: bool) -> ScoreMessage:
        await self._enter("publish")
        if topic not in self.scores or self.scores[topic].owner_id != owner.id:
            raise NotFound("score", topic, "topic")
        self.scores[topic] = replace(self.scores[topic], is_public=is_public)
        return score_message(self.scores[topic], owner.id)

    async def provider_models(self, owner: User, provider: str | None) -> ProviderModelsMessage:
        await self._enter("provider_models")
        if provider not in {None, "openrouter"}:
            raise NotFound("key", str(provider), "provider")
        known = ProviderModelMessage(
            id="openai/gpt-5-mini",
            name="GPT-5 mini",
            context_length=400_000,
            input_price=0.25,
            output_price=2.0,
        )
        return ProviderModelsMessage(provider=provider, models=[known])

    async def tool_services(self, verb: ToolServicesVerb) -> ToolServicesMessage:
        await self._enter("tool_services")
        if verb != "status":
            self.services = "stopped" if verb == "stop" else "running"
        return ToolServicesMessage(
            services=[
                ToolServiceMessage(
                    name=name,
                    state=self.services,
                    address=_address(port),
                    reason=None,
                    restarts=0,
                    since=EPOCH if self.services == "running" else None,
                )
                for name, port in _SERVICES
            ]
        )


def _performance(topic: str) -> PerformanceMessage:
    return PerformanceMessage(
        topic=topic,
        times=["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"],
        equities=[10_000.0, 11_000.0],
        exposures=[0.0, 1.0],
        benchmark=None,
        summary=PerformanceFigures.of(FIGURES),
    )


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/mcp"
