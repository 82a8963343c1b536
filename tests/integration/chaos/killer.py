"""Kills processes of a platform at random, and counts them."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.integration.platform_process import PlatformProcess, kill

REPLICA, BOT, TRAINING = "replica", "bot actor", "training actor"
_VICTIMS = (REPLICA, BOT, TRAINING)
_WEIGHTS = (4, 5, 1)
_LEAST_S, _MOST_S = 0.5, 6.0


@dataclass(slots=True)
class Killer:
    """Ends a process with SIGKILL every few seconds; at first one of each kind that it must."""

    platform: PlatformProcess
    dice: random.Random
    kills: Counter[str] = field(default_factory=Counter)

    async def run(self, seconds: float) -> None:
        """Kill for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            await asyncio.sleep(self.dice.uniform(_LEAST_S, _MOST_S))
            spared = [what for what in (REPLICA, BOT) if not self.kills[what]]
            (what,) = spared[:1] or self.dice.choices(_VICTIMS, _WEIGHTS)
            victims = sorted(await asyncio.to_thread(self._pids, what))
            if victims:
                kill(self.dice.choice(victims))
                self.kills[what] += 1

    def _pids(self, what: str) -> list[int]:
        if what == REPLICA:
            return self.platform.pids("ServeReplica:aibt:Gateway")
        return self.platform.actors("Bot " if what == BOT else "Training ")
