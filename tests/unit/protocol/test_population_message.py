import math
from typing import Any

import pytest

from aibt.protocol.populations import PopulationMessage, population_message
from aibt.store.records import Mark, Population, PopulationMember
from tests.unit.protocol.test_messages_written import NOW, a_training


def shown(status: dict[str, Any], **known: Any) -> PopulationMessage:
    """Return a population of one member that begins with 1,000 and has this status."""
    population = Population(
        id=3,
        owner_id=1,
        name="Tides",
        request={**a_training().request, "hidden_layers": 8, "depth": 1, "search": None},
        data={"symbol": "EURUSD", "period": "1h", "source": "sample", "bars": 1_000, "notes": []},
        searching=False,
        last_seq=0,
        created_at=NOW,
    )
    member = PopulationMember(
        population_id=3, member=1, training_id=7, mark=Mark.FREE, looked_at_episode=0
    )
    return population_message(
        population, [member], {7: a_training(status=status)}, steps_taken=0, **known
    )


def test_a_member_that_does_not_run_has_the_score_of_its_best_weights() -> None:
    (member,) = shown({"validation": {"profit": 250.0, "sharpe": 1.0}}).members

    assert member.score == pytest.approx(math.log(1.25))


def test_the_score_of_one_that_runs_is_that_of_its_weights_as_they_are() -> None:
    (member,) = shown({"validation": {"profit": 250.0, "sharpe": 1.0}}, scores={1: -0.5}).members

    assert member.score == -0.5


@pytest.mark.parametrize(
    "status", [{}, {"validation": None}, {"validation": {"profit": -1_000.0, "sharpe": None}}]
)
def test_there_is_no_score_before_it_is_evaluated_nor_of_one_that_lost_all(
    status: dict[str, Any],
) -> None:
    (member,) = shown(status).members

    assert member.score is None
