"""The stage itself, with stories on a made-up page: what goes well, and each way to fail."""

import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.browser.stage import BROWSER, Stage, StoryFailed

FILES = {"/": "page.html", "/page.js": "page.js"}


class Page(SimpleHTTPRequestHandler):
    """Serves the made-up page under a strict policy."""

    def do_GET(self) -> None:
        name = FILES.get(self.path)
        body = (BROWSER / "made_up" / name).read_bytes() if name else b""
        self.send_response(200 if name else 404)
        self.send_header("content-type", self.guess_type(name or ""))
        self.send_header("content-security-policy", "default-src 'self'")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: requests are of no interest."""


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def facts(site: ThreadingHTTPServer, story: str) -> dict[str, Any]:
    return {"url": f"http://127.0.0.1:{site.server_port}", "story": story, "one": 40}


def test_a_story_is_played_to_its_end_and_pytest_answers_what_it_asks(
    stage: Stage, site: ThreadingHTTPServer
) -> None:
    stage.play("made_up/plays.mjs", facts(site, "well"), {"add": lambda one, other: one + other})


def test_a_step_that_fails_is_named_after_those_that_did_not_with_a_picture(
    stage: Stage, site: ThreadingHTTPServer
) -> None:
    with pytest.raises(StoryFailed) as failed:
        stage.play("made_up/plays.mjs", facts(site, "badly"))

    told = str(failed.value)
    assert "✓ Ada opens the page" in told
    assert "✗ she sees what is not there" in told
    assert "Timeout 500ms exceeded" in told
    assert "Ada-failed.png" in told
    assert (stage.folder / "Ada-failed.png").read_bytes().startswith(b"\x89PNG")
    assert (stage.folder / "Ada.console.txt").exists()


def test_a_page_that_does_what_none_of_ours_does_fails_the_step(
    stage: Stage, site: ThreadingHTTPServer
) -> None:
    with pytest.raises(StoryFailed, match=r"in Ada's browser: an error was not caught.*it broke"):
        stage.play("made_up/plays.mjs", facts(site, "loudly"))


def test_what_happens_while_the_server_is_away_may_be_expected(
    stage: Stage, site: ThreadingHTTPServer
) -> None:
    def kill() -> None:
        site.shutdown()
        site.server_close()

    stage.play("made_up/plays.mjs", facts(site, "away"), {"kill": kill})


def test_a_story_that_never_ends_is_ended(stage: Stage, site: ThreadingHTTPServer) -> None:
    with pytest.raises(StoryFailed, match=r"took too long.*nothing ever happens"):
        stage.play("made_up/plays.mjs", facts(site, "forever"), timeout_s=5)


def test_a_question_that_nobody_answers_fails_the_story(
    stage: Stage, site: ThreadingHTTPServer
) -> None:
    with pytest.raises(StoryFailed, match="weather: nobody answers this; known are"):
        stage.play("made_up/plays.mjs", facts(site, "curious"))
