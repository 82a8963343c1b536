"""A gated recurrent layer for autograd: compiled on a CPU, torch's own elsewhere."""

from functools import cache
from typing import Any

import torch


def recurrent(rows: torch.Tensor, layer: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return the states of a gated recurrent layer that begins with zeros. [B, L, F] → [B, L, E].

    Args:
        rows: what is read step by step.
        layer: `weight` [3 · E, F], `bias` [3 · E], `hidden_weight` [3 · E, E] and `hidden_bias`
            [3 · E], the gates in torch's order.
    """
    weights = [layer[name] for name in ("weight", "hidden_weight", "bias", "hidden_bias")]
    if rows.device.type != "cpu":
        before = rows.new_zeros(1, len(rows), weights[1].shape[1])
        return torch.gru(rows, before, weights, True, 1, 0.0, False, False, True)[0]
    given = rows.transpose(0, 1) @ weights[0].t() + weights[2]
    states: torch.Tensor = _Recurrence.apply(  # type: ignore[no-untyped-call]  # torch's own
        given, weights[1], weights[3]
    )
    return states.transpose(0, 1)


class _Recurrence(torch.autograd.Function):
    """From what comes of the inputs, [L, B, 3 · E], to the states, [L, B, E]."""

    @staticmethod
    def forward(
        context: Any, given: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
    ) -> torch.Tensor:
        steps, batch = given.shape[:2]
        width = weight.shape[1]
        states = given.new_zeros(steps + 1, batch, width)
        gates = given.new_empty(steps, batch, 4, width)
        _compiled().run(
            given.detach().contiguous().numpy(), weight.detach().t().contiguous().numpy(),
            bias.detach().contiguous().numpy(), states.numpy(), gates.numpy(),
        )  # fmt: skip
        context.save_for_backward(weight, states, gates)
        return states[1:].clone()

    @staticmethod
    def backward(context: Any, *slopes: torch.Tensor) -> tuple[torch.Tensor, ...]:
        weight, states, gates = context.saved_tensors
        of_given = slopes[0].new_empty(*slopes[0].shape[:2], len(weight))
        of_product = torch.empty_like(of_given)
        _compiled().run_back(
            slopes[0].contiguous().numpy(), weight.detach().contiguous().numpy(),
            states.numpy(), gates.numpy(), of_given.numpy(), of_product.numpy(),
        )  # fmt: skip
        flat = of_product.flatten(0, 1)
        return of_given, flat.t() @ states[:-1].flatten(0, 1), flat.sum(0)


@cache
def _compiled() -> Any:
    from aibt.rl import gru_kernel  # numba: compiled when it is first asked for

    return gru_kernel
