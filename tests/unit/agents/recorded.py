"""A real session in a file: the scripted model over a month of the samples.

`python -m tests.unit.agents.recorded` records it anew, where a change is meant to change it.
"""

import asyncio
from pathlib import Path
from typing import Any

from aibt.agents.baselines.script import ScriptedModel
from aibt.agents.session_file import write_fixture
from aibt.market.sources.sample import Samples
from tests.unit.agents.builders import REQUEST, MemoryJournal, a_run
from tests.unit.agents.real_tools import real_tools, resolved

FILE = Path(__file__).parent / "fixtures" / "script-2017-03.jsonl.gz"
MONTH: dict[str, Any] = {
    "name": "Ada",
    "base_model": "script/demo",
    "universe": ["^GSPC", "^IXIC", "GOOGL"],
    "start": "2017-03-01",
    "end": "2017-03-31",
}


def record(path: Path) -> None:
    bars = resolved(Samples(), MONTH["universe"], "1d", "2017-01-15", "2017-04-15")
    journal = MemoryJournal()
    run = a_run(bars, ScriptedModel(), journal=journal, open_tools=real_tools(), **MONTH)
    asyncio.run(run.run())
    write_fixture(path, {**REQUEST, **MONTH}, journal.entries, bars)


if __name__ == "__main__":
    record(FILE)
