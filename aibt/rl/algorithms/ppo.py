"""Proximal policy optimization: Schulman et al. (2017)."""

from typing import Final

import torch

from aibt.rl.algorithms.round_learner import RoundLearner
from aibt.rl.algorithms.rounds import Batch, Round, returns_of, taken
from aibt.rl.environment import Floats, Indices
from aibt.rl.exploration import as_policy
from aibt.rl.network import ACTIONS, SIDES

_EPOCHS: Final = 4
_LAMBDA: Final = 0.95  # of the generalized advantage estimate (Schulman et al. 2016)
_CLIP: Final = 0.2
_VALUE_SHARE: Final = 0.5
_ENTROPY_SHARE: Final = 0.001


class ProximalPolicy(RoundLearner):
    """A stochastic policy, moved towards what did better than its value said.

    - A round is 32 steps of every account, its actions drawn from the policy; accounts begin
      spread over the training bars. `discounter_rate` plays no part.
    - Advantages by generalized advantage estimation (λ 0.95), over their deviation; the end of
      the bars is a truncation and bootstraps.
    - Four epochs over the round in batches of `batch_size` accounts: the clipped surrogate
      (0.2), half the squared error of the values, a little entropy; rectified Adam, gradient
      norm at most 10.
    - Each bar of a batch is encoded once, however many accounts met it. Policy and values share
      the encoding; there are logits and a value for each side held.

    What is kept and judged acts by its most likely action. It assumes of the account only that
    the side held and the bar are its state: rewards are those of the real environment. Equity
    is not seen. The final judge is the ledger.
    """

    epochs = _EPOCHS

    def epsilon(self, episode: int) -> float:  # noqa: ARG002 - the policy explores by itself
        """Return 0: what is drawn is drawn from the policy."""
        return 0.0

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:  # noqa: ARG002 - see `epsilon`
        """See `Algorithm.behaviour`; the policy itself."""
        return as_policy(self._foreseen_values(bars))

    def _chances(self, outputs: torch.Tensor, epsilon: float) -> torch.Tensor:  # noqa: ARG002 - see `epsilon`
        return torch.softmax(outputs[:, : SIDES * ACTIONS].reshape(-1, SIDES, ACTIONS), 2)

    def _judged(self, found: Round, outputs: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = outputs[:, : SIDES * ACTIONS].reshape(-1, ACTIONS)
        chances = torch.log_softmax(logits, 1)
        values = outputs[:, SIDES * ACTIONS :]
        gamma = self._parameters.gamma
        futures = taken(values, found.next_cells)
        returns = returns_of(found, futures, gamma=gamma, lambda_=_LAMBDA)
        gains = returns - taken(values, found.cells)
        return {
            "returns": returns,
            "gains": (gains - gains.mean()) / (gains.std(correction=0) + 1e-8),
            "chances": taken(chances, found.choices),
        }

    def _loss_of(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        logits = outputs[:, : SIDES * ACTIONS].reshape(-1, ACTIONS)
        chances = torch.log_softmax(logits, 1)
        chosen = chances.flatten().index_select(0, batch.choices)
        ratios = (chosen - batch.judged["chances"]).exp()
        gains = batch.judged["gains"]
        bounded = ratios.clamp(1 - _CLIP, 1 + _CLIP)
        surrogate = torch.minimum(ratios * gains, bounded * gains).mean()
        cells = batch.cells
        values = outputs[:, SIDES * ACTIONS :].flatten().index_select(0, cells)
        error = (values - batch.judged["returns"]).square().mean()
        entropy = -(chances.exp() * chances).sum(1).index_select(0, cells).mean()
        return _VALUE_SHARE * error - surrogate - _ENTROPY_SHARE * entropy
