from typing import Any

import pytest

from aibt.accounts.quotas import refuse_bot, refuse_training
from aibt.errors import QuotaExceeded
from aibt.settings import QuotaSettings

QUOTAS = QuotaSettings(
    bots=2,
    active_trainings=3,
    max_episodes=10,
    hidden_layers=64,
    environments=4,
    rollout_workers=1,
    symbols=2,
)
FITS: dict[str, Any] = {
    "max_episodes": 10,
    "environments": 4,
    "rollout_workers": 1,
    "symbol": "A",
    "active": ["A", "B"],
}


def test_what_fits_is_let_through() -> None:
    refuse_training(QUOTAS, **FITS)
    refuse_bot(QUOTAS, hidden_layers=64, bots=1)
    refuse_bot(QUOTAS, hidden_layers=None)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"max_episodes": 11}, "max_episodes"),
        ({"environments": 5}, "environments"),
        ({"rollout_workers": 2}, "rollout_workers"),
        ({"active": ["A", "A", "A"]}, "bot_name"),
        ({"symbol": "C"}, "symbol"),
    ],
)
def test_a_training_beyond_a_quota_is_refused_with_its_field(
    more: dict[str, Any], field: str
) -> None:
    with pytest.raises(QuotaExceeded) as refused:
        refuse_training(QUOTAS, **(FITS | more))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"hidden_layers": 65}, "hidden_layers"), ({"hidden_layers": 1, "bots": 2}, "name")],
)
def test_a_bot_beyond_a_quota_is_refused_with_its_field(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(QuotaExceeded) as refused:
        refuse_bot(QUOTAS, **asked)
    assert refused.value.field == field
