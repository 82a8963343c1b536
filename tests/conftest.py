"""What all tests share: no deadlines, and no skip where everything must run."""

import os
from collections.abc import Generator, Iterator

import hypothesis
import pytest

from tests.postgres import Postgres, a_postgres, binaries

EVERYTHING = "AIBT_TEST_ALL"

if "PYTEST_XDIST_WORKER" in os.environ:  # each process has its core; torch reads it when loaded
    os.environ.setdefault("OMP_NUM_THREADS", "1")

hypothesis.settings.register_profile("aibt", deadline=None)  # a timing is never asserted
hypothesis.settings.load_profile("aibt")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where `AIBT_TEST_ALL=1` says that nothing may be missing."""
    report = yield
    if os.environ.get(EVERYTHING) == "1" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but {EVERYTHING}=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL's programs are not installed (Debian: postgresql)")
    with a_postgres(programs) as server:
        yield server
