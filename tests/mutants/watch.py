"""A plugin of pytest that writes which test runs which line, and how long each takes.

    WATCH=OUT python -m pytest -p tests.mutants.watch -n 2 TESTS...

OUT.cov is coverage's data, with a context for each test; OUT.json the seconds of each. Each of
xdist's processes measures what runs in it, from before funclab is imported.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import coverage
import pytest

OUT = os.environ["WATCH"]
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
measured = coverage.Coverage(
    f"{OUT}.cov", WORKER or "all", source=["funclab"], omit=["funclab/view/*"], config_file=False
)
seconds: Counter[str] = Counter()

if WORKER:
    measured.start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if sys.gettrace() is None:  # a test with a trace function of its own has ended coverage's
        measured.stop()
        measured.start()
    measured.switch_context(item.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] += report.duration


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    if WORKER:
        measured.stop()
        measured.save()


def pytest_unconfigure() -> None:
    if not WORKER:
        coverage.Coverage(f"{OUT}.cov", config_file=False).combine()
        Path(f"{OUT}.json").write_text(json.dumps(seconds))
