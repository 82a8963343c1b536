"""The network that is trained: one flat vector of weights, and its gradient written out."""

import torch

from aibt.rl.environment import Floats
from aibt.rl.flat_weights import named_views
from aibt.rl.network import Architecture, Weights, check_weights


class QNetwork:
    """[Linear → ReLU] × depth → Linear, on flat tensors.

    The gradient of so small a network is written out: automatic differentiation takes most
    of the time of an update of [43, 43] (measured: 0.67 ms against 0.26 ms). One flat vector
    makes the optimizer, the target's average and a checkpoint one operation each.

    Args:
        flat: the weights, one after another as `Architecture.shapes` names them. Shape [P].
    """

    def __init__(self, architecture: Architecture, flat: torch.Tensor) -> None:
        self.flat = flat
        self._named = named_views(architecture, flat)
        layers = range(architecture.depth + 1)
        self._weights = [self._named[f"layers.{layer}.weight"] for layer in layers]
        self._biases = [self._named[f"layers.{layer}.bias"] for layer in layers]
        self._gradient = torch.zeros_like(flat)
        gradients = named_views(architecture, self._gradient)
        self._weight_gradients = [gradients[f"layers.{layer}.weight"] for layer in layers]
        self._bias_gradients = [gradients[f"layers.{layer}.bias"] for layer in layers]
        self._architecture = architecture

    def named(self) -> dict[str, torch.Tensor]:
        """Return the tensors by name; they share memory with the network."""
        return dict(self._named)

    def load(self, weights: Weights) -> None:
        """Take these weights.

        Raises:
            ValueError: they are those of another network.
        """
        check_weights(self._architecture, weights)
        for name, tensor in self._named.items():
            tensor.copy_(torch.tensor(weights[name]))

    def values(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the values of the four actions. Shapes [B, F + 3] → [B, 4]."""
        return self.activations(inputs)[-1]

    def activations(self, inputs: torch.Tensor) -> list[torch.Tensor]:
        """Return the inputs, what each hidden layer gives, and the values."""
        found = [inputs]
        for weight, bias in zip(self._weights[:-1], self._biases[:-1], strict=True):
            found.append(torch.addmm(bias, found[-1], weight.t()).relu_())
        found.append(torch.addmm(self._biases[-1], found[-1], self._weights[-1].t()))
        return found

    def gradient(self, activations: list[torch.Tensor], slopes: torch.Tensor) -> torch.Tensor:
        """Return the gradient of a loss with regard to the flat weights. Shape [P].

        Args:
            activations: what `activations` returned.
            slopes: the loss's gradient with regard to the values. Shape [B, 4].

        What is returned is reused by the next call.
        """
        layers = len(self._weights)
        for layer in reversed(range(layers)):
            given = activations[layer]
            torch.mm(slopes.t(), given, out=self._weight_gradients[layer])
            torch.sum(slopes, 0, out=self._bias_gradients[layer])
            if layer:
                slopes = torch.mm(slopes, self._weights[layer]).mul_(given > 0)
        return self._gradient


def initial_weights(architecture: Architecture, seed: int) -> dict[str, Floats]:
    """Return new weights, uniform within 1/√inputs (LeCun), the same on every device."""
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0, 0))))
    found: dict[str, Floats] = {}
    bound = 1.0
    for name, shape in architecture.shapes.items():
        if name.endswith("weight"):
            bound = shape[1] ** -0.5
        found[name] = generator.uniform(-bound, bound, shape).astype(np.float32)
    return found
