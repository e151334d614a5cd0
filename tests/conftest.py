"""What every test run shares: fresh names for each test, and lessons that cannot go missing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from funclab import registry

cells: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def fresh_names() -> None:
    """Each test sees `dense`, `dense_1`, ... from the start, whatever ran before it."""
    registry.reset_names()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Helpers of the tests hold no tests: --doctest-modules need not look into them."""
    name = collection_path.name
    helper = name.endswith(".py") and not name.startswith("test_")
    return True if helper else None


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    path = report.nodeid.partition("::")[0]
    if report.when == "call" and path.endswith(".ipynb"):
        cells[path] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run with --nbval that met no notebook cell has tested no lesson: it fails."""
    in_worker = hasattr(session.config, "workerinput")
    if session.config.getoption("nbval", False) and not cells and not in_worker:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not terminalreporter.config.getoption("nbval", False):
        return
    terminalreporter.write_sep("-", "lessons")
    for path, count in sorted(cells.items()):
        terminalreporter.write_line(f"{path}: {count} cells")
    if not cells:
        terminalreporter.write_line(
            "No notebook cell was run, and --nbval asked for them.", red=True
        )
