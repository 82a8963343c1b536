"""Where a story is played: Node drives Chromium, and asks back for what only pytest can do."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BROWSER = Path(__file__).parent
ROOT = BROWSER.parents[1]
WEB = ROOT / "web"
CHROMIUM = Path(os.environ.get("AIBT_TEST_CHROMIUM", "/usr/bin/chromium"))

Answers = Mapping[str, Callable[..., Any]]


class Missing(Exception):
    """Something that a browser's test needs is not installed, or not built."""


class StoryFailed(AssertionError):
    """A step of the story did not come true; the message says which, and what to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Plays stories, and keeps what is worth a look in a folder."""

    folder: Path

    def play(
        self,
        script: str,
        facts: Mapping[str, Any],
        answers: Answers | None = None,
        *,
        timeout_s: float = 300.0,
    ) -> list[dict[str, Any]]:
        """Run a module of this folder until it is done; return what else it told.

        Args:
            script: its path within `tests/browser`.
            facts: what it is told first.
            answers: what it may ask for, each called with what the question gives.
            timeout_s: after which it is ended.

        Raises:
            StoryFailed: one of its steps failed, or it ended early.
        """
        noise = self.folder / f"{Path(script).stem}.stderr.txt"
        with noise.open("ab") as stderr:
            process = subprocess.Popen(
                [node(), str(BROWSER / script)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
        watchdog = threading.Timer(timeout_s, _kill, [process])
        watchdog.start()
        try:
            return self._followed(process, script, {**facts, "folder": str(self.folder)}, answers)
        except BrokenPipeError as error:
            raise StoryFailed(f"{script} ended early\n{_tail(noise)}") from error
        except EOFError as error:
            why = "took too long" if not watchdog.is_alive() else "ended early"
            raise StoryFailed(f"{script} {why}, {error}\n{_tail(noise)}") from error
        finally:
            watchdog.cancel()
            _end(process)

    def _followed(
        self,
        process: subprocess.Popen[str],
        script: str,
        facts: Mapping[str, Any],
        answers: Answers | None,
    ) -> list[dict[str, Any]]:
        assert process.stdin is not None
        assert process.stdout is not None
        steps: list[str] = []
        told: list[dict[str, Any]] = []
        _say(process, facts)
        for text in process.stdout:
            line = json.loads(text)
            match line:
                case {"step": step}:
                    steps.append(step)
                case {"ask": question, "given": given}:
                    _say(process, _answered(answers or {}, question, given))
                case {"failed": failure}:
                    raise StoryFailed(_failure(script, steps, failure, self.folder))
                case {"done": True}:
                    return told
                case _:
                    told.append(line)
        raise EOFError(f"after {steps[-1:] or 'nothing'}")


def node() -> str:
    """Return Node's program: of the virtual environment, else the one on the path."""
    beside = Path(sys.executable).parent / "node"
    found = str(beside) if beside.exists() else shutil.which("node")
    if found is None:
        raise Missing("there is no Node: neither in the virtual environment nor on the path")
    return found


def require_browser() -> None:
    """Raise `Missing` unless Chromium can be driven."""
    node()
    if not CHROMIUM.exists():
        raise Missing(f"there is no {CHROMIUM} (Debian: chromium)")
    if not (WEB / "node_modules" / "playwright-core").exists():
        raise Missing("web/node_modules is not installed (make web)")


def require_web() -> None:
    """Raise `Missing` unless the web application is built."""
    if not (WEB / "out" / "policy.json").exists():
        raise Missing("web/out is not built (make web)")


def _say(process: subprocess.Popen[str], what: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(what) + "\n")
    process.stdin.flush()


def _answered(answers: Answers, question: str, given: dict[str, Any]) -> dict[str, Any]:
    if question not in answers:
        return {"error": f"nobody answers this; known are {sorted(answers)}"}
    try:
        return {"answer": answers[question](**given)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the story tells it
        return {"error": f"{type(error).__name__}: {error}"}


def _failure(script: str, steps: list[str], failure: dict[str, Any], folder: Path) -> str:
    before = "\n".join(f"  ✓ {step}" for step in steps if step != failure["step"])
    files = "\n".join(f"  {path}" for path in failure["files"])
    return (
        f"{script}: {failure['step']}\n{before}\n  ✗ {failure['step']}\n\n"
        f"{failure['message']}\n\nTo look at, in {folder}:\n{files}"
    )


def _tail(path: Path) -> str:
    return path.read_text(errors="replace")[-3_000:]


def _kill(process: subprocess.Popen[str]) -> None:
    """End a story and its browsers."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[str]) -> None:
    _kill(process)
    process.wait(timeout=30)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
