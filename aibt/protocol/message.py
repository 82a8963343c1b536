"""What every wire model shares, and the types of fields that occur in several of them."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from aibt.errors import Invalid
from aibt.market.intervals import parse_interval
from aibt.market.symbols import parse_symbol
from aibt.rl.catalogue import ALGORITHMS, ENCODERS, unknown_algorithm, unknown_encoder

PROVIDER_PATTERN = r"^[a-z0-9][a-z0-9_\-]{0,63}$"
# What every dialect of regular expressions can say of a name: of ASCII only letters, digits and
# " -._", these not at the start. Which other characters are letters is said by `canonical_name`.
NAME_PATTERN = r"^[^\x00-/:-@\[-`{-\x7f][^\x00-\x1f!-,/:-@\[-\^`{-\x7f]{0,63}$"
MAX_NUMBER = 2**53 - 1  # the largest whole number that every JSON reader keeps exact
MAX_ID = 2**31 - 1  # the largest id that a database gives
_PUNCTUATION = frozenset(" _-.")


class WireMessage(BaseModel):
    """A payload: frozen, strict, refusing names it does not know, NaN and infinity."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read what `model_dump(mode="json")` wrote, from the store or another process.

        Raises:
            pydantic.ValidationError: `data` is not such a payload.
        """
        return cls.model_validate(dict(data), strict=False)


class Params(WireMessage):
    """The parameters of a query, as a client sent them."""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Validate what a client sent.

        Raises:
            Invalid: a value is not acceptable; its field is the first one at fault.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise first_fault(error) from None

    def asked(self) -> dict[str, Any]:
        """Return what makes this request, the same however it was written."""
        return self.model_dump(mode="json")


def first_fault(error: ValidationError) -> Invalid:
    """Return the first of a model's faults, with the field as the client calls it."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    at = ".".join(str(part) for part in fault["loc"] if isinstance(part, str))[:64] or None
    reason = fault["msg"].removeprefix("Value error, ")
    return Invalid(at, _plain(fault["type"], reason))


def _plain(kind: str, reason: str) -> str:
    if kind == "extra_forbidden":
        return "there is no such field"
    return reason[:1].lower() + reason[1:]


def canonical_name(name: str) -> str:
    """Return a name of a bot or an agent in its one form.

    Raises:
        ValueError: it is none.
    """
    given, name = name, unicodedata.normalize("NFKC", name)
    if not 1 <= len(name) <= 64 or len(given) > 64:
        raise ValueError("a name has 1 to 64 characters")
    if not _is_letter_or_digit(name[0]):
        raise ValueError("a name starts with a letter or a digit")
    if not all(_is_letter_or_digit(char) or char in _PUNCTUATION for char in name):
        raise ValueError("a name has only letters, digits, spaces and the characters _ - .")
    return name


def _is_letter_or_digit(char: str) -> bool:
    return unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"}


def _canonical_symbol(text: str) -> str:
    try:
        return parse_symbol(text)
    except Invalid as error:
        raise ValueError(error.reason) from None


def _canonical_period(text: str) -> str:
    try:
        return str(parse_interval(text))
    except Invalid as error:
        raise ValueError(error.reason) from None


def _known_algorithm(name: str) -> str:
    if name not in ALGORITHMS:
        raise ValueError(unknown_algorithm(name).reason)
    return name


def _known_encoder(name: str) -> str:
    if name not in ENCODERS:
        raise ValueError(unknown_encoder(name).reason)
    return name


Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Cursor = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Name = Annotated[
    str,
    AfterValidator(canonical_name),
    Field(
        description="1 to 64 letters, digits, spaces, `_`, `-` or `.` after NFKC normalisation, "
        "starting with a letter or a digit",
        json_schema_extra={"minLength": 1, "maxLength": 64, "pattern": NAME_PATTERN},
    ),
]
Symbol = Annotated[
    str,
    AfterValidator(_canonical_symbol),
    Field(
        description="symbol as its source writes it: EURUSD, ^GSPC, GOOGL, BTC-USD",
        json_schema_extra={
            "minLength": 1,
            "maxLength": 64,
            "pattern": r"^[\^A-Za-z0-9][A-Za-z0-9.\-=\^]{0,14}$",
        },
    ),
]
Period = Annotated[
    str,
    AfterValidator(_canonical_period),
    Field(description="bar interval: D1, H1, M15 … or 1d, 1h, 15m; answered in the latter form"),
]
Source = Literal["csv", "sample", "yahoo", "synthetic"]
Algorithm = Annotated[
    str,
    AfterValidator(_known_algorithm),
    Field(
        description="how it learns; `GET /api/algorithms` says what each does",
        json_schema_extra={"enum": list(ALGORITHMS)},
    ),
]
Encoder = Annotated[
    str,
    AfterValidator(_known_encoder),
    Field(
        description="how its network reads the bars; `GET /api/algorithms` says what each does",
        json_schema_extra={"enum": list(ENCODERS)},
    ),
]
LearningRate = Annotated[float, Field(gt=0, le=1, description="learning rate")]
Gamma = Annotated[float, Field(ge=0, le=1, description="discount per bar")]
BatchSize = Annotated[int, Field(ge=1, le=8_192, description="transitions per update")]
Episodes = Annotated[int, Field(ge=1, le=1_000_000)]
HiddenLayers = Annotated[int, Field(ge=1, le=1_024, description="width of each hidden layer")]
Depth = Annotated[int, Field(ge=1, le=8, description="number of hidden layers")]
DiscounterRate = Annotated[
    int,
    Field(
        ge=0,
        le=1_000_000,
        description="exploration budget in episodes: in episode k an action is random with "
        "probability clamp((discounter_rate - k) / 200, 0, 1)",
    ),
]
RateHz = Annotated[float, Field(ge=0.1, le=30, description="most `status` frames a second")]
BasisPoints = Annotated[float, Field(ge=0, lt=10_000)]
