import numpy as np
import pytest
import torch

from aibt.rl.adam import Adam
from aibt.rl.network import ONE_HOT, Architecture, NumpyNetwork, check_weights
from aibt.rl.q_network import QNetwork, initial_weights

SHAPE = Architecture(features=6, width=5, depth=2)


def a_network(seed: int = 0) -> QNetwork:
    network = QNetwork(SHAPE, torch.zeros(SHAPE.size))
    network.load(initial_weights(SHAPE, seed))
    return network


def inputs(rows: int = 9) -> tuple[np.ndarray, np.ndarray, torch.Tensor]:
    generator = np.random.default_rng(3)
    features = generator.standard_normal((rows, SHAPE.features)).astype(np.float32)
    sides = generator.integers(-1, 2, rows)
    return features, sides, torch.from_numpy(np.concatenate([features, ONE_HOT[sides + 1]], 1))


def test_acting_without_torch_gives_the_values_that_are_trained() -> None:
    features, sides, together = inputs()
    network = a_network()
    plain = NumpyNetwork(SHAPE, {name: held.numpy() for name, held in network.named().items()})

    expected = network.values(together).numpy()

    found = plain.values(features)[np.arange(len(features)), sides + 1]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_shared_arrays_show_weights_as_they_change() -> None:
    network = a_network()
    plain = NumpyNetwork(SHAPE, {name: held.numpy() for name, held in network.named().items()})
    rows = np.ones((1, SHAPE.features), np.float32)
    before = plain.values(rows)

    network.flat.mul_(2.0)

    assert not np.array_equal(plain.values(rows), before)


def test_the_written_gradient_is_that_of_automatic_differentiation() -> None:
    _, _, together = inputs()
    network = a_network()
    wanted = torch.randn(9, 4, generator=torch.Generator().manual_seed(1))
    activations = network.activations(together)
    written = network.gradient(activations, activations[-1] - wanted).clone()

    flat = network.flat.clone().requires_grad_()
    automatic = QNetwork(SHAPE, flat)
    hidden = together
    named = automatic.named()
    for layer in range(SHAPE.depth + 1):
        hidden = hidden @ named[f"layers.{layer}.weight"].t() + named[f"layers.{layer}.bias"]
        hidden = hidden.relu() if layer < SHAPE.depth else hidden
    ((hidden - wanted) ** 2).sum().mul(0.5).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped

    torch.testing.assert_close(written, flat.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_adam_moves_as_torch_does(scale: float) -> None:
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn(20, generator=generator)
    theirs = ours.clone().requires_grad_()
    adam = Adam(ours, clip_norm=10.0)
    reference = torch.optim.Adam([theirs], lr=1e-2)

    for _ in range(30):
        gradient = torch.randn(20, generator=generator) * scale
        theirs.grad = gradient.clone()
        torch.nn.utils.clip_grad_norm_([theirs], 10.0)
        reference.step()
        adam.update(gradient, 1e-2)

    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-4, atol=1e-5)


def test_new_weights_depend_on_the_seed_alone() -> None:
    first, again, other = (initial_weights(SHAPE, seed) for seed in (1, 1, 2))

    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["layers.0.weight"], other["layers.0.weight"])


def test_weights_of_another_network_are_refused_with_what_differs() -> None:
    wider = initial_weights(Architecture(features=6, width=7, depth=2), 0)
    deeper = initial_weights(Architecture(features=6, width=5, depth=3), 0)

    with pytest.raises(ValueError, match=r"layers\.0\.weight has shape \(7, 9\), not \(5, 9\)"):
        check_weights(SHAPE, wider)
    with pytest.raises(ValueError, match=r"layers\.3\.bias"):
        check_weights(SHAPE, deeper)
