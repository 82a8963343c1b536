import numpy as np
import pytest
import torch

from aibt.rl.algorithms.least_squares import LeastSquares

CPU = torch.device("cpu")


def a_fit(
    inputs: torch.Tensor, targets: torch.Tensor, *, parts: int = 1
) -> tuple[LeastSquares, torch.Tensor]:
    fit = LeastSquares([inputs.shape[2]], targets.shape[2], CPU)
    for given, wanted in zip(inputs.chunk(parts), targets.chunk(parts), strict=True):
        fit.add(given, wanted)
    return fit, fit.solve()


def some_inputs(
    sequences: int = 40, bars: int = 25, columns: int = 6, seed: int = 0
) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(sequences, bars, columns, generator=generator)


def test_a_planted_map_is_found_with_its_constant() -> None:
    inputs = some_inputs()
    planted = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
    constant = torch.tensor([5.0, -3.0, 0.5])

    _, found = a_fit(inputs, inputs @ planted + constant)

    assert found.dtype == torch.float32
    torch.testing.assert_close(found[:-1], planted, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(found[-1], constant, rtol=1e-3, atol=1e-3)


def test_of_noise_next_to_nothing_is_believed() -> None:
    """In-sample least squares would explain 60 of 1,000 rows' variance; shrunk, it does not."""
    inputs, noise = some_inputs(columns=60), some_inputs(columns=3, seed=9)

    _, found = a_fit(inputs, noise)

    plain = torch.linalg.lstsq(inputs.flatten(0, 1), noise.flatten(0, 1)).solution
    assert float(found[:-1].square().sum()) < 0.01 * float(plain.square().sum())


def test_the_constant_is_not_shrunk_where_all_else_is() -> None:
    inputs, noise = some_inputs(columns=60), some_inputs(columns=3, seed=9)

    _, found = a_fit(inputs, noise + 7.0)

    torch.testing.assert_close(found[-1], torch.full((3,), 7.0), rtol=0.02, atol=0.0)


def test_what_is_weak_but_true_is_shrunk_and_still_believed() -> None:
    inputs, noise = some_inputs(sequences=200), some_inputs(sequences=200, columns=1, seed=9)
    signal = inputs[..., :1] * 0.3

    _, found = a_fit(inputs, signal + noise)

    assert float(found[0, 0]) == pytest.approx(0.3, abs=0.1)
    assert float(found[1:-1].abs().max()) < 0.1


def test_what_comes_in_parts_is_fitted_as_a_whole() -> None:
    inputs = some_inputs()
    targets = inputs[..., :2] * 2.0

    _, whole = a_fit(inputs, targets)
    _, parts = a_fit(inputs, targets, parts=4)

    torch.testing.assert_close(whole, parts, rtol=1e-3, atol=1e-3)


def test_inputs_that_never_vary_are_no_trouble() -> None:
    inputs = torch.zeros(4, 10, 6)

    _, found = a_fit(inputs, torch.ones(4, 10, 2))

    torch.testing.assert_close(found[-1], torch.ones(2), rtol=1e-3, atol=1e-3)
    assert torch.isfinite(found).all()


@pytest.mark.parametrize("sequences", [1, 2])
def test_a_half_may_be_empty(sequences: int) -> None:
    inputs = some_inputs(sequences=sequences, bars=3)

    _, found = a_fit(inputs, inputs[..., :2])

    assert torch.isfinite(found).all()


def test_it_goes_on_from_its_state_to_the_same_bits() -> None:
    inputs = some_inputs()
    targets = inputs[..., :2]
    whole = LeastSquares([6], 2, CPU)
    whole.add(inputs[:20], targets[:20])
    resumed = LeastSquares([6], 2, CPU)

    resumed.load_state(whole.state())
    for fit in (whole, resumed):
        fit.add(inputs[20:], targets[20:])

    assert torch.equal(whole.solve(), resumed.solve())


def test_a_state_is_a_copy() -> None:
    inputs = some_inputs()
    fit, _ = a_fit(inputs, inputs[..., :2])
    state = fit.state()
    before = {name: array.copy() for name, array in state.items()}

    fit.add(inputs, inputs[..., :2])

    for name, array in before.items():
        np.testing.assert_array_equal(array, state[name])


def test_a_state_of_another_shape_is_refused_and_nothing_is_taken_of_it() -> None:
    fit = LeastSquares([6], 2, CPU)
    other, _ = a_fit(some_inputs(columns=6), some_inputs(columns=3))
    before = fit.state()

    with pytest.raises(ValueError, match="targets is not that of this fit"):
        fit.load_state(other.state())

    for name, array in fit.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_groups_are_shrunk_as_strongly_as_each_of_them_asks_for() -> None:
    signal, noise = some_inputs(columns=4, seed=1), some_inputs(columns=60, seed=2)
    wanted = signal[..., :1] + 3.0 * some_inputs(columns=1, seed=3)
    inputs = torch.cat([signal, noise], 2)
    apart, alike = LeastSquares([4, 60], 1, CPU), LeastSquares([64], 1, CPU)

    for fit in (apart, alike):
        fit.add(inputs, wanted)

    planted = torch.zeros(65, 1)
    planted[0] = 1.0
    errors = [float((fit.solve() - planted).square().sum()) for fit in (apart, alike)]
    assert errors[0] < errors[1]
