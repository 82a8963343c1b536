"""Expressions come to what Python makes of them, or to an error; and never take long."""

import math
import re
import statistics
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.agents.tools.expressions import LONGEST, value

_NUMBERS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.floats(0, 1e6, allow_nan=False).map(lambda number: f"{number:.6g}"),
    st.sampled_from(["0", "1", "2", "3", ".5", "7.", "1e3", "2.5e-3", "pi", "e"]),
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "**"]), inner).map(" ".join),
        pair.map(lambda two: f"{two[0]} % ({two[1]})"),
        inner.map(lambda one: f"({one})"),
        inner.map(lambda one: f"-{one}"),
        inner.map(lambda one: f"+{one}"),
        pair.map(lambda two: f"max({two[0]}, {two[1]})"),
        pair.map(lambda two: f"min({two[0]}, {two[1]})"),
        pair.map(lambda two: f"sum([{two[0]}, {two[1]}])"),
        st.tuples(st.sampled_from(["abs", "floor", "ceil", "exp", "sqrt", "log"]), inner).map(
            lambda two: f"{two[0]}({two[1]})"
        ),
    )


EXPRESSIONS = st.recursive(_NUMBERS, _grown, max_leaves=12).filter(lambda text: len(text) < LONGEST)
_PYTHON = {
    "abs": abs, "max": max, "min": min, "sum": sum, "floor": math.floor, "ceil": math.ceil,
    "exp": math.exp, "sqrt": math.sqrt, "log": math.log, "pi": math.pi, "e": math.e,
}  # fmt: skip


def _too_much_for_python(text: str) -> bool:
    return text.count("**") > 1 or bool(re.search(r"\*\* *-*\(*\d{4}", text))


@settings(max_examples=400)
@given(EXPRESSIONS.filter(lambda text: not _too_much_for_python(text)))
def test_an_expression_comes_to_what_python_makes_of_it(text: str) -> None:
    try:
        expected = eval(text, {"__builtins__": {}}, _PYTHON)
    except (ArithmeticError, ValueError, TypeError):
        expected = None
    try:
        found: object = value(text)
    except ValueError:
        found = None

    bounded = isinstance(expected, int | float) and abs(expected) < 1e300
    if found is not None:
        assert found == expected
        assert type(found) is type(expected)
    elif bounded:
        # a step on the way may be out of bounds though the result is not
        assert re.search(r"\*\*|exp", text)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("2 ** 3 ** 2", 512),
        ("7 // -(2)", -4),
        ("(-7) % 3", 2),
        ("1 - 2 - 3", -4),
        ("round(2.675, 2)", 2.67),
        ("round(2.5)", 2),
        ("mean(1, 2, 4.5)", 2.5),
        ("mean([1, 2], 3)", 2.0),
        ("stdev(1, 2, 3, 4)", statistics.stdev([1, 2, 3, 4])),
        ("log10(1000)", 3.0),
        ("3 × 4 ÷ 2 − 1", 5.0),
        ("2π", None),
        ("π * 2", 2 * math.pi),
        (" ( 1 ) ", 1),
    ],
)
def test_what_models_write(text: str, result: float | None) -> None:
    if result is None:
        with pytest.raises(ValueError, match="not expected"):
            value(text)
    else:
        assert value(text) == result


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the end at 1"),
        ("1 +", "the end at 4"),
        ("1 + * 2", r"'\*' at 5 is not expected"),
        ("(1 + 2", r"'\)' is missing at 7"),
        ("1 2", "'2' at 3 is not expected"),
        ("2 ^ 3", r"write \*\* for a power"),
        ("1 / (2 - 2)", "'/' at 3: division by zero"),
        ("5% of 200", "'%' at 2 is the remainder|unknown"),
        ("10% + 3", "write 5 / 100 for 5 per cent"),
        ("close * 2", "'close' at 1 is unknown"),
        ("open('/etc/passwd')", "there is no function 'open'|not understood"),
        ("__import__(1)", "there is no function"),
        ("(1).real", "not understood|not expected"),
        ("1 < 2", "not understood"),
        ("1 == 1", "no comparisons"),
        ("sqrt(-1)", "'sqrt' at 1"),
        ("(-8) ** 0.5", "not a real number"),
        ("log(0)", "'log' at 1"),
        ("abs()", "wrong number or kind"),
        ("abs(1, 2)", "wrong number or kind"),
        ("round(1, 400)", "at most 15 digits"),
        ("stdev(1)", "at least two"),
        ("[1, 2]", r"'\[' at 1 is not expected"),
        ("1,000 + 1", "',' at 2 is not expected"),
        ("1e999", "too large"),
        ("\x00", "control character"),
        ("１+１", "not understood"),
    ],
)
def test_an_error_says_where_and_what(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        value(text)


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9**9",
        "9" * 400,
        "(" * 200 + "1" + ")" * 200,
        "-" * 400 + "1",
        "2**" * 150 + "2",
        "sum(" * 100 + "1" + ")" * 100,
        "[" * 499,
        "10**308 * 10**308",
        "exp(710)",
        "(2**1000)**2",
        "1" + "*99999999999999999999" * 23,
        "x" * 10_000,
        "1+" * 5_000,
        "2**(10**30)",
        "0.5**-(10**30)",
        "1e308*10",
    ],
)
def test_hostile_expressions_are_refused_at_once(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ValueError, match=r"too large|too deep|too many|longer|expected|missing"):
        value(text)

    assert time.perf_counter() - began < 1


@settings(max_examples=300)
@given(st.text(st.sampled_from("0123456789.eE+-*/%()[], \tabsqrtmeanπ_^="), max_size=LONGEST))
def test_any_text_comes_to_a_finite_number_or_to_an_error(text: str) -> None:
    try:
        found = value(text)
    except ValueError:
        return
    assert math.isfinite(found)
