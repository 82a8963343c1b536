"""Updates of several trainings of one shape, made as one: their weights are rows of a stack.

Each training stays what it is, with its own weights, optimizer, data and random numbers: for an
update its weights are stacked with those of the others, and put back moved. Between two updates
nothing tells that it was made together with others, and any of them may be left out of the next.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch

from aibt.rl.adam import put_back, update_together
from aibt.rl.algorithms.chunks import lambda_returns
from aibt.rl.algorithms.counterfactual import AVERAGED, LAMBDA, Counterfactual
from aibt.rl.algorithms.step_due import StepDue
from aibt.rl.market_network import MarketNetwork
from aibt.rl.training import TrainingRun

_MOST_NUMBERS: Final = 2**28  # that the layers of a stack hold for one gradient: 1 GiB
_ENCODERS: Final = ("mlp", "conv")  # that torch can see as a batch


def are_joined(algorithm: str, device: str) -> bool:
    """Return whether members of a population are to be updated together.

    On a GPU an update of one bot leaves nearly all of it idle, and a batch of them takes hardly
    longer. On a CPU arithmetic is the bound: a batch takes as long as one after another, and
    members that take turns keep their own data in its cache (docs/decisions, 39).
    """
    return device == "cuda" and algorithm == "counterfactual"


def step_of(run: object) -> StepDue | None:
    """Return the step that a run is to take next, if it can be taken with others."""
    learner = run.learner if isinstance(run, TrainingRun) else None
    if not isinstance(learner, Counterfactual):
        return None
    step = learner.step_due
    return step if step is not None and step.architecture.encoder in _ENCODERS else None


def take_together(steps: Sequence[StepDue]) -> None:
    """Take steps of several learners at once.

    The weights that come out are those of `Counterfactual.update` of each, but for the order in
    which a product of matrices is summed up: on a CPU within 10⁻⁵ of each weight after a step.

    Args:
        steps: of learners of one shape, from the same bars; each its own `lr` and `gamma`.
    """
    if not steps:
        return
    shape, most = steps[0].architecture, max(len(step.starts) for step in steps)
    held = most * (steps[0].bars + 1 + shape.context) * shape.width * (shape.depth + 1)
    at_once = max(1, _MOST_NUMBERS // held)
    for begin in range(0, len(steps), at_once):
        _take(steps[begin : begin + at_once])


def _take(steps: Sequence[StepDue]) -> None:
    first = steps[0]
    bars, device = first.bars, first.rows.device
    starts, shares = _laid_out(steps, device)
    gammas = torch.tensor([step.parameters.gamma for step in steps], device=device)
    weights = torch.stack([step.weights for step in steps])

    def outputs(flat: torch.Tensor, from_bars: torch.Tensor) -> torch.Tensor:
        network = MarketNetwork(first.architecture, flat)
        return network.of_sequences(first.rows, from_bars, bars + 1)

    def outputs_of_all(flats: torch.Tensor) -> torch.Tensor:
        return torch.vmap(outputs)(flats, starts)

    values, backwards = torch.func.vjp(outputs_of_all, weights)[:2]  # [M, B, K + 1, 3]
    values = values.detach()
    growth = first.growth[starts.unsqueeze(2) + torch.arange(bars, device=device)]
    returns = lambda_returns(
        values.flatten(0, 1).contiguous(),
        growth.flatten(0, 1),
        first.costs,
        gammas.repeat_interleave(starts.shape[1]),
        LAMBDA,
    ).view_as(growth)
    errors = values[:, :, :-1] - returns
    losses = (errors.square().mean((2, 3)) * shares).sum(1)
    slopes = torch.zeros_like(values)
    torch.mul(errors, (shares / bars)[:, :, None, None], out=slopes[:, :, :-1])
    (gradients,) = backwards(slopes)
    update_together(
        [step.optimizer for step in steps],
        weights,
        gradients.detach(),
        [step.parameters.lr for step in steps],
    )
    put_back(weights, [step.weights for step in steps])
    average = torch.stack([step.average for step in steps]).lerp_(weights, AVERAGED)
    put_back(average, [step.average for step in steps])
    for step, loss in zip(steps, losses.unbind(), strict=True):
        step.taken(loss)


def _laid_out(steps: Sequence[StepDue], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return where the chunks start and what each weighs in its member's step. [M, B] each.

    Whoever has fewer chunks than another, at the end of a pass, has some twice, for nothing.
    """
    most = max(len(step.starts) for step in steps)
    starts = np.stack([np.resize(step.starts, most) for step in steps])
    counts = np.array([[len(step.starts)] for step in steps])
    shares = np.where(np.arange(most) < counts, 1 / counts, 0.0).astype(np.float32)
    return torch.from_numpy(starts).to(device), torch.from_numpy(shares).to(device)
