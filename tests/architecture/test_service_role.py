"""Who may work across owners: one module opens that role, and few construct it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = [
    path
    for folder in ("aibt", "actors", "envs")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
MAY_CONSTRUCT = {
    "aibt/accounts/administration.py",
    "aibt/accounts/accounts.py",
    "aibt/accounts/office.py",
    "aibt/cli/direct.py",
    "aibt/store/transfer.py",
    "actors/evaluation_supervision.py",
    "actors/session_supervision.py",
    "actors/supervision.py",
}


def test_one_module_opens_transactions_of_the_service_role() -> None:
    named = {
        path.relative_to(ROOT).as_posix()
        for path in CODE
        if '"aibt_service"' in path.read_text("utf-8")
    }

    assert named == {"aibt/store/service.py", "aibt/store/login_role.py"}


def test_sign_in_administration_the_supervisor_and_the_command_line_alone_use_it() -> None:
    constructs = {
        path.relative_to(ROOT).as_posix()
        for path in CODE
        if re.search(r"\bService\(", path.read_text("utf-8"))
    }

    assert constructs == MAY_CONSTRUCT
