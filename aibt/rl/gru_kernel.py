"""A gated recurrent layer on a CPU, there and back: one compiled call for all steps.

r = σ(x_r + U_r h + b_r), z = σ(x_z + U_z h + b_z), n = tanh(x_n + r · (U_n h + b_n)),
h' = (1 - z) · n + z · h (Cho et al. 2014, as torch has it). Everything is float32 and step by
step, shapes [L, B, ...]; what comes of the inputs, x, is found before, for all steps at once.
What is in this file calls nothing outside it.
"""

from typing import Any, Final

import numpy as np

from aibt.compiled import compiled

_ROWS: Final = 64  # of a product, so few that BLAS does not wake other threads for it
_ONE: Final = np.float32(1.0)
_HALF: Final = np.float32(0.5)


@compiled
def _tanh(x: Any) -> Any:
    """Return tanh within 10⁻⁶, by a quotient of polynomials: for wide registers (as Eigen does)."""
    x = max(min(x, np.float32(7.905)), np.float32(-7.905))
    y = x * x
    above = np.float32(-2.76076847742355e-16) * y + np.float32(2.00018790482477e-13)
    above = above * y + np.float32(-8.60467152213735e-11)
    above = above * y + np.float32(5.12229709037114e-08)
    above = above * y + np.float32(1.48572235717979e-05)
    above = above * y + np.float32(6.37261928875436e-04)
    above = above * y + np.float32(4.89352455891786e-03)
    below = np.float32(1.19825839466702e-06) * y + np.float32(1.18534705686654e-04)
    below = below * y + np.float32(2.26843463243900e-03)
    below = below * y + np.float32(4.89352518554385e-03)
    return x * above / below


@compiled
def _logistic(x: Any) -> Any:
    return _HALF * _tanh(_HALF * x) + _HALF


@compiled
def run(given: Any, weight: Any, bias: Any, states: Any, gates: Any) -> None:
    """Write the state after each step, and the gates.

    Args:
        given: x. Shape [L, B, 3 · E].
        weight: U, transposed. Shape [E, 3 · E].
        bias: b. Shape [3 · E].
        states: before each step, and after the last; the first is given. Shape [L + 1, B, E].
        gates: r, z, n and U_n h + b_n of each step. Shape [L, B, 4, E].
    """
    steps, batch, width = given.shape[0], given.shape[1], states.shape[2]
    product = np.empty((batch, 3 * width), np.float32)
    for step in range(steps):
        for first in range(0, batch, _ROWS):
            np.dot(states[step, first : first + _ROWS], weight, product[first : first + _ROWS])
        for row in range(batch):
            x, u, h = given[step, row], product[row], states[step, row]
            gate, after = gates[step, row], states[step + 1, row]
            for unit in range(width):
                there, last = width + unit, 2 * width + unit
                r = _logistic(x[unit] + u[unit] + bias[unit])
                z = _logistic(x[there] + u[there] + bias[there])
                held = u[last] + bias[last]
                n = _tanh(x[last] + r * held)
                gate[0, unit], gate[1, unit], gate[2, unit], gate[3, unit] = r, z, n, held
                after[unit] = (_ONE - z) * n + z * h[unit]


@compiled
def run_back(
    slopes: Any, weight: Any, states: Any, gates: Any, of_given: Any, of_product: Any
) -> None:
    """Write the gradient with regard to x, and to U h + b.

    Args:
        slopes: the gradient with regard to the state after each step. Shape [L, B, E].
        weight: U. Shape [3 · E, E].
        states: as `run` left them.
        gates: as `run` left them.
        of_given: with regard to x. Shape [L, B, 3 · E].
        of_product: with regard to U h + b. Shape [L, B, 3 · E].
    """
    steps, batch, width = slopes.shape
    carried = np.zeros((batch, width), np.float32)
    product = np.empty((batch, width), np.float32)
    for step in range(steps - 1, -1, -1):
        for row in range(batch):
            gate, h = gates[step, row], states[step, row]
            x, u = of_given[step, row], of_product[step, row]
            for unit in range(width):
                r, z, n = gate[0, unit], gate[1, unit], gate[2, unit]
                slope = slopes[step, row, unit] + carried[row, unit]
                of_n = slope * (_ONE - z) * (_ONE - n * n)
                of_z = slope * (h[unit] - n) * z * (_ONE - z)
                of_r = of_n * gate[3, unit] * r * (_ONE - r)
                x[unit], x[width + unit], x[2 * width + unit] = of_r, of_z, of_n
                u[unit], u[width + unit], u[2 * width + unit] = of_r, of_z, of_n * r
                carried[row, unit] = slope * z
        for first in range(0, batch, _ROWS):
            last = first + _ROWS
            np.dot(of_product[step, first:last], weight, product[first:last])
        carried += product
