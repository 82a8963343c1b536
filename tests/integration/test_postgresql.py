"""The platform on PostgreSQL, logged in as a role that its policies hold."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.client import Refused, a_bot, a_training, connected, in_state, steps_beyond
from tests.integration.platform_process import PlatformProcess
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def on_postgresql(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PlatformProcess]:
    database = postgres.database(migrated=False)
    where = {"AIBT_STORE__URL": database.url, "AIBT_STORE__OWNER_URL": database.owner_url}
    with PlatformProcess(tmp_path_factory.mktemp("postgresql"), **where) as running:
        yield running


async def test_a_training_is_paused_killed_resumed_and_finished(
    on_postgresql: PlatformProcess,
) -> None:
    platform = on_postgresql
    async with connected(platform.ws, platform.bearer) as client:
        asked = a_training(await a_bot(client), max_episodes=4, min_episodes=4)
        stream = await client.send("trainings-start", **asked)
        training_id = (await client.until(stream, steps_beyond(200)))[-1]["data"]["id"]
        paused = await client.ask("trainings-pause", id=training_id)
        assert paused["state"] == "paused"

        platform.kill_training(training_id)
        await client.ask("trainings-resume", id=training_id)
        frames = await client.until(stream, in_state("finished"))

    numbers = [frame["seq"] for frame in frames if frame.get("seq")]
    assert numbers == sorted(set(numbers))
    trades = platform.get(f"/api/trainings/{training_id}/trades")["trades"]
    assert all(trade["id"] == training_id for trade in trades)


async def test_another_user_sees_none_of_it(on_postgresql: PlatformProcess) -> None:
    platform = on_postgresql
    async with connected(platform.ws, platform.bearer) as client:
        name = await a_bot(client)
    async with connected(platform.ws, platform.bearer_of("eve@example.com")) as other:
        assert (await other.ask("bots-get"))["bots"] == []
        with pytest.raises(Refused, match="not_found"):
            await other.ask("bots-get", name=name)


def test_the_application_owns_no_table_there(on_postgresql: PlatformProcess) -> None:
    url = on_postgresql.environment["AIBT_STORE__URL"]
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select count(*) from pg_tables where tableowner = current_user"
        ).fetchone()

    assert row == (0,)
