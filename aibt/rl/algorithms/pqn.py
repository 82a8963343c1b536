"""Parallel Q-learning: Gallici et al., *Simplifying Deep Temporal Difference Learning* (2024)."""

from typing import Final

import torch

from aibt.rl.algorithms.round_learner import RoundLearner
from aibt.rl.algorithms.rounds import Batch, Round, returns_of, taken
from aibt.rl.environment import Floats, Indices
from aibt.rl.exploration import epsilon_greedy
from aibt.rl.network import ACTIONS, SIDES

_LAMBDA: Final = 0.65
_EPOCHS: Final = 2


class ParallelQLearning(RoundLearner):
    """Q-learning on-line in many accounts at once, with neither replay nor target network.

    - A round is 32 steps of every account under the present weights, ε-greedy by
      `aibt.rl.exploration`; accounts begin spread over the training bars.
    - λ-returns backwards through the round (λ 0.65); the end of the bars is a truncation and
      bootstraps from the last real bar, never from the one after the automatic reset.
    - [Linear → LayerNorm → ReLU] × depth: the norm is what keeps it from diverging.
    - Two epochs over the round in batches of `batch_size` accounts, squared error, rectified
      Adam (Liu et al. 2020), gradient norm at most 10.
    - Each bar of a batch is encoded once, however many accounts met it.

    It assumes of the account only that the side held and the bar are its state: rewards are
    those of the real environment, with the exposure's drift and busts in them. Equity is not
    seen. The final judge is the ledger.
    """

    epochs = _EPOCHS

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """See `Algorithm.behaviour`; ε-greedy."""
        return epsilon_greedy(self._foreseen_values(bars), epsilon)

    def _chances(self, outputs: torch.Tensor, epsilon: float) -> torch.Tensor:
        values = outputs.view(-1, SIDES, ACTIONS)
        greedy = values.argmax(2, keepdim=True) == torch.arange(ACTIONS, device=values.device)
        return torch.where(greedy, 1 - epsilon + epsilon / ACTIONS, epsilon / ACTIONS)

    def _judged(self, found: Round, outputs: torch.Tensor) -> dict[str, torch.Tensor]:
        best = outputs.view(-1, ACTIONS).amax(1)
        futures = taken(best, found.next_cells)
        gamma = self._parameters.gamma
        return {"returns": returns_of(found, futures, gamma=gamma, lambda_=_LAMBDA)}

    def _loss_of(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        found = outputs.flatten().index_select(0, batch.choices)
        return (found - batch.judged["returns"]).square().mean()
