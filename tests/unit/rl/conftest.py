"""Runs tests of learning on each device that is there."""

import pytest

from tests.unit.rl import builders


@pytest.fixture
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where what `builders` make learns; see `tests.unit.rl.on_each_device`."""
    name: str = request.param
    monkeypatch.setattr(builders, "learns_on", name)
    return name
