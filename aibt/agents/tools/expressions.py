"""Arithmetic from text, with bounds on everything: a recursive descent parser, and no eval.

Numbers, operators and functions mean what they mean in Python. A `%` is the remainder; where it
might be meant as per cent, it is refused instead of guessed.
"""

import math
import re
import statistics
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

Number = int | float
_T = TypeVar("_T")

LONGEST: Final = 500
"""Characters of an expression."""

_DEEPEST: Final = 40  # parentheses, signs and powers within each other
_MOST_BITS: Final = 1_024  # of a whole number: about 308 digits, as far as a float reaches
_MOST_DIGITS: Final = 15  # that `round` may be asked for
_SAME: Final = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "π": " pi "})
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|//|[-+*/%(),\[\]]))",
    re.ASCII,
)
_CONSTANTS: Final = {"pi": math.pi, "e": math.e}
_STARTS_OPERAND: Final = frozenset({"number", "name", "(", "["})


class _Token(NamedTuple):
    kind: str  # `number`, `name`, `end`, or the sign itself
    text: str
    at: int  # its first character's place, counted from 1


def value(expression: str) -> Number:
    """Return what `expression` comes to: a finite number, whole where Python's is.

    Raises:
        ValueError: it is no expression, breaks a bound or has no value; the message says where.
    """
    if len(expression) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    return _Parser(_tokens(expression.translate(_SAME))).whole()


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ValueError(f"{_odd(text[at])} at {at + 1} is not understood")
        kind = match.lastgroup or "end"
        found = match[kind]
        tokens.append(_Token(found if kind == "sign" else kind, found, match.start(kind) + 1))
        at = match.end()
    return [*tokens, _Token("end", "the end", len(text) + 1)]


def _odd(letter: str) -> str:
    hints = {"^": "'^' (write ** for a power)", "=": "'=' (there are no comparisons)"}
    return hints.get(letter, repr(letter) if letter.isprintable() else "a control character")


class _Parser:
    """Reads and computes in one go; every step is small, because every number is."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Number:
        result = self._sum()
        if self._peek().kind != "end":
            raise _unexpected(self._peek())
        return result

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _expect(self, kind: str) -> None:
        if self._peek().kind != kind:
            raise ValueError(f"{kind!r} is missing at {self._peek().at}")
        self._take()

    def _sum(self) -> Number:
        left = self._product()
        while self._peek().kind in {"+", "-"}:
            sign = self._take()
            left = _applied(sign, left, self._product())
        return left

    def _product(self) -> Number:
        left = self._signed()
        while self._peek().kind in {"*", "/", "//", "%"}:
            sign = self._take()
            if sign.kind == "%" and self._peek().kind not in _STARTS_OPERAND:
                raise ValueError(
                    f"'%' at {sign.at} is the remainder, and what follows is no operand of it: "
                    "write 5 / 100 for 5 per cent, or parentheses around a negative number"
                )
            left = _applied(sign, left, self._signed())
        return left

    def _signed(self) -> Number:
        if self._peek().kind not in {"+", "-"}:
            return self._power()
        sign = self._take()
        with_sign = self._deeper(self._signed, sign)
        return -with_sign if sign.kind == "-" else with_sign

    def _power(self) -> Number:
        base = self._operand()
        if self._peek().kind != "**":
            return base
        sign = self._take()
        return _applied(sign, base, self._deeper(self._signed, sign))

    def _operand(self) -> Number:
        token = self._take()
        if token.kind == "number":
            return _number(token)
        if token.kind == "name":
            return self._named(token)
        if token.kind == "(":
            inner = self._deeper(self._sum, token)
            self._expect(")")
            return inner
        raise _unexpected(token)

    def _named(self, name: _Token) -> Number:
        if self._peek().kind != "(":
            if name.text in _CONSTANTS:
                return _CONSTANTS[name.text]
            raise ValueError(f"{name.text!r} at {name.at} is unknown: write numbers out")
        if name.text not in _FUNCTIONS:
            known = ", ".join(_FUNCTIONS)
            raise ValueError(f"there is no function {name.text!r} at {name.at}; there are: {known}")
        self._take()
        given = self._deeper(lambda: self._list(")"), name)
        return _checked(name, lambda: _FUNCTIONS[name.text](*given))

    def _list(self, end: str) -> list[Number]:
        """Read what a function is given, up to `end`; a list in brackets counts as its items."""
        found: list[Number] = []
        while self._peek().kind != end:
            if self._peek().kind == "[":
                opening = self._take()
                found += self._deeper(lambda: self._list("]"), opening)
            else:
                found.append(self._sum())
            if self._peek().kind != end:
                self._expect(",")
        self._take()
        return found

    def _deeper(self, read: Callable[[], _T], token: _Token) -> _T:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(f"nested too deep at {token.at}: at most {_DEEPEST}")
        result = read()
        self._depth -= 1
        return result


def _number(token: _Token) -> Number:
    whole = token.text.isdigit()
    if whole and len(token.text) > 308:
        raise ValueError(f"the number at {token.at} has too many digits")
    return _checked(token, lambda: int(token.text) if whole else float(token.text))


def _applied(sign: _Token, left: Number, right: Number) -> Number:
    return _checked(sign, lambda: _OPERATORS[sign.kind](left, right))


def _checked(token: _Token, compute: Callable[[], object]) -> Number:
    """Return a result that is a finite number of bounded size.

    Raises:
        ValueError: it is not, or there is none; the message says where.
    """
    at = f"{token.text!r} at {token.at}"
    try:
        result = compute()
    except ZeroDivisionError:
        raise ValueError(f"{at}: division by zero") from None
    except OverflowError:
        raise ValueError(f"{at}: the result is too large") from None
    except TypeError:
        raise ValueError(f"{at}: wrong number or kind of arguments") from None
    except (ValueError, statistics.StatisticsError) as error:
        raise ValueError(f"{at}: {error}") from None
    if not isinstance(result, int | float):
        raise ValueError(f"{at}: the result is not a real number")  # noqa: TRY004 - caller's
    if isinstance(result, int) and result.bit_length() > _MOST_BITS:
        raise ValueError(f"{at}: the result is too large")
    if not math.isfinite(result):
        raise ValueError(f"{at}: the result is too large")
    return result


def _unexpected(token: _Token) -> ValueError:
    return ValueError(f"{token.text if token.kind == 'end' else repr(token.text)} at {token.at} "
                      "is not expected there")  # fmt: skip


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1:
        bits = base.bit_length() * abs(exponent)
        if bits > 2 * _MOST_BITS:
            raise OverflowError
    result: Number = base**exponent
    return result


def _rounded(number: Number, digits: Number = 0, /) -> Number:
    if not isinstance(digits, int) or abs(digits) > _MOST_DIGITS:
        raise ValueError(f"round takes at most {_MOST_DIGITS} digits, as a whole number")
    return round(number, digits) if digits else round(number)


def _mean(*numbers: Number) -> float:
    if not numbers:
        raise ValueError("mean needs at least one number")
    return math.fsum(numbers) / len(numbers)


def _stdev(*numbers: Number) -> float:
    if len(numbers) < 2:
        raise ValueError("stdev needs at least two numbers")
    return statistics.stdev([float(number) for number in numbers])


def _of_several(choose: Callable[[Sequence[Number]], Number], name: str) -> Callable[..., Number]:
    def choice(*numbers: Number) -> Number:
        if not numbers:
            raise ValueError(f"{name} needs at least one number")
        return choose(numbers)

    return choice


_OPERATORS: Final[dict[str, Callable[[Number, Number], Number]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "**": _power,
}
_FUNCTIONS: Final[dict[str, Callable[..., Number]]] = {
    "abs": lambda number, /: abs(number),
    "min": _of_several(min, "min"),
    "max": _of_several(max, "max"),
    "round": _rounded,
    "sqrt": lambda number, /: math.sqrt(number),
    "log": lambda number, /: math.log(number),
    "log10": lambda number, /: math.log10(number),
    "exp": lambda number, /: math.exp(number),
    "floor": lambda number, /: math.floor(number),
    "ceil": lambda number, /: math.ceil(number),
    "sum": lambda *numbers: sum(numbers),
    "mean": _mean,
    "stdev": _stdev,
}
