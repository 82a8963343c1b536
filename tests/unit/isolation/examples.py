"""An example of every REST request and every query, about somebody's things."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.unit.isolation.world import OTHERS, RANGE, Things, World

PUBLIC, SIGN_IN, OWN, THINGS, ADMIN, ADMIN_LOOK = (
    "public", "sign-in", "own", "things", "admin", "admin look",
)  # fmt: skip
"""Kinds: for anybody; sign-in itself; what is one's own; somebody's things by name or id; deeds of
administrators; their looks at what is others'."""

VICTIM = "victim@example.com"
_BOT = {"lr": 0.5, "gamma": 0.5}
_AGENT = {"base_model": "baseline/random", "universe": ["GOOGL"]}
_NEW = {
    "train_data_percentage": 80,
    "balance": 1_000,
    "batch_size": 32,
    "max_episodes": 3,
    "min_episodes": 1,
    "symbol": "GOOGL",
    "period": "D1",
}
_MANY = {**_NEW, "members": 2, "search": {"interval": 2}}
_ADA = {"email": "nobody@example.com", "password": "correct horse battery"}


@dataclass(frozen=True, slots=True)
class Example:
    """One request: its kind, what stands in the path and the query, and its body."""

    kind: str
    path: Callable[[World, Things], dict[str, Any]] = lambda _, __: {}
    body: Callable[[World, Things], Any] = lambda _, __: None
    query: str = ""


def named(_: World, things: Things) -> dict[str, Any]:
    return {"name": things.bot}


def numbered(_: World, things: Things) -> dict[str, Any]:
    return {
        "training_id": things.training,
        "bot_id": things.bot_id,
        "model_id": things.model,
        "session_id": things.session,
        "population_id": things.population,
        "evaluation_id": things.evaluation,
    }


def of_model(_: World, things: Things) -> dict[str, Any]:
    return {"model_id": things.model}


def other_user(world: World, _: Things) -> dict[str, Any]:
    return {"user_id": world.users[OTHERS].id}


def body(**given: Any) -> Callable[[World, Things], Any]:
    return lambda _, __: given


ROUTES: dict[tuple[str, str], Example] = {
    ("GET", "/healthz"): Example(PUBLIC),
    ("GET", "/api/auth/ways"): Example(PUBLIC),
    ("POST", "/api/auth/sign-up"): Example(SIGN_IN, body=body(**_ADA)),
    ("POST", "/api/auth/sign-in"): Example(SIGN_IN, body=body(**_ADA)),
    ("POST", "/api/auth/link"): Example(SIGN_IN, body=body(token="x")),
    ("POST", "/api/auth/refresh"): Example(SIGN_IN, body=body(refresh_token="x")),
    ("PUT", "/api/auth/password"): Example(OWN, body=body(new="correct horse battery")),
    ("GET", "/api/auth/me"): Example(OWN),
    ("POST", "/api/ws-ticket"): Example(OWN),
    ("GET", "/api/keys"): Example(OWN),
    ("PUT", "/api/keys/{provider}"): Example(
        OWN, lambda _, __: {"provider": "openrouter"}, body(key="sk-1234")
    ),
    ("DELETE", "/api/keys/{provider}"): Example(THINGS, lambda _, __: {"provider": "jina"}),
    ("GET", "/api/bots"): Example(OWN),
    ("POST", "/api/bots"): Example(
        OWN, body=lambda _, things: {**_BOT, "name": f"new {things.training}"}
    ),
    ("GET", "/api/bots/{name}"): Example(THINGS, named),
    ("PATCH", "/api/bots/{name}"): Example(THINGS, named, body(lr=0.25)),
    ("POST", "/api/bots/{name}/pause"): Example(THINGS, named),
    ("POST", "/api/bots/{name}/resume"): Example(THINGS, named),
    ("POST", "/api/bots/{name}/stop"): Example(THINGS, named),
    ("DELETE", "/api/bots/{name}"): Example(THINGS, named),
    ("GET", "/api/trainings"): Example(OWN),
    ("POST", "/api/trainings"): Example(
        THINGS, body=lambda _, things: {**_NEW, "bot_name": things.bot}
    ),
    ("GET", "/api/trainings/{training_id}"): Example(THINGS, numbered),
    ("PATCH", "/api/trainings/{training_id}"): Example(THINGS, numbered, body(lr=0.25)),
    ("POST", "/api/trainings/{training_id}/pause"): Example(THINGS, numbered),
    ("POST", "/api/trainings/{training_id}/resume"): Example(THINGS, numbered),
    ("POST", "/api/trainings/{training_id}/stop"): Example(THINGS, numbered),
    ("GET", "/api/trainings/{training_id}/load"): Example(THINGS, numbered),
    ("GET", "/api/trainings/{training_id}/events"): Example(THINGS, numbered),
    ("GET", "/api/trainings/{training_id}/trades"): Example(THINGS, numbered),
    ("GET", "/api/trainings/{training_id}/episodes"): Example(THINGS, numbered),
    ("GET", "/api/trainings/{training_id}/performance"): Example(THINGS, numbered),
    ("GET", "/api/populations"): Example(OWN),
    ("POST", "/api/populations"): Example(
        OWN, body=lambda _, things: {**_MANY, "name": f"many {things.training}"}
    ),
    ("GET", "/api/populations/{population_id}"): Example(THINGS, numbered),
    ("PATCH", "/api/populations/{population_id}"): Example(
        THINGS, numbered, body(members=[1], mark="pinned")
    ),
    ("POST", "/api/populations/{population_id}/pause"): Example(THINGS, numbered),
    ("POST", "/api/populations/{population_id}/resume"): Example(THINGS, numbered),
    ("POST", "/api/populations/{population_id}/stop"): Example(THINGS, numbered),
    ("GET", "/api/populations/{population_id}/events"): Example(THINGS, numbered),
    ("GET", "/api/algorithms"): Example(OWN),
    ("GET", "/api/models"): Example(OWN),
    ("POST", "/api/models"): Example(
        OWN, body=lambda _, things: {**_AGENT, "name": f"new {things.model}"}
    ),
    ("POST", "/api/providers/preview"): Example(OWN, body=body(**_AGENT, name="new")),
    ("GET", "/api/models/{model_id}"): Example(THINGS, numbered),
    ("PATCH", "/api/models/{model_id}"): Example(THINGS, numbered, body(max_rounds=3)),
    ("GET", "/api/models/{model_id}/positions"): Example(THINGS, numbered),
    ("GET", "/api/models/{model_id}/trades"): Example(THINGS, numbered),
    ("GET", "/api/models/{model_id}/logs"): Example(THINGS, numbered),
    ("GET", "/api/models/{model_id}/performance"): Example(THINGS, numbered),
    ("POST", "/api/trading/start"): Example(
        THINGS, body=lambda _, things: {"model_id": things.model, **RANGE}
    ),
    ("POST", "/api/trading/pause"): Example(THINGS, body=of_model),
    ("POST", "/api/trading/resume"): Example(THINGS, body=of_model),
    ("POST", "/api/trading/stop"): Example(THINGS, body=of_model),
    ("GET", "/api/trading/status"): Example(OWN),
    ("GET", "/api/trading/status/{model_id}"): Example(THINGS, numbered),
    ("GET", "/api/sessions"): Example(OWN),
    ("GET", "/api/sessions/{session_id}"): Example(THINGS, numbered),
    ("POST", "/api/sessions/{session_id}/pause"): Example(THINGS, numbered),
    ("POST", "/api/sessions/{session_id}/resume"): Example(THINGS, numbered),
    ("POST", "/api/sessions/{session_id}/stop"): Example(THINGS, numbered),
    ("GET", "/api/sessions/{session_id}/events"): Example(THINGS, numbered),
    ("GET", "/api/sessions/{session_id}/journal"): Example(THINGS, numbered),
    ("GET", "/api/sessions/{session_id}/fills"): Example(THINGS, numbered),
    ("GET", "/api/sessions/{session_id}/performance"): Example(THINGS, numbered),
    ("POST", "/api/sessions/{session_id}/tool-token"): Example(THINGS, numbered),
    ("GET", "/api/evaluations"): Example(OWN),
    ("POST", "/api/evaluations"): Example(OWN, body=body(symbol="GOOGL", period="D1")),
    ("GET", "/api/evaluations/{evaluation_id}"): Example(THINGS, numbered),
    ("GET", "/api/evaluations/{evaluation_id}/report"): Example(THINGS, numbered),
    ("GET", "/api/evaluations/{evaluation_id}/events"): Example(THINGS, numbered),
    ("POST", "/api/evaluations/{evaluation_id}/pause"): Example(THINGS, numbered),
    ("POST", "/api/evaluations/{evaluation_id}/resume"): Example(THINGS, numbered),
    ("POST", "/api/evaluations/{evaluation_id}/stop"): Example(THINGS, numbered),
    ("DELETE", "/api/models/{model_id}"): Example(THINGS, numbered),
    ("GET", "/api/leaderboard"): Example(OWN),
    ("GET", "/api/leaderboard/performance"): Example(
        THINGS, numbered, query="?topic=session/{session_id}"
    ),
    ("PUT", "/api/leaderboard/visibility"): Example(
        THINGS,
        body=lambda _, things: {"topic": f"session/{things.session}", "is_public": False},
    ),
    ("GET", "/api/providers/models"): Example(OWN),
    ("GET", "/api/symbols"): Example(OWN),
    ("GET", "/api/bars"): Example(OWN, query="?symbol=GOOGL&period=D1"),
    ("GET", "/api/admin/users"): Example(ADMIN_LOOK),
    ("GET", "/api/admin/users/{user_id}"): Example(ADMIN_LOOK, other_user),
    ("PATCH", "/api/admin/users/{user_id}"): Example(ADMIN_LOOK, other_user, body(is_admin=False)),
    ("GET", "/api/admin/whitelist"): Example(ADMIN),
    ("POST", "/api/admin/whitelist"): Example(ADMIN, body=body(email=VICTIM)),
    ("DELETE", "/api/admin/whitelist/{email}"): Example(ADMIN, lambda _, __: {"email": VICTIM}),
    ("GET", "/api/admin/bots"): Example(ADMIN_LOOK),
    ("POST", "/api/admin/bots/{bot_id}/stop"): Example(ADMIN_LOOK, numbered),
    ("GET", "/api/admin/trainings"): Example(ADMIN_LOOK),
    ("GET", "/api/admin/trainings/{training_id}"): Example(ADMIN_LOOK, numbered),
    ("POST", "/api/admin/trainings/{training_id}/stop"): Example(ADMIN_LOOK, numbered),
    ("GET", "/api/admin/agents"): Example(ADMIN_LOOK),
    ("GET", "/api/admin/sessions"): Example(ADMIN_LOOK),
    ("GET", "/api/admin/sessions/{session_id}"): Example(ADMIN_LOOK, numbered),
    ("POST", "/api/admin/sessions/{session_id}/stop"): Example(ADMIN_LOOK, numbered),
    ("GET", "/api/admin/evaluations"): Example(ADMIN_LOOK),
    ("GET", "/api/admin/evaluations/{evaluation_id}"): Example(ADMIN_LOOK, numbered),
    ("POST", "/api/admin/evaluations/{evaluation_id}/stop"): Example(ADMIN_LOOK, numbered),
    ("GET", "/api/admin/populations"): Example(ADMIN_LOOK),
    ("GET", "/api/admin/populations/{population_id}"): Example(ADMIN_LOOK, numbered),
    ("POST", "/api/admin/populations/{population_id}/stop"): Example(ADMIN_LOOK, numbered),
    ("GET", "/api/mcp/status"): Example(ADMIN),
    ("POST", "/api/mcp/start"): Example(ADMIN),
    ("POST", "/api/mcp/restart"): Example(ADMIN),
    ("POST", "/api/mcp/stop"): Example(ADMIN),
    ("GET", "/api/admin/system"): Example(ADMIN_LOOK),
    ("GET", "/api/admin/audit"): Example(ADMIN),
    ("POST", "/api/auth/sign-out"): Example(OWN),
}

QUERIES: dict[str, tuple[str, Callable[[Things], dict[str, Any]]]] = {
    "client-is-open": (OWN, lambda _: {}),
    "bots-create": (OWN, lambda things: {**_BOT, "name": f"made {things.training}"}),
    "bots-update": (THINGS, lambda things: {"name": things.bot, "lr": 0.25}),
    "bots-get": (THINGS, lambda things: {"name": things.bot}),
    "bots-pause": (THINGS, lambda things: {"name": things.bot}),
    "bots-resume": (THINGS, lambda things: {"name": things.bot}),
    "trainings-list": (OWN, lambda _: {}),
    "trainings-get": (THINGS, lambda things: {"id": things.training}),
    "trainings-update": (THINGS, lambda things: {"id": things.training, "lr": 0.25}),
    "trainings-pause": (THINGS, lambda things: {"id": things.training}),
    "trainings-resume": (THINGS, lambda things: {"id": things.training}),
    "trainings-watch": (THINGS, lambda things: {"id": things.training}),
    "trainings-unwatch": (THINGS, lambda things: {"id": things.training}),
    "trainings-stop": (THINGS, lambda things: {"id": things.training}),
    "trainings-start": (THINGS, lambda things: {**_NEW, "bot_name": things.bot}),
    "populations-list": (OWN, lambda _: {}),
    "populations-get": (THINGS, lambda things: {"id": things.population}),
    "populations-update": (THINGS, lambda things: {"id": things.population, "searching": False}),
    "populations-pause": (THINGS, lambda things: {"id": things.population}),
    "populations-resume": (THINGS, lambda things: {"id": things.population}),
    "populations-watch": (THINGS, lambda things: {"id": things.population}),
    "populations-unwatch": (THINGS, lambda things: {"id": things.population}),
    "populations-stop": (THINGS, lambda things: {"id": things.population}),
    "populations-start": (OWN, lambda things: {**_MANY, "name": f"more {things.training}"}),
    "bots-stop": (THINGS, lambda things: {"name": things.bot}),
    "bots-delete": (THINGS, lambda things: {"name": things.bot}),
    "sessions-list": (OWN, lambda _: {}),
    "sessions-get": (THINGS, lambda things: {"id": things.session}),
    "sessions-pause": (THINGS, lambda things: {"id": things.session}),
    "sessions-resume": (THINGS, lambda things: {"id": things.session}),
    "sessions-watch": (THINGS, lambda things: {"id": things.session}),
    "sessions-unwatch": (THINGS, lambda things: {"id": things.session}),
    "sessions-stop": (THINGS, lambda things: {"id": things.session}),
    "sessions-start": (THINGS, lambda things: {"model_id": things.model, **RANGE}),
    "evaluations-list": (OWN, lambda _: {}),
    "evaluations-get": (THINGS, lambda things: {"id": things.evaluation}),
    "evaluations-pause": (THINGS, lambda things: {"id": things.evaluation}),
    "evaluations-resume": (THINGS, lambda things: {"id": things.evaluation}),
    "evaluations-watch": (THINGS, lambda things: {"id": things.evaluation}),
    "evaluations-unwatch": (THINGS, lambda things: {"id": things.evaluation}),
    "evaluations-stop": (THINGS, lambda things: {"id": things.evaluation}),
    "evaluations-start": (OWN, lambda _: {"symbol": "GOOGL", "period": "D1"}),
    "client-is-closed": (OWN, lambda _: {}),
}
