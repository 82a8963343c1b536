"""Every error of ours crosses processes whole, and has a code of its own."""

import inspect
import pickle

import pytest

from aibt import errors

ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.AibtError) and kind is not errors.AibtError
]
_EXAMPLES = {int: 7, float: 2.5, str: "x"}


def an_error(kind: type[errors.AibtError]) -> errors.AibtError:
    wanted = list(inspect.signature(kind).parameters.values())
    return kind(*(_EXAMPLES.get(parameter.annotation, "x") for parameter in wanted))


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_survives_pickling_with_its_facts(kind: type[errors.AibtError]) -> None:
    error = an_error(kind)

    back = pickle.loads(pickle.dumps(error))

    assert type(back) is kind
    assert back.args == error.args
    assert vars(back) == vars(error)
    assert str(back) == str(error)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_a_refusal_can_be_made_again_from_its_code_and_arguments(
    kind: type[errors.AibtError],
) -> None:
    error = an_error(kind)

    again = errors.from_answer(error.code, list(error.args))

    assert isinstance(error, type(again))
    assert again.args == error.args


def test_no_two_kinds_of_error_share_a_code() -> None:
    codes = [kind.code for kind in ERRORS if "code" in vars(kind)]

    assert len(codes) == len(set(codes))
    assert "internal" not in codes
