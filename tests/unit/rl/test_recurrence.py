"""The recurrent layer compiled for a CPU is torch's."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.gru_kernel import _tanh
from aibt.rl.recurrence import recurrent


def a_layer(width: int, features: int, chance: torch.Generator) -> dict[str, torch.Tensor]:
    shapes = {
        "weight": (3 * width, features),
        "bias": (3 * width,),
        "hidden_weight": (3 * width, width),
        "hidden_bias": (3 * width,),
    }
    return {
        name: torch.randn(shape, generator=chance).requires_grad_()
        for name, shape in shapes.items()
    }


def by_torch(rows: torch.Tensor, layer: dict[str, torch.Tensor]) -> torch.Tensor:
    weights = [layer[name] for name in ("weight", "hidden_weight", "bias", "hidden_bias")]
    before = rows.new_zeros(1, len(rows), weights[1].shape[1])
    return torch.gru(rows, before, weights, True, 1, 0.0, False, False, True)[0]


@settings(max_examples=25, deadline=None)
@given(
    batch=st.sampled_from([1, 3, 70]),
    steps=st.integers(1, 12),
    width=st.integers(1, 9),
    features=st.integers(1, 5),
    seed=st.integers(0, 100),
)
def test_states_and_gradients_are_those_of_torch(
    batch: int, steps: int, width: int, features: int, seed: int
) -> None:
    chance = torch.Generator().manual_seed(seed)
    layer = a_layer(width, features, chance)
    rows = torch.randn(batch, steps, features, generator=chance).requires_grad_()
    slopes = torch.randn(batch, steps, width, generator=chance)
    learned = [rows, *layer.values()]

    ours, theirs = recurrent(rows, layer), by_torch(rows, layer)

    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    for one, other in zip(
        torch.autograd.grad(ours, learned, slopes),
        torch.autograd.grad(theirs, learned, slopes),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


def test_its_tanh_is_within_a_millionth() -> None:
    values = np.linspace(-12.0, 12.0, 2_001, dtype=np.float32)

    found = np.array([_tanh(value) for value in values])

    np.testing.assert_allclose(found, np.tanh(values.astype(np.float64)), atol=1e-6)
    assert (np.abs(found) <= 1.0).all()


def test_without_a_gradient_the_states_are_the_same() -> None:
    chance = torch.Generator().manual_seed(1)
    layer, rows = a_layer(6, 3, chance), torch.randn(4, 20, 3, generator=chance)
    with torch.no_grad():
        found = recurrent(rows, layer)

    assert torch.equal(found, recurrent(rows, layer))
    assert not found.requires_grad
