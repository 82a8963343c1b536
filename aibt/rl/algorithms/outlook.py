"""What the present weights say of the bars of a round, each bar encoded but once."""

import torch

from aibt.rl.market_network import MarketNetwork


class Outlook:
    """The head's outputs at the bars that can be met in a round, under one version of the weights.

    They are found a unit of work at a time. Which bars a unit holds depends on the bars alone,
    so one that is cut off comes to the same bits when it is begun again.

    Args:
        network: its weights stay as they are for as long as this is advanced.
        rows: of the whole series. Shape [T, F].
        bars: in order, each once. Shape [U].
        version: of the weights.
    """

    def __init__(
        self, network: MarketNetwork, rows: torch.Tensor, bars: torch.Tensor, version: int
    ) -> None:
        self._network, self._rows = network, rows
        self.bars, self.version = bars, version
        self._due = list(network.split(bars))
        self._found: list[torch.Tensor] = []

    @property
    def done(self) -> bool:
        """Whether all outputs are found."""
        return not self._due

    def advance(self) -> None:
        """Find the outputs of the next bars."""
        with torch.no_grad():
            self._found.append(self._network.of_many_bars(self._rows, self._due.pop(0)))
            if self.done:
                self._found = [torch.cat(self._found)]

    @property
    def outputs(self) -> torch.Tensor:
        """The head's outputs at `bars`, once it is done. Shape [U, O]."""
        return self._found[0]

    def of(self, bars: torch.Tensor) -> torch.Tensor | None:
        """Return the outputs at any bars, [B] → [B, O]; None: it is not about all of them."""
        if len(bars) == len(self.bars) and torch.equal(bars, self.bars):
            return self.outputs
        places = torch.searchsorted(self.bars, bars).clamp_(max=len(self.bars) - 1)
        if not torch.equal(self.bars[places], bars):
            return None
        return self.outputs[places]
