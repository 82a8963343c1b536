"""`aibt agents …` against a real server."""

from pathlib import Path

import pytest

from tests.unit.cli.builders import World


def test_an_agent_is_created_shown_and_listed(world: World) -> None:
    created = world.run(
        "agents", "create", "Ada", "--model", "openai/gpt-5-mini", "--universe", "GOOGL,^GSPC",
        "--max-cost", "2", "--prompt", "Prefer few, large positions.",
    )  # fmt: skip

    assert created.exit_code == 0, created.output
    assert "aibt trade Ada --start" in created.stderr
    shown = world.run("agents", "show", "Ada").stdout
    for word in ("openai/gpt-5-mini", "GOOGL, ^GSPC, 1d", "$2.00 per session", "Prefer few"):
        assert word in shown
    listed = world.run("agents", "list").stdout
    for word in ("Ada", "openai/gpt-5-mini", "idle", "GOOGL, ^GSPC", "10,000.00"):
        assert word in listed


def test_what_the_options_say_is_what_is_asked_for(world: World, tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Think.\nThen trade.")

    made = world.json(
        "agents", "create", "Ada", "-m", "openai/gpt-5-mini", "-u", "GOOGL", "-u", "^GSPC, ^IXIC",
        "--provider", "openrouter", "--prompt-file", str(prompt), "--period", "H1",
        "--source", "sample", "--benchmark", "^GSPC", "--balance", "500", "--tool", "math",
        "--tool", "price", "--bot", "Bob", "--max-rounds", "5", "--max-tokens", "1000",
        "--max-cost", "1.5", "--max-position", "0.25", "--max-leverage", "2",
        "--max-turnover", "0.5", "--price-collar", "0.1", "--no-short", "--fee-bps", "3",
        "--slippage-bps", "0", "--temperature", "0.5", "--seed", "11", "--public",
    )  # fmt: skip

    expected = {
        "name": "Ada", "base_model": "openai/gpt-5-mini", "universe": ["GOOGL", "^GSPC", "^IXIC"],
        "provider": "openrouter", "prompt": "Think.\nThen trade.", "period": "1h",
        "source": "sample", "benchmark": "^GSPC", "balance": 500.0,
        "tools": ["trade", "price", "math"], "bots": ["Bob"], "max_rounds": 5, "max_tokens": 1_000,
        "max_cost": 1.5, "max_position": 0.25, "max_leverage": 2.0, "max_turnover": 0.5,
        "price_collar": 0.1, "allow_short": False, "fee_bps": 3.0, "slippage_bps": 0.0,
        "temperature": 0.5, "seed": 11, "is_public": True,
    }  # fmt: skip
    assert {name: made[name] for name in expected} == expected
    shown = world.run("agents", "show", "Ada").stdout
    for word in ("with openrouter's key", "25.0 % of equity", "may not sell short", "Bob", "3 bps"):
        assert word in shown


def test_an_agent_is_changed_and_what_it_need_not_have_is_taken_away(world: World) -> None:
    world.an_agent("Ada", **{"--max-cost": "2", "--prompt": "Wait.", "--seed": "3"})

    changed = world.json(
        "agents", "update", "Ada", "--new-name", "Eve", "--max-position", "0.5",
        "--clear", "max_cost", "--clear", "prompt",
    )  # fmt: skip

    assert (changed["name"], changed["max_position"]) == ("Eve", 0.5)
    assert (changed["max_cost"], changed["prompt"], changed["seed"]) == (None, "", 3)
    assert changed["version"] == 2


def test_what_is_set_cannot_be_taken_away_at_once(world: World) -> None:
    world.an_agent()

    result = world.run("agents", "update", "Ada", "--seed", "4", "--clear", "seed")

    assert result.exit_code == 2
    assert result.stderr == "--clear: seed cannot be taken away and set at once.\n"


def test_an_update_without_changes_is_a_misuse(world: World) -> None:
    assert world.run("agents", "update", "Ada").exit_code == 2


@pytest.mark.parametrize("missing", [["--universe", "GOOGL"], ["--model", "baseline/random"]])
def test_model_and_universe_must_be_said(world: World, missing: list[str]) -> None:
    result = world.run("agents", "create", "Ada", *missing)

    assert result.exit_code == 2
    assert "Say which model decides and what it trades" in result.stderr


def test_a_prompt_is_said_once_and_its_file_can_be_read(world: World, tmp_path: Path) -> None:
    model = ["--model", "baseline/random", "--universe", "GOOGL"]
    binary = tmp_path / "prompt.bin"
    binary.write_bytes(b"\xff\xfe\xff")

    twice = world.run("agents", "create", "A", *model, "--prompt", "x", "--prompt-file", "y")
    missing = world.run("agents", "create", "A", *model, "--prompt-file", str(tmp_path / "no"))
    no_text = world.run("agents", "create", "A", *model, "--prompt-file", str(binary))

    assert [result.exit_code for result in (twice, missing, no_text)] == [2, 2, 2]
    assert "--prompt-file: say either" in twice.stderr
    assert "cannot be read: No such file" in missing.stderr
    assert "it is not UTF-8 text" in no_text.stderr


@pytest.mark.parametrize(
    ("options", "at"),
    [
        (["--universe", "../x", "--model", "baseline/random"], "universe"),
        (["--universe", "GOOGL", "--model", "two words"], "base_model"),
        (["-u", "GOOGL", "-m", "baseline/random", "--max-leverage", "9"], "max_leverage"),
    ],
)  # fmt: skip
def test_a_refused_agent_is_one_sentence_with_its_field(
    world: World, options: list[str], at: str
) -> None:
    result = world.run("agents", "create", "Ada", *options)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{at}: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_name_that_is_taken_is_refused(world: World) -> None:
    world.an_agent()

    result = world.run("agents", "create", "Ada", "-m", "baseline/random", "-u", "GOOGL")

    assert result.exit_code == 1
    assert "Ada" in result.stderr


@pytest.mark.parametrize("command", ["show", "update", "delete"])
def test_an_agent_that_does_not_exist_is_named(world: World, command: str) -> None:
    options = {"update": ["--seed", "1"], "delete": ["--yes"]}.get(command, [])

    result = world.run("agents", command, "No one", *options)

    assert result.exit_code == 1
    assert "There is no agent 'No one'" in result.stderr
    assert "aibt agents create 'No one'" in result.stderr


def test_an_agent_is_deleted_after_a_question(world: World) -> None:
    world.an_agent()

    kept = world.run("agents", "delete", "Ada", text="n\n")
    gone = world.run("agents", "delete", "Ada", text="y\n")

    assert kept.exit_code == 1
    assert gone.exit_code == 0
    assert "The agent Ada is deleted." in gone.stderr
    assert world.json("agents", "list") == {"agents": []}


def test_an_agent_that_trades_is_not_deleted(world: World) -> None:
    number = world.a_session()

    result = world.run("agents", "delete", "Ada", "--yes")

    assert result.exit_code == 1
    assert str(number) in result.stderr
    assert f"queued ({number})" in world.run("agents", "show", "Ada").stdout


def test_without_agents_the_list_says_how_to_create_one(world: World) -> None:
    assert "aibt agents create Ada" in world.run("agents", "list").stderr


def test_the_models_of_a_provider_are_listed_with_their_prices(world: World) -> None:
    found = world.run("agents", "models", "GPT-5")
    none = world.run("agents", "models", "llama")
    foreign = world.run("agents", "models", "--provider", "elsewhere")

    for word in ("openai/gpt-5-mini", "GPT-5 mini", "400,000", "0.25", "2"):
        assert word in found.stdout
    assert "no model like 'llama'" in none.stderr
    assert foreign.exit_code == 1
    assert foreign.stderr.startswith("provider: ")
