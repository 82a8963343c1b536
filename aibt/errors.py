"""What can go wrong on purpose: each error has a stable code and, where one is at fault, a field.

Every error is raised with exactly the arguments it was given, so that it survives the trip
between processes (an exception whose `args` differ from its signature cannot be unpickled).
"""

from typing import ClassVar


class AibtError(Exception):
    """Base of all errors that a caller may see. `str()` is one sentence for a person."""

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    at: str | None = None

    @property
    def field(self) -> str | None:
        """The request's field that is at fault, or None."""
        return self.at


class Invalid(AibtError, ValueError):
    """A value in the request is not acceptable."""

    code = "invalid"
    http_status = 422

    def __init__(self, at: str | None, reason: str) -> None:
        super().__init__(at, reason)
        self.at = at
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.at}: {self.reason}" if self.at else self.reason


class UnknownQuery(AibtError):
    """The request names a query that does not exist."""

    code = "unknown_query"
    http_status = 404
    at = "query"

    def __init__(self, query: str) -> None:
        super().__init__(query)
        self.query = query

    def __str__(self) -> str:
        return f"there is no query {self.query!r}"


class NotFound(AibtError):
    """There is no such thing, or it belongs to someone else: the two are not told apart."""

    code = "not_found"
    http_status = 404

    def __init__(self, kind: str, name: str, at: str | None = None) -> None:
        super().__init__(kind, name, at)
        self.kind = kind
        self.name = name
        self.at = at

    def __str__(self) -> str:
        return f"there is no {self.kind} {self.name!r}"


class NameTaken(AibtError):
    """Another bot of the same owner has this name."""

    code = "name_taken"
    http_status = 409

    def __init__(self, name: str, at: str) -> None:
        super().__init__(name, at)
        self.name = name
        self.at = at

    def __str__(self) -> str:
        return f"you already have a bot named {self.name!r}"


class BotBusy(AibtError):
    """The bot has an active training, so it cannot do what was asked."""

    code = "bot_busy"
    http_status = 409

    def __init__(self, name: str, training_id: int, at: str = "bot_name") -> None:
        super().__init__(name, training_id, at)
        self.name = name
        self.training_id = training_id
        self.at = at

    def __str__(self) -> str:
        return f"bot {self.name!r} is busy with training {self.training_id}"


class TrainingEnded(AibtError):
    """The training has finished, stopped or failed: it takes no more commands."""

    code = "training_ended"
    http_status = 409
    at = "id"

    def __init__(self, training_id: int, state: str) -> None:
        super().__init__(training_id, state)
        self.training_id = training_id
        self.state = state

    def __str__(self) -> str:
        return f"training {self.training_id} has ended ({self.state})"


class AgentNameTaken(AibtError):
    """Another agent of the same owner has this name."""

    code = "agent_name_taken"
    http_status = 409

    def __init__(self, name: str, at: str) -> None:
        super().__init__(name, at)
        self.name = name
        self.at = at

    def __str__(self) -> str:
        return f"you already have an agent named {self.name!r}"


class AgentBusy(AibtError):
    """The agent has an active session, so it cannot do what was asked."""

    code = "agent_busy"
    http_status = 409

    def __init__(self, name: str, session_id: int, at: str = "model_id") -> None:
        super().__init__(name, session_id, at)
        self.name = name
        self.session_id = session_id
        self.at = at

    def __str__(self) -> str:
        return f"agent {self.name!r} is busy with session {self.session_id}"


class SessionEnded(AibtError):
    """The session has finished, stopped or failed: it takes no more commands."""

    code = "session_ended"
    http_status = 409
    at = "id"

    def __init__(self, session_id: int, state: str) -> None:
        super().__init__(session_id, state)
        self.session_id = session_id
        self.state = state

    def __str__(self) -> str:
        return f"session {self.session_id} has ended ({self.state})"


class EvaluationEnded(AibtError):
    """The evaluation has finished, stopped or failed: it takes no more commands."""

    code = "evaluation_ended"
    http_status = 409
    at = "id"

    def __init__(self, evaluation_id: int, state: str) -> None:
        super().__init__(evaluation_id, state)
        self.evaluation_id = evaluation_id
        self.state = state

    def __str__(self) -> str:
        return f"evaluation {self.evaluation_id} has ended ({self.state})"


class OrderDenied(AibtError):
    """Our risk check denied an order; nothing of it reaches the market."""

    code = "order_denied"
    http_status = 409

    def __init__(self, order_id: str, reason: str, says: str) -> None:
        super().__init__(order_id, reason, says)
        self.order_id = order_id
        self.reason = reason  # one of `aibt.trading.orders.DenyReason`
        self.says = says

    def __str__(self) -> str:
        return f"order denied ({self.reason}): {self.says}"


class ModelRefused(AibtError):
    """A provider refuses the request for good: a wrong key, no credit, an unknown model."""

    code = "model_refused"
    http_status = 422
    at = "base_model"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the model's provider refuses: {self.reason}"


class IdReused(AibtError):
    """The request's id was used before, with other content."""

    code = "id_reused"
    http_status = 409
    at = "id"

    def __init__(self, command_id: str) -> None:
        super().__init__(command_id)
        self.command_id = command_id

    def __str__(self) -> str:
        return f"id {self.command_id} was used before for another request"


class UnknownSymbol(AibtError):
    """No source that was asked has this symbol in this period."""

    code = "unknown_symbol"
    http_status = 404
    at = "symbol"

    def __init__(self, symbol: str, interval: str) -> None:
        super().__init__(symbol, interval)
        self.symbol = symbol
        self.interval = interval

    def __str__(self) -> str:
        return f"no market source has {self.symbol} in {self.interval}"


class SourceUnavailable(AibtError):
    """A market source could not be reached, or limits us, and the cache holds nothing.

    `at` is `source` if the request named one, else `symbol`.
    """

    code = "source_unavailable"
    http_status = 503

    def __init__(self, source: str, reason: str, at: str = "symbol") -> None:
        super().__init__(source, reason, at)
        self.source = source
        self.reason = reason
        self.at = at

    def __str__(self) -> str:
        return f"market source {self.source} is unavailable: {self.reason}"


class BadBars(AibtError):
    """The bars of a source break a rule that cannot be mended by leaving a bar out."""

    code = "bad_bars"
    http_status = 422
    at = "symbol"

    def __init__(self, symbol: str, reason: str) -> None:
        super().__init__(symbol, reason)
        self.symbol = symbol
        self.reason = reason

    def __str__(self) -> str:
        return f"the bars of {self.symbol} cannot be used: {self.reason}"


class NoPlace(AibtError):
    """What was asked for can never fit this cluster."""

    code = "no_place"
    http_status = 422

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(at, reason)
        self.at = at
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.at}: {self.reason}"


class LeaseLost(AibtError):
    """A newer activation holds the lease: what this one writes no longer counts."""

    code = "lease_lost"
    http_status = 409

    def __init__(self, topic: str, epoch: int) -> None:
        super().__init__(topic, epoch)
        self.topic = topic
        self.epoch = epoch

    def __str__(self) -> str:
        return f"epoch {self.epoch} of {self.topic} is over"


class Unavailable(AibtError):
    """Something did not answer in time: nothing is decided, and the same may be asked again."""

    code = "unavailable"
    http_status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"not available at the moment, please repeat: {self.reason}"


class ActorUnavailable(Unavailable):
    """An actor died or did not answer in time; the command may or may not have run."""


class ModelUnavailable(Unavailable):
    """A language model's provider did not answer well, after all the tries that it was given."""

    code = "model_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the model does not answer: {self.reason}"


class RateLimited(AibtError):
    """Too many requests; `retry_after_s` says when the next one may succeed."""

    code = "rate_limited"
    http_status = 429

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"too many requests, try again in {self.retry_after_s:.0f} s"


class NotSignedIn(AibtError):
    """The request says not who is asking, or its token, ticket or sign-in is over."""

    code = "not_signed_in"
    http_status = 401

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"please sign in: {self.reason}"


class BadCredentials(AibtError):
    """E-mail or password is wrong; which of them is not told."""

    code = "bad_credentials"
    http_status = 401

    def __init__(self) -> None:
        super().__init__()

    def __str__(self) -> str:
        return "e-mail or password is wrong"


class NotListed(AibtError):
    """The e-mail is not on the whitelist of this installation."""

    code = "not_listed"
    http_status = 403
    at = "email"

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email

    def __str__(self) -> str:
        return f"{self.email} is not on this installation's list: ask its administrator"


class UserDisabled(AibtError):
    """An administrator has disabled this user."""

    code = "user_disabled"
    http_status = 403

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email

    def __str__(self) -> str:
        return f"{self.email} is disabled: ask the administrator"


class Forbidden(AibtError):
    """Only an administrator may do this."""

    code = "forbidden"
    http_status = 403

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class EmailTaken(AibtError):
    """There is an account with this e-mail."""

    code = "email_taken"
    http_status = 409
    at = "email"

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email

    def __str__(self) -> str:
        return f"there is an account of {self.email}: sign in instead"


class QuotaExceeded(AibtError):
    """The user has, or asks for, more of something than the quota allows."""

    code = "quota_exceeded"
    http_status = 429

    def __init__(self, at: str | None, reason: str) -> None:
        super().__init__(at, reason)
        self.at = at
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class StoreUnavailable(Unavailable):
    """The database did not take or answer something in time."""

    def __str__(self) -> str:
        return f"the store is not available at the moment, please repeat: {self.reason}"


class SchemaMismatch(AibtError):
    """The database has not the schema that this version of AIBT works with."""

    code = "schema_mismatch"
    http_status = 503

    def __init__(self, found: str | None, expected: str) -> None:
        super().__init__(found, expected)
        self.found = found
        self.expected = expected

    def __str__(self) -> str:
        found = f"version {self.found}" if self.found else "no schema"
        return f"the database has {found}, but version {self.expected} is needed: migrate it first"


class VersionConflict(AibtError):
    """What was to be changed has changed since the caller looked at it."""

    code = "version_conflict"
    http_status = 409
    at = "version"

    def __init__(self, kind: str, name: str, seen: int, found: int) -> None:
        super().__init__(kind, name, seen, found)
        self.kind = kind
        self.name = name
        self.seen = seen
        self.found = found

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} is at version {self.found}, not {self.seen}"


def from_answer(code: str, args: list[object]) -> AibtError:
    """Return the error that a command was refused with, from its code and its arguments.

    Raises:
        ValueError: no error has this code and takes such arguments.
    """
    for kind in _kinds(AibtError):
        if kind.code == code and "__init__" in vars(kind):
            try:
                return kind(*args)
            except TypeError as error:
                raise ValueError(f"{code} does not take {args!r}") from error
    raise ValueError(f"no error has the code {code!r}")


def _kinds(base: type[AibtError]) -> list[type[AibtError]]:
    return [kind for direct in base.__subclasses__() for kind in (direct, *_kinds(direct))]
