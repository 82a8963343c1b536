"""The market encoded once for all accounts, and the head that decides; in torch."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch.nn.functional import layer_norm

from aibt.rl.environment import Floats, Indices
from aibt.rl.flat_weights import named_views
from aibt.rl.network import (
    COSTS,
    SIDES,
    TAPS,
    Architecture,
    Weights,
    action_values,
    check_weights,
    dilation,
)
from aibt.rl.recurrence import recurrent

BLOCK: Final = 128
"""Bars that an encoder with a context encodes side by side when it runs over a series."""

_UNIT: Final = 128_000_000  # multiplications of a unit of work, some 20 ms of a CPU's core
_MOST_BARS: Final = 16_384  # whose encodings are in memory at once, where they are but asked for
_CACHED_BARS: Final = 1_024  # whose encodings stay in a CPU's cache


class MarketEncoder:
    """What a bar looks like to a policy: from the rows up to it to `width` numbers.

    Prices do not depend on actions, so one encoding of a bar serves every account at it,
    whatever it holds. It is causal: that of bar t reads rows up to t alone.

    - `mlp` reads row t, the window of returns in it.
    - `conv` reads the last `Architecture.context` + 1 rows.
    - `gru` begins anew before each block of 128 bars that it encodes, 128 bars earlier; so
      it has read from 128 up to 255 bars before t, or all there are.

    Args:
        named: tensors by name, see `Architecture.shapes`.
    """

    def __init__(self, architecture: Architecture, named: dict[str, torch.Tensor]) -> None:
        self._shape = architecture
        self._layers = [
            {
                name.removeprefix(f"encoder.{layer}."): tensor
                for name, tensor in named.items()
                if name.startswith(f"encoder.{layer}.")
            }
            for layer in range(architecture.depth)
        ]
        self._into = (
            [named[f"encoder.in.{part}"] for part in ("weight", "bias")]
            if (architecture.encoder == "conv")
            else []
        )

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the encodings of rows that follow each other. [B, L, F] → [B, L, E].

        Those of the first `context` bars of each sequence know less than they may.
        """
        if self._shape.encoder == "conv":
            return self._convolved(rows)
        if self._shape.encoder == "gru":
            return self._recurrent(rows)
        for layer in self._layers:
            rows = self._normed(rows @ layer["weight"].t() + layer["bias"], layer)
        return rows

    def _convolved(self, rows: torch.Tensor) -> torch.Tensor:
        weight, bias = self._into
        found = rows @ weight.t() + bias
        length = rows.shape[1]
        for number, layer in enumerate(self._layers):
            apart = dilation(number)
            padded = torch.nn.functional.pad(found, (0, 0, (TAPS - 1) * apart, 0))
            taps = [padded[:, tap * apart :][:, :length] for tap in range(TAPS)]
            read = torch.cat(taps, 2) @ layer["weight"].t() + layer["bias"]
            found = found + self._normed(read, layer)
        return found

    def _recurrent(self, rows: torch.Tensor) -> torch.Tensor:
        for layer in self._layers:
            rows = recurrent(rows, layer)
        return rows

    def _normed(self, values: torch.Tensor, layer: dict[str, torch.Tensor]) -> torch.Tensor:
        return layer_norm(values, (self._shape.width,), layer["gain"], layer["shift"]).relu()


class DecisionHead:
    """From the encoding of a bar, and the side held, to the four actions.

    Linear in the encoding and in the row itself: what is linear need not be learned through
    layers. Sides are few, so all three are answered at once; see `Architecture` for the kinds
    of outputs, and `aibt.rl.network.action_values` for what they say of the actions.

    Args:
        named: tensors by name, see `Architecture.shapes`.
    """

    def __init__(self, named: dict[str, torch.Tensor]) -> None:
        self._weight, self._skip = named["head.weight"], named["head.skip"]
        self._bias = named["head.bias"]

    def outputs(self, encoded: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Return what is learned. Shapes [..., E], [..., F] → [..., O]."""
        return encoded @ self._weight.t() + self.of_rows(rows)

    def of_rows(self, rows: torch.Tensor) -> torch.Tensor:
        """Return what `outputs` makes of an encoding of zeros. [..., F] → [..., O]."""
        return rows @ self._skip.t() + self._bias


class MarketNetwork:
    """`MarketEncoder` and `DecisionHead` over one flat vector of weights.

    One flat vector makes the optimizer, an average and a checkpoint one operation each.

    Args:
        flat: the learned weights, one after another as `Architecture.learned_shapes` names
            them. Shape [P]. `gradient` is what `backward` found last.
        learns: whether `backward` will be asked for.
    """

    def __init__(
        self, architecture: Architecture, flat: torch.Tensor, *, learns: bool = False
    ) -> None:
        self._architecture = architecture
        self.flat = flat
        self.gradient = torch.zeros_like(flat) if learns else flat
        self._named = named_views(architecture, flat)
        if learns:
            slopes = named_views(architecture, self.gradient)
            for name, tensor in self._named.items():
                tensor.requires_grad_()
                tensor.grad = slopes[name]
        if architecture.head == "afterstates":
            self._named[COSTS] = torch.zeros(SIDES, SIDES, device=flat.device)
        self.encoder = MarketEncoder(architecture, self._named)
        self.head = DecisionHead(self._named)

    def named(self) -> dict[str, torch.Tensor]:
        """Return all tensors by name; they share memory with the network."""
        return {name: tensor.detach() for name, tensor in self._named.items()}

    def load(self, weights: Weights) -> None:
        """Take these weights.

        Raises:
            ValueError: they are those of another network.
        """
        check_weights(self._architecture, weights)
        for name, tensor in self.named().items():
            tensor.copy_(torch.tensor(weights[name]))

    def backward(
        self, found: torch.Tensor, slopes: torch.Tensor | None = None, *, more: bool = False
    ) -> torch.Tensor:
        """Return the gradient with regard to `flat`, [P]; the next call overwrites it.

        Args:
            found: a loss, or outputs, that this network computed.
            slopes: the loss's gradient with regard to the outputs.
            more: add it to the one before, as that of a loss which comes in parts.
        """
        if not more:
            self.gradient.zero_()
        torch.autograd.backward([found], None if slopes is None else [slopes])
        return self.gradient

    def set_costs(self, costs: Floats) -> None:
        """Reckon with these costs, [3, 3], from the side held to the side after."""
        self.named()[COSTS].copy_(torch.tensor(costs))

    def of_sequences(self, rows: torch.Tensor, starts: torch.Tensor, length: int) -> torch.Tensor:
        """Return the head's outputs of `length` bars from each start. Shape [B, L, O].

        Args:
            rows: of the whole series. Shape [T, F].
            starts: index of each sequence's first bar. Shape [B].
            length: L.
        """
        context = self._architecture.context
        offsets = torch.arange(-context, length, device=rows.device)
        bars = starts.unsqueeze(1) + offsets
        seen = rows[bars.clamp_min(0)]
        if context:
            seen = seen * (bars >= 0).unsqueeze(2)  # before the first bar there is nothing
        encoded = self.encoder.encode(seen)
        return self.head.outputs(encoded[:, context:], seen[:, context:])

    def of_bars(self, rows: torch.Tensor, bars: torch.Tensor) -> torch.Tensor:
        """Return the head's outputs of any bars of a series. Shapes [T, F], [B] → [B, O].

        Where the encoder has a context, whole blocks are encoded, each once.
        """
        if not self._architecture.context:
            seen = rows.index_select(0, bars)
            return self.head.outputs(self.encoder.encode(seen), seen)
        blocks, places = torch.unique(bars // BLOCK, return_inverse=True)
        last = len(rows) - 1
        context = self._architecture.context
        offsets = torch.arange(-context, BLOCK, device=rows.device)
        wanted = blocks.unsqueeze(1) * BLOCK + offsets
        seen = rows[wanted.clamp(0, last)] * (wanted >= 0).unsqueeze(2)
        outputs = self.head.outputs(self.encoder.encode(seen)[:, context:], seen[:, context:])
        return outputs[places, bars % BLOCK]

    def of_many_bars(self, rows: torch.Tensor, bars: torch.Tensor) -> torch.Tensor:
        """Return the same as `of_bars` in slices, so that memory is bounded: not to learn by."""
        cached = self._is_on_cpu and not self._architecture.context
        slices = torch.split(bars, _CACHED_BARS if cached else _MOST_BARS)
        parts = [self.of_bars(rows, part) for part in slices]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def split(self, bars: torch.Tensor) -> Sequence[torch.Tensor]:
        """Return bars in parts whose outputs are a unit of work each, as a gradient's are.

        Args:
            bars: in order, each once. Shape [B].
        """
        if not self._is_on_cpu:
            return [bars]
        most = max(1, _UNIT // len(self.flat))  # rows
        context = self._architecture.context
        if not context:
            return torch.split(bars, most)
        blocks = torch.unique_consecutive(bars // BLOCK, return_inverse=True)[1]
        _, counts = torch.unique_consecutive(
            blocks // max(1, most // (BLOCK + context)), return_counts=True
        )
        return torch.split(bars, counts.tolist())

    def rows_read(self, bars: torch.Tensor) -> int:
        """Return how many rows `of_bars` reads for these bars."""
        context = self._architecture.context
        if not context:
            return len(bars)
        return len(torch.unique(bars // BLOCK)) * (BLOCK + context)

    def rows_read_alone(self, length: int) -> int:
        """Return how many rows `of_bars` reads on average for so many bars in a row."""
        context = self._architecture.context
        if not context:
            return length
        return -(-(length + BLOCK) * (BLOCK + context) // BLOCK)

    def units(self, rows: int) -> int:
        """Return in how many units of work a gradient through so many rows is best found.

        They are short enough to be paused between on a CPU; a GPU needs but one.
        """
        return -(-rows * 3 * len(self.flat) // _UNIT) if self._is_on_cpu else 1

    def values(self, rows: torch.Tensor, bars: Indices) -> Floats:
        """Return the values of the actions at bars for sides -1, 0, +1. Shape [B, 3, 4]."""
        index = torch.from_numpy(np.asarray(bars, np.int64)).to(rows.device)
        with torch.no_grad():
            return self.values_of(self.of_many_bars(rows, index))

    def values_of(self, outputs: torch.Tensor) -> Floats:
        """Return what the head's outputs, [B, O], say of the actions. Shape [B, 3, 4]."""
        weights = {COSTS: self._named[COSTS].cpu().numpy()} if COSTS in self._named else {}
        return action_values(self._architecture, outputs.cpu().numpy(), weights)

    @property
    def _is_on_cpu(self) -> bool:
        return self.flat.device.type == "cpu"


def initial_market_weights(architecture: Architecture, seed: int) -> dict[str, Floats]:
    """Return new weights: layers uniform within 1/√inputs, a head of zeros.

    They are the same on every device. A head of zeros values nothing, so what is learned
    first is not in the way of an accident of the seed.
    """
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0, 0))))
    found: dict[str, Floats] = {}
    bound = 1.0
    for name, shape in architecture.shapes.items():
        kind = name.rpartition(".")[2]
        if name.startswith("head.") or name == COSTS or kind == "shift":
            found[name] = np.zeros(shape, np.float32)
        elif kind == "gain":
            found[name] = np.ones(shape, np.float32)
        else:
            if kind.endswith("weight"):
                bound = shape[1] ** -0.5
            found[name] = generator.uniform(-bound, bound, shape).astype(np.float32)
    return found
