"""A tool as it is declared: its name, what a model reads of it, its arguments, and what it does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    WithJsonSchema,
)

from aibt.agents.tools.desk import Desk, Result
from aibt.errors import Invalid
from aibt.live.events import Json
from aibt.market.symbols import parse_symbol

_MOST_FAULTS = 5
_LONGEST_FAULT = 300


class Arguments(BaseModel):
    """Arguments of one tool: what is not declared is refused, so that a typo is never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool. `run` is given arguments that were checked, and raises `AibtError` to refuse.

    Attributes:
        description: written for a language model: short and exact, with units and limits.
        time_limit_s: seconds after which a call is given up.
        on_timeout: what a model must know of a call that was given up.
    """

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Desk, Any], Awaitable[Result]]
    time_limit_s: float = 20.0
    on_timeout: str = "nothing was changed; it may be tried again"
    reads_only: bool = True

    def parameters(self) -> dict[str, Json]:
        """Return the JSON schema of the arguments, without what only takes a model's room."""
        schema = self.arguments.model_json_schema()
        plain = _without_titles(schema)
        plain.pop("description", None)
        plain.setdefault("properties", {})
        return plain

    def checked(self, given: Mapping[str, Any]) -> Arguments:
        """Return the arguments as `run` takes them.

        Raises:
            Invalid: with a sentence that helps the model, and never repeats what it gave.
        """
        try:
            return self.arguments.model_validate(dict(given))
        except ValidationError as error:
            raise Invalid(None, self._complaint(error)) from None

    def _complaint(self, error: ValidationError) -> str:
        found = error.errors(include_url=False, include_input=False)
        sentences = [self._fault(fault) for fault in found[:_MOST_FAULTS]]
        return "; ".join(sentences)

    def _fault(self, fault: Any) -> str:
        where = ".".join(str(part) for part in fault["loc"])[:40]
        if fault["type"] == "extra_forbidden":
            takes = ", ".join(self.arguments.model_fields) or "none"
            return f"{where}: {self.name} has no such argument; it takes: {takes}"
        if fault["type"] == "missing":
            return f"{where}: is needed"
        cause = fault.get("ctx", {}).get("error")
        says = cause.reason if isinstance(cause, Invalid) else str(cause or fault["msg"])
        return f"{where}: {says}"[:_LONGEST_FAULT] if where else says[:_LONGEST_FAULT]


def _without_titles(schema: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "properties":
            plain[name] = {key: _without_titles(inner) for key, inner in value.items()}
        elif name != "title" and not (name == "default" and value is None):
            plain[name] = value
    return plain


def _no_truth_value(given: object) -> object:
    if isinstance(given, bool):
        raise ValueError("must be a number, not true or false")  # noqa: TRY004 - pydantic's kind
    return given


Number = BeforeValidator(_no_truth_value)
"""Refuses `true` where a number belongs: pydantic would read it as 1."""

Symbol = Annotated[
    str,
    AfterValidator(parse_symbol),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 15,
            "pattern": r"^[A-Za-z0-9^][A-Za-z0-9.\-=^]{0,14}$",
            "description": "ticker of the session's universe, such as GOOGL, ^GSPC or EURUSD",
        }
    ),
]
