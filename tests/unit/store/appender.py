"""A process of its own that appends events, and prints the last number once it is stored."""

import asyncio
import sys

from aibt.live.events import Emission
from aibt.store.database import open_store


async def append(url: str, owner_id: int, topic: str, name: str, times: int) -> None:
    async with await open_store(url, lock_timeout_s=30) as store:
        for number in range(times):
            emissions = [
                Emission(key=f"{name}/{number}", kind="log", data={"n": number}),
                Emission(key=f"both/{number}", kind="log", data={}),
            ]
            async with store.writing(owner_id) as tx:
                stored = await tx.events.append(topic, None, emissions)
            sys.stdout.write(f"{stored[-1].seq}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    _, url, owner_id, topic, name, times = sys.argv
    asyncio.run(append(url, int(owner_id), topic, name, int(times)))
