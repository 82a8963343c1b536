"""Populations, frame by frame: their answers, and their stream from a cursor on."""

from tests.unit.api.builders import START

SIX = {"name", "view", "done", "data", "client_msg", "inner_task"}
STATUS_KEYS = {"id", "state", "searching", "steps_taken", "members", "cursor"}
MEMBER_KEYS = {
    "member", "training_id", "bot_name", "state", "mark", "episode", "steps", "score", "validation",
    "out_of_sample", "lr", "gamma", "seed",
}  # fmt: skip
MANY = {
    **{name: value for name, value in START.items() if name != "bot_name"},
    "name": "tides",
    "members": 3,
    "search": {"interval": 5, "fraction": 0.5},
}


async def test_a_population_is_started_controlled_and_followed(world):
    async with world.client() as client:
        await client.send("populations-start", **MANY)
        state, status = await client.frames(2)
        number = state["data"]["id"]
        assert [frame["inner_task"] for frame in (state, status)] == ["state", "status"]
        assert set(status["data"]) == STATUS_KEYS
        assert set(status["data"]["members"][0]) == MEMBER_KEYS

    async with world.client() as client:
        paused = await client.ask("populations-pause", id=number)
        shown = await client.ask("populations-get", id=number)
        resumed = await client.ask("populations-resume", id=number)
        changed = await client.ask(
            "populations-update", id=number, searching=False, members=[1, 3], mark="pinned"
        )
        listed = await client.ask("populations-list")

        assert [one["data"]["state"] for one in (paused, shown, resumed)] == [
            "paused", "paused", "running",
        ]  # fmt: skip
        assert shown["data"]["trials"] == 3
        assert changed["data"]["searching"] is False
        assert [one["mark"] for one in changed["data"]["members"]] == ["pinned", "free", "pinned"]
        assert [one["id"] for one in listed["data"]["populations"]] == [number]

        await client.send("populations-watch", id=number, cursor=0)
        told = await client.frame()
        assert (told["inner_task"], told["seq"]) == ("search", 1)
        world.platform.search_steps(number)
        while told["inner_task"] != "step":
            told = await client.frame()
        assert (told["seq"], told["data"]["source"]) == (2, 2)

    async with world.client() as client:
        unwatched = await client.ask("populations-unwatch", id=number)
        stopped = await client.ask("populations-stop", id=number)

    assert unwatched["data"]["id"] == number
    assert (stopped["data"]["state"], stopped["data"]["active_count"]) == ("stopped", 0)


async def test_what_cannot_be_is_refused_at_its_field(world):
    async with world.client() as client:
        few = await client.ask("populations-start", **{**MANY, "members": 1})
        wide = await client.ask(
            "populations-start", **{**MANY, "search": {"interval": 5, "fraction": 0.6}}
        )
        missing = await client.ask("populations-get", id=99)

    assert [frame["data"]["field"] for frame in (few, wide)] == ["members", "search.fraction"]
    assert missing["data"]["code"] == "not_found"
