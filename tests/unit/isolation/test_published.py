"""An account that is published: everybody sees its curve, and nothing else of it."""

from typing import Any

import pytest

from aibt.errors import NotFound
from aibt.protocol.performance import PerformanceMessage
from tests.unit.isolation.world import OTHERS, OWNERS, World


def test_the_curve_of_a_published_account_is_seen_and_of_a_private_one_it_is_as_if_absent(
    world: World,
) -> None:
    owner, other = world.users[OWNERS], world.users[OTHERS]
    platform: Any = world.platform
    topic, absent = f"session/{world.fresh(OWNERS).session}", "session/999999"

    def seen_by(reader: Any, asked: str = topic) -> PerformanceMessage:
        message: PerformanceMessage = world.run(platform.score_performance(reader, asked))
        return message

    with pytest.raises(NotFound) as private:
        seen_by(other)
    with pytest.raises(NotFound) as none:
        seen_by(other, absent)
    assert str(private.value).replace(topic, absent) == str(none.value)

    world.run(platform.publish(owner, topic, True))
    assert seen_by(other) == seen_by(owner)
    with pytest.raises(NotFound):
        world.run(platform.performance(other, topic))

    world.run(platform.publish(owner, topic, False))
    with pytest.raises(NotFound):
        seen_by(other)
    assert seen_by(owner).topic == topic
