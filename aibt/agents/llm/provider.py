"""A language model behind any API that speaks OpenAI's Chat Completions."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random

import httpx2
from openai import AsyncOpenAI, AsyncStream
from pydantic import SecretStr

from aibt.agents.llm.backoff import Backoff
from aibt.agents.llm.bounded_http import BoundedClient, BoundedStream
from aibt.agents.llm.collecting import Collector
from aibt.agents.llm.failures import WENT_WRONG, BadAnswer, Failure, failure_of
from aibt.agents.llm.pricing import Prices, cost
from aibt.agents.llm.repair import repaired
from aibt.agents.llm.sentences import one_line
from aibt.agents.llm.usage import estimated, total
from aibt.agents.model import Answer, Message, Partial, ToolSpec, Usage
from aibt.clock import Clock, SystemClock
from aibt.errors import ModelRefused, ModelUnavailable
from aibt.live.events import Json

MAX_BYTES = 64 * 1024 * 1024
"""Of one answer on the wire, where each token has some 300 bytes around it."""

MAX_EVENT_BYTES = 2 * 1024 * 1024
"""Of what is parsed at once: one piece of a stream, or an answer that is no stream."""

_CONNECT_S = 20.0
_SHOWN_EVERY_S = 0.05
_WHOLE_ANSWER = 5  # times the time-out for silence, unless told otherwise
_NO_KEY = "none"  # the client insists on one; what it makes of it is not sent
_CUT = {"length", "max_tokens"}


class _Showing:
    """Shows what has streamed so far: at once, then every so often, and never not at all."""

    def __init__(self, collector: Collector, partial: Partial) -> None:
        self._collector = collector
        self._partial = partial
        self._loop = asyncio.get_running_loop()
        self._next_at = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        """Show nothing yet."""

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def changed(self) -> None:
        """Show it now, or as soon as it is time again."""
        if self._timer is None and self._collector.characters:
            self._timer = self._loop.call_at(self._next_at, self._show)

    def _show(self) -> None:
        self._timer = None
        self._next_at = self._loop.time() + _SHOWN_EVERY_S
        self._partial(self._collector.shown)


class OpenAIModel:
    """Asks one model of one provider, as often as it takes to get a good answer.

    Whatever a provider does not know of `stream_options`, `temperature` and `seed` is left out
    from its first complaint on. The tokens of answers that could not be used are counted.
    """

    def __init__(
        self,
        base_url: str,
        api_key: SecretStr | None,
        model: str,
        *,
        temperature: float | None = None,
        seed: int | None = None,
        timeout_s: float = 120.0,
        answer_timeout_s: float | None = None,
        retries: int = 4,
        prices: Prices | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Ask nothing yet.

        Args:
            base_url: up to and without `/chat/completions`.
            api_key: None where the provider wants none.
            model: as the provider calls it.
            temperature: None: the provider's own.
            seed: None: the provider's own choice.
            timeout_s: seconds without a byte after which a try has failed.
            answer_timeout_s: seconds for a whole answer, from the request on; None: five times
                `timeout_s`.
            retries: further tries after one that failed.
            prices: for the cost of an answer whose provider does not say it.
            sleep: waits between tries.
            random: a number in [0, 1), for those waits.
            clock: tells the time that a `Retry-After` is counted from.

        Raises:
            ModelRefused: the URL is none, or the key holds what no header may.
        """
        self._model = model
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._answer_timeout_s = answer_timeout_s or _WHOLE_ANSWER * timeout_s
        self._retries = retries
        self._prices = prices
        self._sleep = sleep
        self._clock = clock or SystemClock()
        self._backoff = Backoff(random=random or Random().random)
        self._optional: dict[str, Json] = {"stream_options": {"include_usage": True}}
        if temperature is not None:
            self._optional["temperature"] = temperature
        if seed is not None:
            self._optional["seed"] = seed
        timeout = httpx2.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_S))
        self._client = AsyncOpenAI(
            base_url=base_url,
            api_key=_NO_KEY,
            max_retries=0,
            timeout=timeout,
            http_client=BoundedClient(
                base_url,
                api_key,
                timeout=timeout,
                max_bytes=MAX_BYTES,
                max_event_bytes=MAX_EVENT_BYTES,
            ),
        )

    def __repr__(self) -> str:
        return f"OpenAIModel({self._model!r})"

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        """Return the whole answer; see `aibt.agents.model.Model`."""
        body = _body(self._model, messages, tools)
        notes: list[str] = []
        wasted: list[Usage] = []
        tries = self._retries + 1
        failed = ""
        for number in range(1, tries + 1):
            outcome = await self._once(body, partial, notes)
            if isinstance(outcome, Collector):
                return self._finished(outcome, body, messages, tools, wasted, notes)
            if outcome.is_final:
                raise ModelRefused(outcome.says)
            failed = outcome.says
            wasted += [outcome.usage] if outcome.usage else []
            if number < tries:
                wait_s = self._backoff.wait_s(number, outcome.retry_after_s)
                notes.append(f"try {number} of {tries}: {outcome.says}; again in {wait_s:.1f} s")
                await self._sleep(wait_s)
        raise ModelUnavailable(f"{failed} (try {tries} of {tries})")

    async def close(self) -> None:
        """Free its connections."""
        await self._client.close()

    async def _once(
        self, body: dict[str, Json], partial: Partial, notes: list[str]
    ) -> Collector | Failure:
        """Try once, or more often where the provider will not have a parameter."""
        while True:
            optional = dict(self._optional)
            outcome = await self._try(body, optional, partial)
            if isinstance(outcome, Collector) or not outcome.unwelcome:
                return outcome
            for name in sorted(outcome.unwelcome):
                self._optional.pop(name, None)  # another answer may have been told so as well
                notes.append(f"the provider does not take {name}: it is left out")

    async def _try(
        self, body: dict[str, Json], optional: dict[str, Json], partial: Partial
    ) -> Collector | Failure:
        collector = Collector()
        try:
            async with asyncio.timeout(self._answer_timeout_s):
                await self._stream({**body, **optional}, collector, partial)
        except WENT_WRONG as error:
            failure = failure_of(
                error,
                self._api_key,
                now=self._clock.now(),
                timeout_s=self._timeout_s,
                parameters=optional.keys(),
            )
        else:
            return collector
        return replace(failure, usage=collector.usage)

    async def _stream(self, body: dict[str, Json], collector: Collector, partial: Partial) -> None:
        """Ask, and collect what comes.

        Raises:
            Exception: one of `WENT_WRONG`.
        """
        # not `chat.completions.create`: its chunks lose what is not of OpenAI's own types
        stream = await self._client.post(
            "/chat/completions",
            cast_to=object,
            body=body,
            stream=True,
            stream_cls=AsyncStream[object],
        )
        showing = _Showing(collector, partial)
        async with stream, showing:
            kind = stream.response.headers.get("content-type", "")
            if "json" in kind:
                collector.take(json.loads(await stream.response.aread()))
            elif "html" in kind:
                raise BadAnswer("it answered with a page instead of a stream")
            else:
                async for chunk in stream:
                    collector.take(chunk)
                    showing.changed()
                _check_end(collector, stream.response.stream)
        _check_content(collector)
        partial(collector.shown)

    def _finished(
        self,
        collected: Collector,
        body: dict[str, Json],
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        wasted: Sequence[Usage],
        notes: Sequence[str],
    ) -> Answer:
        mended = repaired(
            collected.text,
            collected.calls,
            [tool.name for tool in tools],
            heard=_heard(messages),
            was_cut=collected.finish in _CUT,
        )
        usage = collected.usage
        more: list[str] = []
        if usage is None:
            usage = estimated(len(json.dumps(body, default=str)), collected.characters)
            more.append("the provider did not say how many tokens it took: they are estimated")
        return Answer(
            text=mended.text,
            reasoning=collected.reasoning,
            tool_calls=mended.calls,
            usage=total(self._priced(part) for part in (*wasted, usage)),
            finish=one_line(collected.finish, max_length=64) or "stop",
            model=one_line(collected.model, self._api_key, max_length=128) or self._model,
            notes=(*notes, *more, *mended.notes),
        )

    def _priced(self, usage: Usage) -> Usage:
        if usage.cost is not None:
            return usage
        return replace(usage, cost=cost(usage, self._prices))


def _body(model: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> dict[str, Json]:
    body: dict[str, Json] = {
        "model": model,
        "messages": [dict(message) for message in messages],
        "stream": True,
    }
    if tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters),
                },
            }
            for tool in tools
        ]
    return body


def _check_end(collector: Collector, stream: object) -> None:
    """Refuse a stream that did not come to its end.

    Raises:
        BadAnswer: there was something, but neither a reason why it ended nor its last mark.
    """
    tail = stream.tail if isinstance(stream, BoundedStream) else b""
    if not collector.finish and b"[DONE]" not in tail and not collector.is_empty:
        raise BadAnswer("its answer broke off in the middle")


def _check_content(collector: Collector) -> None:
    """Refuse an answer with nothing in it, unless it was cut or withheld.

    Raises:
        BadAnswer: so it is.
    """
    if collector.is_empty and collector.finish not in {*_CUT, "content_filter"}:
        raise BadAnswer("its answer is empty")


def _heard(messages: Sequence[Message]) -> list[str]:
    """Return what tools and the world have told the model."""
    contents = (
        message.get("content") for message in messages if message.get("role") in {"tool", "user"}
    )
    return [content if isinstance(content, str) else json.dumps(content) for content in contents]
