"""People of a platform, who do over REST what their pages would do for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.integration.platform_process import PlatformProcess, wait_until

PASSWORD = "correct horse battery staple"
ENDED = {"finished", "stopped", "failed"}
PATIENCE_S = 240.0
UNHURRIED = {  # one person at a desk is many, in a test
    "AIBT_LIMITS__SIGN_INS_PER_MINUTE": "10000",
    "AIBT_LIMITS__SIGN_UPS_PER_MINUTE": "10000",
    "AIBT_LIMITS__TICKETS_PER_MINUTE": "10000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account."""

    email: str
    client: httpx.Client

    @property
    def facts(self) -> dict[str, str]:
        """What a story is told of somebody who is to sign in."""
        return {"email": self.email, "password": PASSWORD}

    def get(self, path: str) -> Any:
        return _told(self.client.get(path))

    def post(self, path: str, body: Any = None) -> Any:
        return _told(self.client.post(path, json=body))

    def patch(self, path: str, body: Any = None) -> Any:
        return _told(self.client.patch(path, json=body))

    def put(self, path: str, body: Any = None) -> Any:
        return _told(self.client.put(path, json=body))

    def bot(self, name: str, **changes: Any) -> str:
        """Make a bot; return its name."""
        body = {
            "name": name,
            "lr": 0.001,
            "gamma": 0.97,
            "hidden_layers": 43,
            "algorithm": "dqn",  # slow enough to be watched
            **changes,
        }
        return str(self.post("/api/bots", body)["name"])

    def training(self, bot_name: str, **changes: Any) -> int:
        """Start a training on hourly EURUSD; return its id."""
        body = {
            "bot_name": bot_name,
            "train_data_percentage": 80,
            "balance": 10_000.0,
            "batch_size": 64,
            "max_episodes": 4,
            "min_episodes": 2,
            "symbol": "EURUSD",
            "period": "H1",
            "environments": 1,
            "seed": 7,
            **changes,
        }
        return int(self.post("/api/trainings", body)["id"])

    def population(self, name: str, **changes: Any) -> int:
        """Start two bots that search together on hourly EURUSD; return the population's id."""
        body = {
            "name": name,
            "members": 2,
            "train_data_percentage": 80,
            "balance": 10_000.0,
            "batch_size": 64,
            "max_episodes": 100_000,
            "min_episodes": 100_000,
            "symbol": "EURUSD",
            "period": "H1",
            "source": "sample",
            "hidden_layers": 8,
            "lr_min": 0.0001,
            "lr_max": 0.01,
            "seed": 7,
            "search": {"interval": 1, "fraction": 0.5},
            **changes,
        }
        return int(self.post("/api/populations", body)["id"])

    def evaluation(self, *algorithms: str, **changes: Any) -> int:
        """Start a small evaluation on GOOGL; return its id."""
        body = {
            "symbol": "GOOGL",
            "period": "D1",
            "source": "sample",
            "algorithms": algorithms,
            "seeds": 2,
            "folds": 2,
            "max_episodes": 2,
            "min_episodes": 1,
            "hidden_layers": 8,
            "learned_first": 70,
            **changes,
        }
        return int(self.post("/api/evaluations", body)["id"])

    def agent(self, name: str, base_model: str, **changes: Any) -> int:
        """Make an agent that trades the samples; return its id."""
        universe = ["^GSPC", "^IXIC", "GOOGL"]
        body = {"name": name, "base_model": base_model, "universe": universe, "source": "sample"}
        return int(self.post("/api/models", {**body, **changes})["id"])

    def session(self, model_id: int, start: str = "2017-01-03", end: str = "2017-06-30") -> int:
        """Start a session of an agent; return its id."""
        body = {"model_id": model_id, "start": start, "end": end}
        return int(self.post("/api/trading/start", body)["id"])

    def wait(self, path: str, *states: str, steps: int = 0) -> None:
        """Wait until a run is in one of these states, after so many steps if it counts them."""

        def is_there() -> bool:
            now = self.get(path)
            return now["state"] in (states or ENDED) and (now.get("steps") or 0) >= steps

        def so_far() -> str:
            now = self.get(path)
            return f"{path} is {now['state']} after {now.get('steps')} steps: {now['reason']}"

        wait_until(is_there, PATIENCE_S, so_far)


def allow(platform: PlatformProcess, *emails: str) -> None:
    """Let these e-mails sign up."""
    for email in emails:
        platform.call("POST", "/api/admin/whitelist", {"email": email})


@contextmanager
def newcomer(platform: PlatformProcess, email: str, *, is_admin: bool = False) -> Iterator[Person]:
    """Sign up somebody who was not there before."""
    allow(platform, email)
    with httpx.Client(base_url=platform.url, timeout=60.0) as client:
        body = {"email": email, "password": PASSWORD}
        signed_in = _told(client.post("/api/auth/sign-up", json=body))
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        if is_admin:
            user_id = signed_in["user"]["id"]
            platform.call("PATCH", f"/api/admin/users/{user_id}", {"is_admin": True})
        yield Person(email=email, client=client)


def _told(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.method} {answer.url}: {answer.text}"
    return answer.json()
