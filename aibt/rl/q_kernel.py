"""Double DQN's update on a CPU: one compiled call, where torch takes some forty small ones.

Weights lie in one flat array, layer after layer, as `Architecture.shapes` names them; `sizes`
are the widths of all layers, inputs first. Everything is float32, and matrix products are
BLAS's. What is in this file calls nothing outside it.
"""

from typing import Any, Final

import numpy as np

from aibt.compiled import compiled

_SIDES: Final = 3
_ACTIONS: Final = 4
_FIRST: Final = np.float32(0.9)  # Adam's decay rates
_SECOND: Final = np.float32(0.999)
_EPSILON: Final = np.float32(1e-8)
_ROWS: Final = 64  # of a product, so few that BLAS does not wake other threads for it
_AT_ONCE: Final = 256  # bars whose layers stay in the cache
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@compiled
def _forward(flat: Any, sizes: Any, batch: int, units: Any) -> None:
    """Write what each layer gives after the inputs, which stand first in `units`.

    `units` is flat: [batch, sizes[0]], then [batch, sizes[1]] and so on.
    """
    at = begin = 0
    layers = len(sizes) - 1
    for layer in range(layers):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        weight = flat[at : at + inputs * outputs].reshape(outputs, inputs)
        bias = flat[at + inputs * outputs : at + (inputs + 1) * outputs]
        end = begin + batch * inputs
        given = units[begin:end].reshape(batch, inputs)
        found = units[end : end + batch * outputs].reshape(batch, outputs)
        for first in range(0, batch, _ROWS):
            np.dot(given[first : first + _ROWS], weight.T, found[first : first + _ROWS])
        if layer < layers - 1:
            for row in range(batch):
                for unit in range(outputs):
                    found[row, unit] = max(found[row, unit] + bias[unit], _ZERO)
        else:
            for row in range(batch):
                for unit in range(outputs):
                    found[row, unit] += bias[unit]
        at += (inputs + 1) * outputs
        begin = end


@compiled
def _backward(flat: Any, sizes: Any, batch: int, units: Any, slopes: Any, gradient: Any) -> None:
    """Write the gradient; `slopes` are those of the loss by the values, [batch, 4]."""
    at, end = len(flat), batch * sizes.sum()
    for layer in range(len(sizes) - 2, -1, -1):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        at -= (inputs + 1) * outputs
        end -= batch * outputs
        given = units[end - batch * inputs : end].reshape(batch, inputs)
        np.dot(slopes.T, given, gradient[at : at + inputs * outputs].reshape(outputs, inputs))
        bias = gradient[at + inputs * outputs : at + (inputs + 1) * outputs]
        for unit in range(outputs):
            bias[unit] = _ZERO
        for row in range(batch):
            for unit in range(outputs):
                bias[unit] += slopes[row, unit]
        if layer:
            weight = flat[at : at + inputs * outputs].reshape(outputs, inputs)
            slopes = np.dot(slopes, weight)
            for row in range(batch):
                for unit in range(inputs):
                    slopes[row, unit] = slopes[row, unit] if given[row, unit] > _ZERO else _ZERO


@compiled
def _step(
    flat: Any, target: Any, mean: Any, square: Any, gradient: Any,
    updates: int, learning_rate: float, clip_norm: float, target_rate: float,
) -> None:  # fmt: skip
    """Take Adam's step against the clipped gradient, and let the target follow. Shapes [P]."""
    norm = np.sqrt(np.dot(gradient, gradient))
    clip = min(np.float32(clip_norm) / (norm + np.float32(1e-6)), _ONE)
    scale = np.float32((1.0 - 0.999**updates) ** 0.5)
    step = np.float32(learning_rate / (1.0 - 0.9**updates))
    rate = np.float32(target_rate)
    for at in range(len(flat)):
        slope = gradient[at] * clip
        first = mean[at] + (_ONE - _FIRST) * (slope - mean[at])
        second = square[at] * _SECOND + (_ONE - _SECOND) * slope * slope
        weight = flat[at] - step * first / (np.sqrt(second) / scale + _EPSILON)
        mean[at] = first
        square[at] = second
        flat[at] = weight
        target[at] += rate * (weight - target[at])


@compiled
def _gather(rows: Any, bars: Any, sides: Any, places: Any, later: int, inputs: Any) -> None:
    """Write row and one-hot side at each of `places` into `inputs`, flat [B, F + 3].

    `later` is 0 for the bars themselves, 1 for those after them.
    """
    features = rows.shape[1]
    for i in range(len(places)):
        bar, begin = bars[places[i]] + later, i * (features + _SIDES)
        for j in range(features):
            inputs[begin + j] = rows[bar, j]
        for side in range(_SIDES):
            inputs[begin + features + side] = _ONE if sides[places[i]] + 1 == side else _ZERO


@compiled
def _slopes(
    values: Any, next_values: Any, futures: Any, actions: Any, rewards: Any, terminations: Any,
    places: Any, unit: float, discount: float, slopes: Any,
) -> float:  # fmt: skip
    """Write the slopes of Huber's loss by the values, and return the loss. All flat [B, 4]."""
    loss, batch = 0.0, len(places)
    for i in range(batch):
        place, begin = places[i], i * _ACTIONS
        best = 0
        for action in range(_ACTIONS):
            slopes[begin + action] = _ZERO
            if next_values[begin + action] > next_values[begin + best]:
                best = action
        wanted = rewards[place] / np.float32(unit)
        if not terminations[place]:
            wanted += np.float32(discount) * futures[begin + best]
        error = values[begin + actions[place]] - wanted
        slope = min(max(error, -_ONE), _ONE)
        loss += slope * (error - np.float32(0.5) * slope)
        slopes[begin + actions[place]] = slope / np.float32(batch)
    return loss / batch


@compiled
def update(
    rows: Any, bars: Any, sides: Any, actions: Any, rewards: Any, next_sides: Any,
    terminations: Any, places: Any, sizes: Any, flat: Any, target: Any, mean: Any, square: Any,
    updates: int, unit: float, discount: float, learning_rate: float, clip_norm: float,
    target_rate: float,
) -> float:  # fmt: skip
    """Learn from the stored transitions at `places`, [B].

    `flat`, `target`, `mean` and `square`, [P], are changed in place; `rows` has shape [T, F].

    Returns:
        The loss before the update.
    """
    batch = len(places)
    room = batch * sizes.sum()
    last = room - batch * _ACTIONS  # where the values begin
    begun, led_to, judged = (
        np.empty(room, np.float32), np.empty(room, np.float32), np.empty(room, np.float32)
    )  # fmt: skip
    _gather(rows, bars, sides, places, 0, begun)
    _gather(rows, bars, next_sides, places, 1, led_to)
    for at in range(batch * sizes[0]):
        judged[at] = led_to[at]
    _forward(flat, sizes, batch, begun)
    _forward(flat, sizes, batch, led_to)
    _forward(target, sizes, batch, judged)
    slopes = np.empty(batch * _ACTIONS, np.float32)
    loss: float = _slopes(
        begun[last:], led_to[last:], judged[last:], actions, rewards, terminations, places,
        unit, discount, slopes,
    )  # fmt: skip
    gradient = np.empty(len(flat), np.float32)
    _backward(flat, sizes, batch, begun, slopes.reshape(batch, _ACTIONS), gradient)
    _step(flat, target, mean, square, gradient, updates, learning_rate, clip_norm, target_rate)
    return loss


@compiled
def values_of_all_sides(rows: Any, bars: Any, sizes: Any, flat: Any, values: Any) -> None:
    """Write the values of the four actions at each bar for sides -1, 0, +1, flat [B, 3, 4]."""
    features, width = rows.shape[1], sizes[0]
    units = np.empty(_SIDES * min(len(bars), _AT_ONCE) * sizes.sum(), np.float32)
    for first in range(0, len(bars), _AT_ONCE):
        count = _SIDES * min(len(bars) - first, _AT_ONCE)
        for i in range(count):
            begin = i * width
            for j in range(features):
                units[begin + j] = rows[bars[first + i // _SIDES], j]
            for side in range(_SIDES):
                units[begin + features + side] = _ONE if i % _SIDES == side else _ZERO
        _forward(flat, sizes, count, units)
        last = count * (sizes.sum() - _ACTIONS)  # where the values begin
        for at in range(count * _ACTIONS):
            values[first * _SIDES * _ACTIONS + at] = units[last + at]
