"""The chaos test's judge finds what it is there to find, and nothing else."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.chaos.bots_model import (
    DEFAULTS,
    EMPTY,
    FIELDS,
    BotState,
    Found,
    after,
    values_of,
)
from tests.integration.chaos.facts import TABLES, Facts, Row, Rows, wrong_facts
from tests.integration.chaos.history import (
    NEVER,
    Answer,
    History,
    Json,
    Operation,
    Person,
    different_answers,
    unanswered,
)
from tests.integration.chaos.linearizability import fault

ADA = Person(number=0, email="ada@example.com", bearer="a", canary="canary0000000a")
EVE = Person(number=1, email="eve@example.com", bearer="e", canary="canary0000000e")
PATIENT = 1.0


def a_bot(name: str, lr: float, **changes: Any) -> Json:
    return {**DEFAULTS, "name": name, "lr": lr, "gamma": 0.5, **changes}


def an_operation(
    query: str, params: Json, began: float, ended: float, answer: Json | str | None
) -> Operation:
    operation = Operation(person=0, query=query, params=params, id=f"{began}", began=began)
    if isinstance(answer, str):
        operation.acknowledge(Answer(way="REST", at=ended, data={}, code=answer))
    elif answer is not None:
        operation.acknowledge(Answer(way="REST", at=ended, data=answer))
    return operation


def create(name: str, lr: float, began: float, ended: float | None = None) -> Operation:
    ended = began + PATIENT if ended is None else ended
    answer = None if ended == NEVER else a_bot(name, lr)
    return an_operation("bots-create", {"name": name, "lr": lr, "gamma": 0.5}, began, ended, answer)


def update(name: str, lr: float, began: float, ended: float | None = None) -> Operation:
    ended = began + PATIENT if ended is None else ended
    answer = None if ended == NEVER else a_bot(name, lr)
    return an_operation("bots-update", {"name": name, "lr": lr}, began, ended, answer)


def delete(name: str, began: float, answer: str | None = None) -> Operation:
    return an_operation(
        "bots-delete", {"name": name}, began, began + PATIENT, answer or {"name": name}
    )


def get(name: str, lr: float | None, began: float) -> Operation:
    answer = "not_found" if lr is None else a_bot(name, lr)
    return an_operation("bots-get", {"name": name}, began, began + PATIENT, answer)


def there(lr: float, version: int, *, exact: bool = True) -> Found:
    return Found(BotState(values_of(a_bot("any", lr)), version), exact=exact)


# One order explains everything


def test_a_history_of_one_command_after_the_other_is_explained() -> None:
    history = [
        create("x", 0.1, 0),
        update("x", 0.2, 2),
        get("x", 0.2, 4),
        delete("x", 6),
        get("x", None, 8),
        create("x", 0.3, 10),
    ]

    assert fault(history, {"x": there(0.3, 1)}) is None


def test_commands_at_the_same_time_may_have_happened_in_either_order() -> None:
    history = [create("x", 0.1, 0), update("x", 0.2, 2, 9), update("x", 0.3, 3, 8)]

    assert fault(history, {"x": there(0.2, 3)}) is None
    assert fault(history, {"x": there(0.3, 3)}) is None


def test_a_lost_update_is_found() -> None:
    history = [create("x", 0.1, 0), update("x", 0.2, 2)]

    assert fault(history, {"x": there(0.1, 1)}) is not None


def test_a_lost_create_is_found() -> None:
    assert fault([create("x", 0.1, 0)], {}) is not None


def test_a_lost_delete_is_found() -> None:
    assert fault([create("x", 0.1, 0), delete("x", 2)], {"x": there(0.1, 1)}) is not None


def test_a_write_that_was_lost_and_overwritten_is_found_by_the_version() -> None:
    history = [create("x", 0.1, 0), update("x", 0.2, 2), update("x", 0.3, 4)]

    assert fault(history, {"x": there(0.3, 3)}) is None
    assert fault(history, {"x": there(0.3, 2)}) is not None


def test_an_update_that_had_its_effect_twice_is_found() -> None:
    history = [create("x", 0.1, 0), update("x", 0.2, 2), update("x", 0.3, 4)]

    assert fault(history, {"x": there(0.2, 4)}) is not None  # it came back after the other
    assert fault(history, {"x": there(0.3, 4)}) is not None  # it came back before the other


def test_a_create_that_had_its_effect_twice_is_found() -> None:
    history = [create("x", 0.1, 0), delete("x", 2)]

    assert fault(history, {"x": there(0.1, 1)}) is not None


def test_the_effect_of_what_was_never_answered_may_be_there_or_not() -> None:
    history = [create("x", 0.1, 0), update("x", 0.2, 2, NEVER)]

    assert fault(history, {"x": there(0.1, 1)}) is None
    assert fault(history, {"x": there(0.2, 2)}) is None
    assert fault(history, {"x": there(0.2, 3)}) is not None


def test_a_stale_read_is_found() -> None:
    history = [create("x", 0.1, 0), update("x", 0.2, 2), get("x", 0.1, 4)]

    assert fault(history, None) is not None


def test_a_read_of_what_nobody_wrote_is_found() -> None:
    assert fault([create("x", 0.1, 0), get("x", 0.9, 2)], None) is not None


def test_two_reads_that_see_two_writes_in_different_orders_are_found() -> None:
    history = [
        create("x", 0.1, 0),
        update("x", 0.2, 2, 20),
        update("x", 0.3, 2.5, 20),
        get("x", 0.2, 4),
        get("x", 0.3, 6),
        get("x", 0.2, 8),
    ]

    assert fault(history, None) is not None


def test_a_list_that_lacks_a_bot_is_found() -> None:
    listed = an_operation("bots-get", {}, 4, 5, {"bots": [a_bot("x", 0.1)]})

    assert fault([create("x", 0.1, 0), listed], None) is None
    assert fault([create("x", 0.1, 0), create("y", 0.1, 2), listed], None) is not None


def test_a_refusal_without_its_reason_is_found() -> None:
    assert fault([create("x", 0.1, 0), delete("x", 2, "not_found")], None) is not None
    taken = an_operation("bots-create", {"name": "x", "lr": 0.1, "gamma": 0.5}, 0, 1, "name_taken")
    assert fault([taken], None) is not None


def test_an_update_that_changes_nothing_leaves_the_version() -> None:
    history = [create("x", 0.1, 0), update("x", 0.1, 2)]

    assert fault(history, {"x": there(0.1, 1)}) is None
    assert fault(history, {"x": there(0.1, 2)}) is not None


def test_a_new_name_moves_the_bot_and_must_be_free() -> None:
    moved = an_operation("bots-update", {"name": "x", "new_name": "y"}, 2, 3, a_bot("y", 0.1))
    taken = an_operation("bots-update", {"name": "x", "new_name": "y"}, 2, 3, "name_taken")

    assert fault([create("x", 0.1, 0), moved], {"y": there(0.1, 2)}) is None
    assert fault([create("x", 0.1, 0), taken], None) is not None
    assert fault([create("x", 0.1, 0), create("y", 0.2, 0), taken], None) is None


def test_a_training_may_add_to_a_version_but_never_take_from_it() -> None:
    history = [create("x", 0.1, 0), update("x", 0.2, 2)]

    assert fault(history, {"x": there(0.2, 5, exact=False)}) is None
    assert fault(history, {"x": there(0.2, 1, exact=False)}) is not None


def test_a_busy_bot_exists() -> None:
    assert fault([create("x", 0.1, 0), delete("x", 2, "bot_busy")], {"x": there(0.1, 1)}) is None
    assert fault([delete("x", 2, "bot_busy")], None) is not None


@given(st.integers(0, 10**6))
def test_any_real_execution_is_explained_and_one_with_writes_of_nobodys_is_not(seed: int) -> None:
    dice = random.Random(seed)
    state, history = EMPTY, []
    for number in range(40):  # each has its effect at `number`, within a random span around it
        name = f"{dice.randrange(3)}"
        lr = (number + 1) / 100
        asked = dice.choice((create, update))(name, lr, number, NEVER)
        if dice.random() < 0.2:
            asked = an_operation("bots-delete", {"name": name}, number, NEVER, None)
        before = dict(state)
        (state,) = after(state, asked)
        asked.began = number - dice.uniform(0, 3)
        answer = _answered(asked, before)
        asked.acknowledge(replace(answer, at=number + dice.uniform(0, 3)))
        history.append(asked)
    found = {name: Found(bot) for name, bot in state}

    assert fault(history, found) is None
    for name, one in found.items():
        more = replace(one, bot=replace(one.bot, version=len(history) + 1))
        assert fault(history, {**found, name: more}) is not None
        assert fault(history, {**found, name: there(0.999, one.bot.version)}) is not None


def _answered(asked: Operation, before: dict[str, BotState]) -> Answer:
    name = asked.params["name"]
    exists = name in before
    if asked.query == "bots-create" and exists:
        return Answer(way="REST", at=0, data={}, code="name_taken")
    if asked.query != "bots-create" and not exists:
        return Answer(way="REST", at=0, data={}, code="not_found")
    if asked.query == "bots-delete":
        return Answer(way="REST", at=0, data={"name": name})
    shown = dict(zip(FIELDS, before[name].values, strict=True)) if exists else DEFAULTS
    return Answer(way="REST", at=0, data={**shown, **asked.params})


# What the history tells alone


def test_two_answers_to_one_id_are_found() -> None:
    twice = update("x", 0.2, 2)
    twice.acknowledge(Answer(way="WebSocket", at=4, data=a_bot("x", 0.2)))
    assert different_answers([twice]) == []

    twice.acknowledge(Answer(way="WebSocket", at=5, data={}, code="not_found"))

    assert len(different_answers([twice])) == 1


def test_a_start_that_was_answered_with_two_trainings_is_found() -> None:
    twice = an_operation("trainings-start", {}, 0, 1, {"id": 7, "state": "queued"})
    twice.acknowledge(Answer(way="WebSocket", at=2, data={"id": 7, "state": "running"}))
    assert different_answers([twice]) == []

    twice.acknowledge(Answer(way="WebSocket", at=3, data={"id": 8, "state": "queued"}))

    assert len(different_answers([twice])) == 1


def test_what_was_never_answered_is_found() -> None:
    assert len(unanswered([update("x", 0.2, 2, NEVER), update("x", 0.3, 2)])) == 1


def test_another_users_canary_in_an_answer_is_found() -> None:
    history = History([ADA, EVE])
    history.saw(ADA, f'{{"name": "{ADA.name(1)}"}}')
    history.saw(ADA, f"there is no bot {EVE.name(1)}", asked=EVE.name(1))
    assert history.faults == []

    history.saw(ADA, f'{{"name": "{EVE.name(1)}"}}')

    assert len(history.faults) == 1


# What the database tells


def rows() -> Rows:
    return {
        **{table: [] for table in TABLES},
        "users": [{"id": 7, "email": ADA.email}, {"id": 8, "email": EVE.email}],
    }


def a_row(bot_id: int, owner: int, name: str, **changes: Any) -> Row:
    return {**a_bot(name, 0.1), "id": bot_id, "owner_id": owner, "deleted_at": None, **changes}


def faults(there: Rows, *operations: Operation) -> list[str]:
    history = History([ADA, EVE], list(operations))
    return wrong_facts(Facts.read(there, history.people), history)


def of_ada(slot: int, began: float = 0) -> Operation:
    return create(ADA.name(slot), 0.1, began)


def test_rows_that_are_as_they_should_be_are_no_fault() -> None:
    there = rows()
    there["bots"] = [a_row(1, 7, ADA.name(1))]

    assert faults(there, of_ada(1)) == []


def test_a_row_of_another_users_is_found() -> None:
    there = rows()
    there["bots"] = [a_row(1, 7, EVE.name(1))]

    assert any("holds canary0000000e" in one for one in faults(there, of_ada(1)))


def test_a_stored_answer_about_another_users_bot_is_found_but_a_refusal_may_name_it() -> None:
    there = rows()
    there["commands"] = [
        {"owner_id": 7, "answer": f'{{"refused": "not_found", "args": ["{EVE.name(1)}"]}}'},
        {"owner_id": 7, "answer": {"refused": "not_found", "args": [EVE.name(1)]}},
    ]
    assert faults(there) == []

    there["commands"].append({"owner_id": 7, "answer": f'{{"name": "{EVE.name(1)}"}}'})

    assert len(faults(there)) == 1


def test_a_training_of_another_users_bot_is_found() -> None:
    there = rows()
    there["bots"] = [a_row(1, 7, ADA.name(1))]
    there["trainings"] = [{"id": 1, "owner_id": 8, "bot_id": 1, "state": "queued"}]

    assert any("another's bot_id" in one for one in faults(there, of_ada(1)))


def test_two_bots_of_one_name_are_found() -> None:
    there = rows()
    there["bots"] = [a_row(1, 7, ADA.name(1)), a_row(2, 7, ADA.name(1))]

    assert any("2 bots of one name" in one for one in faults(there, of_ada(1), of_ada(1, 2)))


def test_a_create_that_left_two_rows_is_found_even_if_both_are_deleted() -> None:
    there = rows()
    gone = {"deleted_at": "2026-01-01"}
    there["bots"] = [a_row(1, 7, ADA.name(1), **gone), a_row(2, 7, ADA.name(1), **gone)]

    found = faults(there, of_ada(1), delete(ADA.name(1), 2))

    assert any("1 to 1 bots-create" in one and "2 bots are there" in one for one in found)
    assert any("1 to 1 bots-delete" in one for one in found)


@pytest.mark.parametrize("numbers", [[1, 3], [2, 3], [1, 2, 2], [1, 2]])
def test_a_gap_between_events_is_found(numbers: list[int]) -> None:
    there = rows()
    there["topics"] = [{"topic": "training/1", "owner_id": 7, "last_seq": 3}]
    there["events"] = [{"topic": "training/1", "owner_id": 7, "seq": number} for number in numbers]

    assert any("events of training/1" in one for one in faults(there))


@pytest.mark.parametrize("times", [0, 2])
def test_a_change_of_a_training_that_is_there_not_exactly_once_is_found(times: int) -> None:
    there = rows()
    there["bots"] = [a_row(1, 7, ADA.name(1))]
    there["trainings"] = [{"id": 5, "owner_id": 7, "bot_id": 1, "state": "running"}]
    change = {"training_id": 5, "owner_id": 7, "command_id": "40", "stop": 0}
    there["parameter_changes"] = [change]
    asked = an_operation("trainings-update", {"id": 5, "lr": 0.1}, 4, 5, {"id": 5})
    asked.id = "4-0"
    start = an_operation("trainings-start", {}, 2, 3, {"id": 5})
    assert faults(there, of_ada(1), start, asked) == []

    there["parameter_changes"] = [change] * times

    assert len(faults(there, of_ada(1), start, asked)) == 1


def test_a_stopped_training_that_goes_on_is_found() -> None:
    there = rows()
    there["bots"] = [a_row(1, 7, ADA.name(1))]
    there["trainings"] = [{"id": 5, "owner_id": 7, "bot_id": 1, "state": "running"}]
    start = an_operation("trainings-start", {}, 2, 3, {"id": 5})
    stop = an_operation("trainings-stop", {"id": 5}, 4, 5, {"id": 5})

    assert len(faults(there, of_ada(1), start, stop)) == 1
