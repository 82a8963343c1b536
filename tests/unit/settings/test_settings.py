"""Settings are read from the environment and `.env`, and refuse what they do not know."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from aibt.settings import Settings, unknown_variables


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_variable_is_its_group_and_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIBT_COSTS__FEE_BPS", "2.5")

    assert Settings().costs.fee_bps == 2.5


def test_port_is_the_http_port_whatever_the_group_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9001")
    monkeypatch.setenv("AIBT_SERVE__PORT", "9002")
    monkeypatch.setenv("AIBT_SERVE__REPLICAS", "2")

    read = Settings()

    assert (read.serve.port, read.serve.replicas) == (9001, 2)


def test_what_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIBT_SERVE__PORT", "0")

    with pytest.raises(ValidationError, match="port"):
        Settings()


@pytest.mark.parametrize("name", ["AIBT_SERVE__PROT", "AIBT_SREVE__PORT", "AIBT_PORT"])
def test_a_misspelt_name_is_found_in_the_environment_and_in_dotenv(name: str) -> None:
    assert unknown_variables([name, "AIBT_TOKEN", "AIBT_TEST_ALL", "HOME"]) == [name]

    Path(".env").write_text(f"{name}=1\nAIBT_SERVE__PORT=8081\nOTHER=1\n")

    assert unknown_variables([]) == [name]
