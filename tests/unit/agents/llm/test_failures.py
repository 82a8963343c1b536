"""What is tried again, what is not, and what is said of it."""

import asyncio
import logging
import pickle
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from aibt.agents.llm.provider import OpenAIModel
from aibt.agents.model import Answer
from aibt.errors import AibtError, ModelRefused, ModelUnavailable
from tests.fakes.openai import (
    FakeOpenAI,
    Reply,
    answers,
    cuts,
    deltas,
    drips,
    fails,
    floods,
    hangs,
    says,
    streams,
    usage,
)
from tests.unit.agents.llm.builders import KEY, Make, ignored


async def asked(model: OpenAIModel) -> Answer:
    return await model.answer([{"role": "user", "content": "?"}], [], ignored)


async def refusal(model: OpenAIModel) -> AibtError:
    with pytest.raises((ModelRefused, ModelUnavailable)) as caught:
        await asked(model)
    error: AibtError = caught.value
    return error


@pytest.mark.parametrize(
    ("failure", "says_so"),
    [
        (fails(429, "slow down"), "too many requests (status 429): slow down"),
        (fails(408), "status 408"),
        (fails(409), "status 409"),
        (fails(500, "oops"), "it failed (status 500): oops"),
        (fails(529), "status 529"),
        (answers(502, b"<html><h1>Bad Gateway</h1></html>", "text/html"), "it failed (status 502)"),
        (answers(503, b"\x1b[31mbusy\x1b[0m\r\nnow", "text/plain"), "busy now"),
        (cuts(), "the connection was cut"),
        (cuts("I bu"), "the connection was cut"),
        (hangs(), "it said nothing for 0.3 s"),
        (hangs("I bu"), "it said nothing for 0.3 s"),
        (deltas({"content": ""}), "its answer is empty"),
        (streams(), "its answer is empty"),
        (streams({"choices": [{"delta": {"content": "I bu"}}]}), "broke off in the middle"),
        (streams("{broken"), "not in the form of a stream"),
        (streams("[1, 2]"), "not in the form of a chat completion"),
        (streams(b"data: \xff\xfe\n\n"), "not in the form of a stream"),
        (streams("[" * 100_000), "not in the form of a stream"),
        (streams({"error": {"code": 502, "message": "upstream"}}), "it failed (status 502)"),
        (streams({"error": "upstream"}), "it answered with an error: upstream"),
        (answers(200, {"error": {"code": 503, "message": "busy"}}), "(status 503): busy"),
        (answers(200, b"<html>sign in</html>", "text/html"), "a page instead of a stream"),
        (answers(200, b"{", "application/json"), "not in the form of a stream"),
        (answers(200, b"\x1f\x8b", content_encoding="gzip"), "compressed"),
    ],
)
async def test_what_may_pass_is_tried_again_and_the_log_says_why(
    provider: FakeOpenAI, a_model: Make, waits: list[float], failure: Reply, says_so: str
) -> None:
    provider.script(failure, says("done"))

    answer = await asked(a_model(timeout_s=0.3))

    assert answer.text == "done"
    assert len(provider.asked) == 2
    assert len(waits) == 1
    assert len(answer.notes) == 1
    assert answer.notes[0].startswith("try 1 of 5: ")
    assert says_so in answer.notes[0]


@pytest.mark.parametrize(
    ("status", "says_so"),
    [
        (400, "does not accept the request"),
        (401, "does not accept the key"),
        (402, "no credit"),
        (403, "may not do this"),
        (404, "no such model"),
        (413, "too long"),
        (422, "it refuses"),
    ],
)
async def test_what_will_not_pass_is_refused_at_once_in_the_providers_words(
    provider: FakeOpenAI, a_model: Make, waits: list[float], status: int, says_so: str
) -> None:
    provider.script(fails(status, "Because I say so."))

    error = await refusal(a_model())

    assert isinstance(error, ModelRefused)
    assert says_so in str(error)
    assert f"(status {status}): Because I say so." in str(error)
    assert len(provider.asked) == 1
    assert waits == []


async def test_an_exhausted_credit_is_no_matter_of_waiting(
    provider: FakeOpenAI, a_model: Make
) -> None:
    body = {"error": {"message": "You exceeded your quota.", "code": "insufficient_quota"}}
    provider.script(answers(429, body))

    assert isinstance(await refusal(a_model()), ModelRefused)


@pytest.mark.parametrize("code", [401, 402])
async def test_a_refusal_in_the_middle_of_a_stream_is_one(
    provider: FakeOpenAI, a_model: Make, code: int
) -> None:
    provider.script(streams({"error": {"code": code, "message": "No."}}))

    assert isinstance(await refusal(a_model()), ModelRefused)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no such thing"}},
        {"error": "no such thing"},
        {"detail": "no such thing"},
        {"detail": [{"loc": ["body"], "msg": "no such thing"}]},
        {"message": "no such thing"},
        {"error": {"message": "Provider returned error", "metadata": {"raw": "no such thing"}}},
        [{"error": {"message": "no such thing"}}],
    ],
)
async def test_a_refusals_words_are_found_in_whatever_shape(
    provider: FakeOpenAI, a_model: Make, body: object
) -> None:
    provider.script(answers(404, body))

    assert "no such thing" in str(await refusal(a_model()))


async def test_after_the_last_try_the_error_names_what_happened(
    provider: FakeOpenAI, a_model: Make, waits: list[float]
) -> None:
    provider.script(cuts(), fails(500), fails(503, "overloaded"))

    error = await refusal(a_model(retries=2))

    assert isinstance(error, ModelUnavailable)
    assert error.reason == "it failed (status 503): overloaded (try 3 of 3)"
    assert len(waits) == 2


async def test_who_is_not_there_is_unavailable(a_model: Make) -> None:
    error = await refusal(a_model(base_url="http://127.0.0.1:1/v1", retries=1))

    assert isinstance(error, ModelUnavailable)
    assert "there is no connection to it" in str(error)


async def test_waits_double_and_vary_by_chance(
    provider: FakeOpenAI, a_model: Make, waits: list[float]
) -> None:
    provider.default = lambda _: fails(500)

    await refusal(a_model(retries=7))

    assert waits == [0.75, 1.5, 3.0, 6.0, 12.0, 22.5, 22.5]


@pytest.mark.parametrize(("told", "wait_s"), [("2", 2.1), ("0", 0.0), ("999999", 60.0)])
async def test_a_provider_says_when_to_come_back_within_bounds(
    provider: FakeOpenAI, a_model: Make, waits: list[float], told: str, wait_s: float
) -> None:
    provider.script(fails(429, retry_after=told))

    await asked(a_model())

    assert waits == [pytest.approx(wait_s)]


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize("ahead_s", [20, -20])
async def test_a_time_to_come_back_may_be_a_date(
    provider: FakeOpenAI, a_model: Make, waits: list[float], ahead_s: int
) -> None:
    moment = StoppedClock().now() + timedelta(seconds=ahead_s)
    date = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    provider.script(fails(429, retry_after=date))

    await asked(a_model(clock=StoppedClock()))

    assert waits == [pytest.approx(max(0, ahead_s) * 1.05)]


@pytest.mark.parametrize("told", ["soon", "nan", "inf", "Thu, 99 Foo"])
async def test_a_time_to_come_back_that_is_none_is_ignored(
    provider: FakeOpenAI, a_model: Make, waits: list[float], told: str
) -> None:
    provider.script(fails(429, retry_after=told))

    await asked(a_model())

    assert waits == [0.75]


@pytest.mark.parametrize("name", ["stream_options", "temperature", "seed"])
@pytest.mark.parametrize("status", [400, 422])
async def test_a_parameter_that_a_provider_does_not_know_is_left_out_from_then_on(
    provider: FakeOpenAI, a_model: Make, waits: list[float], name: str, status: int
) -> None:
    provider.script(fails(status, f"Unknown parameter: '{name}'."))
    model = a_model(temperature=0.5, seed=1)

    first, second = await asked(model), await asked(model)

    assert [name in request.body for request in provider.asked] == [True, False, False]
    assert first.notes[0] == f"the provider does not take {name}: it is left out"
    assert not any(name in note for note in second.notes)
    assert waits == []


async def test_parameters_are_left_out_one_after_another(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(
        fails(400, "No.", param="temperature"),
        answers(422, {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}),
        fails(400, "stream_options is not supported"),
        fails(400, "I do not like your temperature at all"),
    )

    error = await refusal(a_model(temperature=0.5, seed=1))

    assert "temperature at all" in str(error)
    assert len(provider.asked) == 4


async def test_many_who_learn_of_a_parameter_at_once_all_get_their_answer(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.default = lambda body: (
        fails(400, "seed", param="seed") if "seed" in body else says("done", pause_s=0.01)
    )
    model = a_model(seed=1)

    found = await asyncio.gather(*(asked(model) for _ in range(10)))

    assert {answer.text for answer in found} == {"done"}


async def test_an_answer_that_only_drips_comes_to_an_end(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(drips())

    answer = await asked(a_model(timeout_s=2, answer_timeout_s=0.3))

    assert "did not come to an end in time" in answer.notes[0]
    assert provider.asked[0].ended.wait(5)


@pytest.mark.parametrize(
    "reply",
    [
        floods({"content": "x" * 20_000}),
        floods({"reasoning": "x" * 20_000}),
        floods({"tool_calls": [{"index": 0, "function": {"arguments": "x" * 20_000}}]}),
        floods({"tool_calls": [{"index": 0, "function": {"name": "ab" * 10_000}}]}),
        floods({"tool_calls": [{"id": str(n), "function": {"name": "buy"}} for n in range(1_000)]}),
        streams(b"data: {" + b" " * 3_000_000 + b"}\n\n"),
        streams(b"data: \n" * 500_000),
        answers(200, b"[" + b" " * 3_000_000),
        answers(500, b"x" * 3_000_000),
    ],
)
async def test_an_answer_without_end_is_cut_off(
    provider: FakeOpenAI, a_model: Make, reply: Reply
) -> None:
    provider.script(reply)

    answer = await asked(a_model())

    assert "its answer is too long" in answer.notes[0]
    assert provider.asked[0].ended.wait(5)


async def test_the_tokens_of_answers_that_could_not_be_used_are_counted(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(
        says("", told=usage(1_000, 0, cost=0.5)), says("done", told=usage(1_000, 9, cost=0.25))
    )

    found = (await asked(a_model())).usage

    assert (found.input_tokens, found.output_tokens, found.cost) == (2_000, 9, 0.75)


@pytest.mark.parametrize("finish", ["length", "content_filter"])
async def test_an_empty_answer_that_says_why_is_not_tried_again(
    provider: FakeOpenAI, a_model: Make, finish: str
) -> None:
    provider.script(says("", finish=finish))

    assert (await asked(a_model())).finish == finish
    assert len(provider.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(provider: FakeOpenAI, a_model: Make, status: int) -> None:
    provider.script(answers(status, b"", location=f"{provider.base_url}/chat/completions"))

    error = await refusal(a_model())

    assert "redirect" in str(error)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("begun", [False, True])
async def test_cancelling_an_answer_closes_its_connection_at_once(
    provider: FakeOpenAI, a_model: Make, begun: bool
) -> None:
    provider.script(hangs("I bu" if begun else None))
    answering = asyncio.create_task(asked(a_model(timeout_s=60)))
    while not provider.asked:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)

    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering

    assert await asyncio.to_thread(provider.asked[0].ended.wait, 1)
    assert provider.asked[0].was_cut


async def test_cancelling_a_wait_between_tries_ends_it(provider: FakeOpenAI, a_model: Make) -> None:
    provider.script(fails(429, retry_after="50"))
    answering = asyncio.create_task(asked(a_model(sleep=asyncio.sleep)))
    while not provider.asked:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)

    answering.cancel()

    with pytest.raises(asyncio.CancelledError):
        await answering


async def test_the_key_is_in_no_error_note_log_or_repr(
    provider: FakeOpenAI, a_model: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = f"Wrong key {KEY} (Bearer {KEY}, {KEY[:20]}…, {KEY[-12:]}) sk-another-key-of-someone"
    provider.script(
        fails(500, told), streams({"error": told}), cuts("x"), hangs(), fails(401, told)
    )
    model = a_model(timeout_s=0.3)

    error = await refusal(model)

    shown = [str(error), repr(error), repr(model), repr(vars(model)), caplog.text]
    shown += [repr(pickle.dumps(error)), repr(vars(model._client)), *map(repr, error.args)]
    assert error.__cause__ is None
    assert error.__context__ is None
    assert not any(KEY[at : at + 8] in text for text in shown for at in range(6, len(KEY) - 8))
    assert "sk-another" not in str(error)


async def test_notes_do_not_have_the_key_either(provider: FakeOpenAI, a_model: Make) -> None:
    provider.script(fails(500, f"The key was {KEY}."))

    answer = await asked(a_model())

    assert "The key was [key]." in answer.notes[0]


@pytest.mark.parametrize("key", ["a b", "clé", "a\nb", "a\x00b"])
async def test_what_no_header_may_hold_is_no_key(a_model: Make, key: str) -> None:
    with pytest.raises(ModelRefused) as caught:
        a_model(api_key=SecretStr(key))

    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "ftp://x/v1", "file:///etc/passwd", "http://", "https://a:b@host/v1"]
)
async def test_what_is_no_address_is_refused(a_model: Make, url: str) -> None:
    with pytest.raises(ModelRefused):
        a_model(base_url=url)
