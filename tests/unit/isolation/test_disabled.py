"""A start that was under way while its user was disabled."""

import pytest

from aibt.errors import UserDisabled
from aibt.protocol.bots import BotsCreate
from aibt.protocol.trainings import TrainingsStart
from tests.unit.isolation.world import DISABLED, START, World


def test_who_was_disabled_after_he_was_let_in_starts_nothing(world: World) -> None:
    disabled = world.users[DISABLED]
    bot = {"name": "late", "lr": 0.1, "gamma": 0.9}
    world.run(world.platform.create_bot(disabled, BotsCreate.read(bot), None))

    asked = TrainingsStart.read({**START, "bot_name": "late"})
    with pytest.raises(UserDisabled):
        world.run(world.platform.start_training(disabled, asked, None))

    assert world.run(world.platform.trainings(disabled)) == []
