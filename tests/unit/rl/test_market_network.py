"""The market's encoding knows no future, and the network is what its docstrings say."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from aibt.rl.market_network import BLOCK, MarketNetwork, initial_market_weights
from aibt.rl.network import (
    COSTS,
    TAPS,
    Architecture,
    NumpyNetwork,
    Weights,
    action_values,
    check_weights,
)

ENCODERS = ["mlp", "conv", "gru"]
HEADS = ["actions", "afterstates", "policy"]
BARS = 300


def a_shape(encoder: str, head: str = "actions", *, depth: int = 2) -> Architecture:
    return Architecture(features=5, width=6, depth=depth, encoder=encoder, head=head)


def some_rows(bars: int = BARS, seed: int = 0) -> torch.Tensor:
    return torch.randn(bars, 5, generator=torch.Generator().manual_seed(seed))


def random_weights(shape: Architecture, seed: int = 1) -> dict[str, Any]:
    """Weights none of which is 0, the head's neither."""
    generator = np.random.default_rng(seed)
    found = initial_market_weights(shape, seed)
    for name, weights in found.items():
        found[name] = (weights + 0.3 * generator.standard_normal(weights.shape)).astype(np.float32)
    return found


def a_network(shape: Architecture, weights: Weights | None = None, **given_: Any) -> MarketNetwork:
    network = MarketNetwork(shape, torch.zeros(shape.size), **given_)
    network.load(random_weights(shape) if weights is None else weights)
    return network


def outputs_at(network: MarketNetwork, rows: torch.Tensor, bars: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return network.of_bars(rows, torch.tensor(bars))


# No look-ahead


@pytest.mark.parametrize("encoder", ENCODERS)
@settings(max_examples=10)
@given(bar=st.integers(0, BARS - 2), seed=st.integers(1, 1_000))
def test_rows_to_come_change_no_output_up_to_a_bar(encoder: str, bar: int, seed: int) -> None:
    network, rows = a_network(a_shape(encoder)), some_rows()
    other = rows.clone()
    other[bar + 1 :] = 100.0 * some_rows(seed=seed)[bar + 1 :]
    upto = list(range(bar + 1))
    starts = torch.tensor([max(0, bar - 7), bar // 2])
    length = bar + 1 - int(starts.max())

    with torch.no_grad():
        for one, same in (
            (network.of_bars(of, torch.tensor(upto)) for of in (rows, other)),
            (network.of_sequences(of, starts, length) for of in (rows, other)),
        ):
            assert torch.equal(one, same)
    bars = np.array(upto, np.int32)
    np.testing.assert_array_equal(network.values(rows, bars), network.values(other, bars))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_row_changes_the_output_of_its_own_bar(encoder: str) -> None:
    network, rows = a_network(a_shape(encoder)), some_rows()
    other = rows.clone()
    other[200] += 1.0

    assert not torch.equal(*(outputs_at(network, of, [200]) for of in (rows, other)))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_what_is_known_at_a_bar_is_the_same_however_many_rows_follow(encoder: str) -> None:
    network, rows = a_network(a_shape(encoder)), some_rows()

    whole = outputs_at(network, rows, [100, 140])
    part = outputs_at(network, rows[:141], [100, 140])

    torch.testing.assert_close(whole, part)


# Context


@pytest.mark.parametrize(("depth", "context"), [(1, 3), (2, 15), (3, 63), (4, 255)])
def test_the_convolution_reads_its_context_and_nothing_before(depth: int, context: int) -> None:
    shape = a_shape("conv", depth=depth)
    network, rows = a_network(shape), some_rows()
    assert shape.context == context

    def changed_by(row: int) -> bool:
        other = rows.clone()
        other[row] += 10.0
        return not torch.equal(*(outputs_at(network, of, [280]) for of in (rows, other)))

    assert changed_by(280 - context)
    assert not changed_by(280 - context - 1)


@pytest.mark.parametrize("depth", range(1, 9))
def test_the_context_of_a_convolution_stays_within_bounds(depth: int) -> None:
    """Deeper ones dilate in cycles, as WaveNet does; else eight layers would read 65,535 bars."""
    assert a_shape("conv", depth=depth).context <= 510


def test_a_deep_convolution_reads_just_its_context() -> None:
    shape = a_shape("conv", depth=6)
    assert shape.context == 3 * (1 + 4 + 16 + 64 + 1 + 4)
    network, rows = a_network(shape), some_rows()
    for row, is_read in ((280 - shape.context, True), (280 - shape.context - 1, False)):
        other = rows.clone()
        other[row] += 10.0
        same = torch.equal(*(outputs_at(network, of, [280]) for of in (rows, other)))
        assert same is not is_read


def test_the_recurrent_one_reads_from_a_block_before_its_own_on() -> None:
    network, rows = a_network(a_shape("gru", depth=1)), 0.1 * some_rows()
    bar = 2 * BLOCK + 5
    for row, is_read in ((BLOCK - 1, False), (bar - 30, True)):
        other = rows.clone()
        other[row] += 10.0
        same = torch.equal(*(outputs_at(network, of, [bar]) for of in (rows, other)))
        assert same is not is_read


def test_the_window_alone_is_the_context_of_layers_without_time() -> None:
    assert a_shape("mlp").context == 0


@pytest.mark.parametrize("encoder", ["mlp", "conv"])
def test_sequences_are_encoded_as_single_bars_are(encoder: str) -> None:
    network, rows = a_network(a_shape(encoder)), some_rows()
    starts = torch.tensor([0, 3, 40, 250])
    bars = (starts.unsqueeze(1) + torch.arange(40)).flatten()

    with torch.no_grad():
        sequences = network.of_sequences(rows, starts, 40)
        single = network.of_bars(rows, bars)

    torch.testing.assert_close(sequences.flatten(0, 1), single, rtol=1e-4, atol=1e-5)


def test_sequences_that_begin_with_a_block_are_encoded_as_single_bars_by_the_recurrent() -> None:
    network, rows = a_network(a_shape("gru")), some_rows()
    starts = torch.tensor([0, BLOCK])
    bars = (starts.unsqueeze(1) + torch.arange(BLOCK)).flatten()

    with torch.no_grad():
        sequences = network.of_sequences(rows, starts, BLOCK)
        single = network.of_bars(rows, bars)

    torch.testing.assert_close(sequences.flatten(0, 1), single, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_bars_may_be_asked_in_any_order_and_twice(encoder: str) -> None:
    network, rows = a_network(a_shape(encoder)), some_rows()
    bars = [299, 0, 130, 130, 5]

    together = outputs_at(network, rows, bars)

    for place, bar in enumerate(bars):
        alone = outputs_at(network, rows, [bar])[0]
        torch.testing.assert_close(together[place], alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_many_bars_at_once_are_those_of_few(encoder: str) -> None:
    """However they are sliced for the sake of memory."""
    rows = some_rows(40_000)
    network = a_network(Architecture(features=5, width=2, depth=1, encoder=encoder))
    bars = np.arange(len(rows), dtype=np.int32)

    found = network.values(rows, bars)

    assert found.shape == (len(rows), 3, 4)
    some = np.array([0, 16_383, 16_384, 32_768, 39_999], np.int32)
    np.testing.assert_allclose(found[some], network.values(rows, some), rtol=1e-4, atol=1e-5)


# The same network, written by others


class Peer(nn.Module):
    """The network again, of torch's own modules, over one series from its first bar on."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        width, inputs = shape.width, shape.features
        self.shape = shape
        self.layers: Any = nn.ModuleList()
        self.norms: Any = nn.ModuleList()
        self.into = nn.Linear(inputs, width)
        for layer in range(shape.depth):
            if shape.encoder == "gru":
                self.layers.append(nn.GRUCell(inputs, width))
            elif shape.encoder == "conv":
                self.layers.append(nn.Conv1d(width, width, TAPS, dilation=4**layer))
            else:
                self.layers.append(nn.Linear(inputs, width))
            self.norms.append(nn.LayerNorm(width))
            inputs = width
        self.head = nn.Linear(width, shape.outputs)
        self.skip = nn.Linear(shape.features, shape.outputs, bias=False)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """[T, F] → [T, O]; what comes before the first row is as many rows of zeros."""
        before = self.shape.context
        seen = torch.cat([rows.new_zeros(before, rows.shape[1]), rows])
        if self.shape.encoder == "conv":
            seen = self.into(seen)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            if self.shape.encoder == "gru":
                hidden, states = seen.new_zeros(1, self.shape.width), []
                for row in seen:
                    hidden = layer(row.unsqueeze(0), hidden)
                    states.append(hidden)
                seen = torch.cat(states)
            elif self.shape.encoder == "conv":
                reach = (TAPS - 1) * layer.dilation[0]
                padded = nn.functional.pad(seen.t(), (reach, 0)).unsqueeze(0)
                seen = seen + norm(layer(padded)[0].t()).relu()
            else:
                seen = norm(layer(seen)).relu()
        return self.head(seen[before:]) + self.skip(rows)  # type: ignore[no-any-return]  # torch's modules are untyped

    def take(self, weights: Weights) -> "Peer":
        """Load our weights by name, and let the gradients be found under them."""
        self.ours: dict[str, torch.Tensor] = {}

        def put(name: str, parameter: torch.Tensor, order: Any = None) -> None:
            value = torch.tensor(weights[name])
            self.ours[name] = parameter
            parameter.data.copy_(value if order is None else order(value))

        width = self.shape.width
        if self.shape.encoder == "conv":
            put("encoder.in.weight", self.into.weight)
            put("encoder.in.bias", self.into.bias)
        for number, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            name = f"encoder.{number}"
            if self.shape.encoder == "gru":
                put(f"{name}.weight", layer.weight_ih)
                put(f"{name}.bias", layer.bias_ih)
                put(f"{name}.hidden_weight", layer.weight_hh)
                put(f"{name}.hidden_bias", layer.bias_hh)
                continue
            if self.shape.encoder == "conv":
                put(
                    f"{name}.weight",
                    layer.weight,
                    lambda value: value.view(width, TAPS, width).transpose(1, 2),
                )
            else:
                put(f"{name}.weight", layer.weight)
            put(f"{name}.bias", layer.bias)
            put(f"{name}.gain", norm.weight)
            put(f"{name}.shift", norm.bias)
        put("head.weight", self.head.weight)
        put("head.bias", self.head.bias)
        put("head.skip", self.skip.weight)
        return self

    def gradients(self) -> dict[str, torch.Tensor]:
        found = {}
        for name, parameter in self.ours.items():
            gradient = parameter.grad
            assert gradient is not None
            if gradient.dim() == 3:
                gradient = gradient.transpose(1, 2).flatten(1)
            found[name] = gradient
        return found


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_outputs_and_gradients_are_those_of_modules_that_others_wrote(
    encoder: str, head: str
) -> None:
    shape = a_shape(encoder, head)
    weights, rows = random_weights(shape), some_rows(BLOCK)
    network, peer = a_network(shape, weights, learns=True), Peer(shape).take(weights)
    slopes = torch.randn(1, BLOCK, shape.outputs, generator=torch.Generator().manual_seed(5))

    ours = network.of_sequences(rows, torch.tensor([0]), BLOCK)
    theirs = peer(rows)
    torch.testing.assert_close(ours[0], theirs, rtol=1e-4, atol=1e-4)

    for _ in range(2):  # the second overwrites the first
        gradient = network.backward(
            network.of_sequences(rows, torch.tensor([0]), BLOCK), slopes
        ).clone()
    theirs.backward(slopes[0])
    wanted = torch.cat([peer.gradients()[name].flatten() for name in shape.learned_shapes])
    torch.testing.assert_close(gradient, wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_gradient_may_come_in_parts(encoder: str) -> None:
    network, rows = a_network(a_shape(encoder), learns=True), some_rows()
    starts = torch.tensor([0, 40, 100])

    def loss(of: torch.Tensor) -> torch.Tensor:
        return network.of_sequences(rows, of, 20).square().sum()

    whole = network.backward(loss(starts)).clone()
    network.backward(loss(starts[:1]))
    parts = network.backward(loss(starts[1:]), more=True)

    torch.testing.assert_close(whole, parts, rtol=1e-4, atol=1e-4)


# Acting without torch


@pytest.mark.parametrize("head", HEADS)
def test_acting_without_torch_gives_the_values_that_are_trained(head: str) -> None:
    shape = a_shape("mlp", head)
    weights, rows = random_weights(shape), some_rows()

    without = NumpyNetwork(shape, weights).values(rows.numpy())

    with_torch = a_network(shape, weights).values(rows, np.arange(BARS, dtype=np.int32))
    np.testing.assert_allclose(without, with_torch, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("encoder", ["conv", "gru"])
def test_what_reads_more_than_a_row_needs_torch(encoder: str) -> None:
    shape = a_shape(encoder)

    with pytest.raises(ValueError, match=f"the encoder {encoder} needs torch"):
        NumpyNetwork(shape, random_weights(shape))


def test_the_value_of_an_action_is_that_of_the_side_after_less_what_it_costs() -> None:
    outputs = np.array([[1.0, 2.0, 4.0]], np.float32)
    costs = np.array([[0.0, 0.1, 0.2], [0.3, 0.0, 0.4], [0.5, 0.6, 0.0]], np.float32)

    found = action_values(a_shape("mlp", "afterstates"), outputs, {COSTS: costs})

    hold_close_bull_bear = [
        [1.0, 1.9, 3.8, 1.0],  # short: hold, close, bull, bear
        [2.0, 2.0, 3.6, 0.7],  # none
        [4.0, 1.4, 4.0, 0.5],  # long
    ]
    np.testing.assert_allclose(found[0], hold_close_bull_bear, rtol=1e-6)


# Weights


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_weights_by_name_come_back(encoder: str, head: str) -> None:
    shape = a_shape(encoder, head)
    weights = random_weights(shape)

    named = a_network(shape, weights).named()

    assert set(named) == set(weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(named[name].numpy(), array)
    assert sum(a.size for name, a in weights.items() if name != COSTS) == shape.size


@pytest.mark.parametrize("encoder", ENCODERS)
def test_new_weights_depend_on_the_seed_alone(encoder: str) -> None:
    shape = a_shape(encoder)
    first, again, other = (initial_market_weights(shape, seed) for seed in (1, 1, 2))

    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["encoder.0.weight"], other["encoder.0.weight"])
    check_weights(shape, first)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_new_weights_value_nothing(encoder: str, head: str) -> None:
    shape = a_shape(encoder, head)
    network = a_network(shape, initial_market_weights(shape, 3))

    assert not outputs_at(network, some_rows(), [0, 7, 250]).any()


def test_weights_of_another_network_are_refused_and_nothing_is_taken_of_them() -> None:
    shape = a_shape("mlp")
    network = a_network(shape)
    before = network.flat.clone()

    for other in (
        a_shape("gru"),
        a_shape("conv"),
        a_shape("mlp", "policy"),
        a_shape("mlp", depth=3),
    ):
        with pytest.raises(ValueError, match="another network"):
            network.load(random_weights(other))

    assert torch.equal(network.flat, before)


@pytest.mark.parametrize(
    ("encoder", "head"), [("lstm", "actions"), ("mlp", "other"), ("joint", "policy")]
)
def test_a_network_that_there_is_not_is_refused(encoder: str, head: str) -> None:
    with pytest.raises(ValueError, match=encoder if encoder == "lstm" else head):
        Architecture(features=3, width=4, depth=1, encoder=encoder, head=head)
