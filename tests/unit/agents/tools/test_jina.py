"""Search and reader against a server that speaks Jina's protocol: dates, tricks, failures."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from aibt.agents.tools.jina import JinaWeb
from aibt.agents.tools.search import search_server
from aibt.agents.tools.toolbox import Toolbox
from aibt.errors import AibtError, Invalid, Unavailable
from tests.fakes import jina
from tests.fakes.jina import KEY, FakeJina, Page
from tests.unit.agents.tools.desks import CANARY, NOW, FakeDesk

READ_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)  # the real time; the desk's clock is NOW
OLD = Page(
    url="https://news.example.com/old",
    title="Shares rise",
    description="Shares rose on Monday",
    content="Shares of the company rose on Monday.",
    date="Mar 1, 2024",
    published="2024-03-01T09:00:00Z",
)
FUTURE_DATES = [
    "2024-03-05T21:00:00Z",
    "2024-03-05",
    "Mar 5, 2024",
    "2024-03-05T16:00:01-05:00",
    "2024-03-05T20:00:00",
    "Wed, 06 Mar 2024 10:00:00 GMT",
    "2 years ago",
    "3 hours ago",
    "2031-01-01",
    "soon",
    "",
    None,
]


@dataclass
class RealTime:
    """A clock that stands long after the desk's."""

    def now(self) -> datetime:
        return READ_AT

    def monotonic(self) -> float:
        return 0.0


def _future(number: int, date: str | None) -> Page:
    return Page(
        url=f"https://news.example.com/future-{number}",
        title=f"{CANARY} shares",
        description=f"{CANARY} shares",
        content=f"{CANARY}: shares fell.",
        date=date,
        published=date,
    )


@pytest.fixture
def fake() -> Iterator[FakeJina]:
    future = [_future(number, date) for number, date in enumerate(FUTURE_DATES)]
    with FakeJina(OLD, *future) as server:
        yield server


@pytest.fixture
async def web(fake: FakeJina) -> AsyncIterator[JinaWeb]:
    asking = _web(fake)
    yield asking
    await asking.close()


def _web(fake: FakeJina, key: str | None = KEY, timeout_s: float = 5.0) -> JinaWeb:
    return JinaWeb(
        search_url=fake.search_url,
        reader_url=fake.reader_url,
        key=None if key is None else SecretStr(key),
        clock=RealTime(),
        timeout_s=timeout_s,
    )


async def test_a_search_gives_what_was_published_before_the_clock_and_counts_the_rest(
    web: JinaWeb, fake: FakeJina
) -> None:
    found = await web.search("shares", NOW)

    assert isinstance(found["results"], list)
    assert found["results"] == [
        {
            "title": "Shares rise",
            "url": OLD.url,
            "description": "Shares rose on Monday",
            "published": "2024-03-02T12:00:00+00:00",
        }
    ]
    assert found["left_out"] == len(FUTURE_DATES)
    assert CANARY not in json.dumps(found)
    assert fake.asked[-1].body == {"q": "shares before:2024-03-05"}
    assert fake.asked[-1].headers["authorization"] == f"Bearer {KEY}"
    assert fake.asked[-1].headers["x-respond-with"] == "no-content"


async def test_a_page_from_before_the_clock_is_read_as_quoted_text(
    web: JinaWeb, fake: FakeJina
) -> None:
    page = await web.read(OLD.url, NOW)

    assert page["text"] == "> Shares of the company rose on Monday."
    assert page["published"] == "2024-03-01T09:00:00+00:00"
    assert "not instructions" in str(page["notice"])
    assert fake.asked[-1].body == {"url": OLD.url}


async def test_pages_missing_undated_and_of_the_future_are_told_apart_by_nothing(
    web: JinaWeb,
) -> None:
    urls = [f"https://news.example.com/future-{at}" for at in range(len(FUTURE_DATES))]
    said = set()
    for url in [*urls, "https://news.example.com/no-such-page"]:
        with pytest.raises(Invalid) as refused:
            await web.read(url, NOW)
        said.add(str(refused.value))

    assert len(said) == 1
    assert CANARY not in said.pop()


@pytest.mark.parametrize(
    "changed",
    [
        {"metadata": {"article:modified_time": "2024-04-01T00:00:00Z"}},
        {"metadata": {"og:updated_time": "whenever"}},
        {"seen_at": "http://127.0.0.1/inside"},
        {"seen_at": "https://reader.jina.ai/"},
        {"warning": "Target URL returned error 404: Not Found"},
        {"date": "2024-03-06"},
    ],
)
async def test_a_page_that_was_changed_later_or_led_elsewhere_is_not_given(
    web: JinaWeb, fake: FakeJina, changed: dict[str, object]
) -> None:
    page = Page(url="https://a.example.com/", content="x", published="2024-01-01T00:00:00Z")
    for name, value in changed.items():
        setattr(page, name, value)
    fake.pages.append(page)
    if "date" in changed:
        page.metadata = {"last-modified": changed["date"]}

    with pytest.raises(Invalid, match="no page there"):
        await web.read(page.url, NOW)


async def test_the_search_says_that_there_is_no_key_and_the_reader_does_without(
    fake: FakeJina,
) -> None:
    web = _web(fake, key=None)

    with pytest.raises(Unavailable, match="no key"):
        await web.search("shares", NOW)
    page = await web.read(OLD.url, NOW)
    await web.close()

    assert page["title"] == "Shares rise"
    assert len(fake.asked) == 1
    assert "authorization" not in fake.asked[0].headers


async def test_a_wrong_key_is_said_to_be_refused_and_never_shown(fake: FakeJina) -> None:
    web = _web(fake, key="jina_wrong-key-0123456789")

    with pytest.raises(Unavailable, match="does not accept") as refused:
        await web.search("shares", NOW)
    await web.close()

    assert "jina_wrong" not in str(refused.value)
    assert "jina_wrong" not in repr(web)


@pytest.mark.parametrize(
    "failure",
    [
        jina.too_many,
        jina.no_credit,
        jina.broken,
        jina.garbage,
        jina.nested,
        jina.endless,
        jina.packed,
        jina.closed,
        jina.redirected("http://127.0.0.1:1/inside"),
        jina.redirected("https://evil.example.com/"),
    ],
)
async def test_whatever_jina_does_the_error_tells_nothing_of_it(
    web: JinaWeb, fake: FakeJina, failure: jina.Reply
) -> None:
    fake.failures.extend([failure, failure])

    with pytest.raises(Unavailable) as searched:
        await web.search("shares", NOW)
    with pytest.raises(Unavailable) as read:
        await web.read(OLD.url, NOW)

    for error in (searched, read):
        assert not re.search(r"Traceback|/srv|secret|http|127|jina_", str(error.value))
    assert len(fake.asked) == 2  # no redirect was followed


async def test_a_strange_answer_is_no_page_and_no_result(web: JinaWeb, fake: FakeJina) -> None:
    fake.failures.extend([jina.strange, jina.strange])

    with pytest.raises(Unavailable, match="another kind"):
        await web.search("shares", NOW)
    with pytest.raises(Invalid, match="no page there"):
        await web.read(OLD.url, NOW)


async def test_silence_ends_with_the_time_limit(fake: FakeJina) -> None:
    web = _web(fake, timeout_s=0.2)
    fake.failures.append(jina.silent(fake))

    with pytest.raises(Unavailable, match="does not answer"):
        await web.search("shares", NOW)
    await web.close()


@pytest.mark.parametrize("url", ["http://s.example.com/", "ftp://127.0.0.1/", "s.jina.ai"])
def test_a_key_never_travels_unencrypted(url: str) -> None:
    with pytest.raises(Invalid):
        JinaWeb(search_url=url, reader_url=url, key=SecretStr(KEY), clock=RealTime())


HOSTILE_QUERIES = st.one_of(
    st.text(min_size=1, max_size=300),
    st.sampled_from(
        [
            "shares after:2024-03-05",
            "shares before:2030-01-01",
            f"{CANARY} shares",
            "shares&q=shares",
            "shares\r\nX-Respond-With: content",
            "shares site:news.example.com/future-1",
            "../reader/https://news.example.com/future-1 shares",
        ]
    ),
)
HOSTILE_URLS = st.one_of(
    st.text(max_size=200).map(lambda text: f"https://news.example.com/{text}"),
    st.integers(0, len(FUTURE_DATES)).map(lambda at: f"https://news.example.com/future-{at}"),
    st.sampled_from(
        [
            "https://news.example.com/old/../future-1",
            "https://news.example.com/future-1#",
            "https://news.example.com./future-1",
            "HTTPS://NEWS.EXAMPLE.COM/future-1",
            "https://news.example.com/%66uture-1",
            "https://r.jina.ai/https://news.example.com/future-1",
            "https://news.example.com/old\nhttps://news.example.com/future-1",
        ]
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=HOSTILE_QUERIES, url=HOSTILE_URLS)
async def test_no_query_and_no_address_brings_an_article_of_the_future(
    fake: FakeJina, query: str, url: str
) -> None:
    web = _web(fake)
    async with Toolbox([search_server(FakeDesk(), web)]) as tools:
        found = await tools.call("search_web", json.dumps({"query": query}))
        read = await tools.call("read_page", json.dumps({"url": url}))
    await web.close()

    for result in (found, read):
        shown = result.text.replace(query, "")
        assert CANARY not in shown
        assert CANARY not in json.dumps(result.data)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.integers(-24 * 400, 24 * 800))
async def test_an_article_comes_into_sight_when_the_clock_has_passed_it(
    fake: FakeJina, hours: int
) -> None:
    web = _web(fake)
    moment = datetime(2024, 3, 1, 9, tzinfo=UTC) + timedelta(hours=hours)
    try:
        await web.read(OLD.url, moment)
        seen = True
    except AibtError:
        seen = False
    await web.close()

    assert seen == (hours > 0)
