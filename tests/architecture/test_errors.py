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


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in ERRORS]

    assert len(codes) == len(set(codes))
    assert "internal" not in codes
