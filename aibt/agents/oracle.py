"""What an RL bot would do now: defined here, implemented above by whoever may load weights."""

from collections.abc import Mapping
from typing import Protocol

from aibt.market.bars import BarSeries


class BotOracle(Protocol):
    """Asks an owner's bots for their predictions."""

    async def predict(self, bot: str, bars: BarSeries, side: int) -> Mapping[str, float]:
        """Return `hold`, `close`, `bull`, `bear` in per cent; they add up to 100.

        Args:
            bot: its name among the owner's.
            bars: what is known now, `REACH` of them where there are so many, in shares of now; the
                prediction is for what comes after the last.
            side: held now: -1, 0 or 1.

        Raises:
            NotFound: the owner has no such bot.
            Invalid: the bot has no weights yet, or too few bars are known.
            ActorUnavailable: nobody answers; the same may be asked again.
        """
        ...
