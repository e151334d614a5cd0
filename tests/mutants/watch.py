"""Runs the tests once, and writes which test runs which line, and how long each takes.

    python -m tests.mutants.watch OUT TESTS...

OUT.cov is coverage's data, with a context for each test; OUT.json the seconds of each.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import coverage
import pytest


class Watch:
    """Tells coverage which test runs, and keeps the time each takes."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: Counter[str] = Counter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if sys.gettrace() is None:  # a test with a trace function of its own has ended coverage's
            self.measured.stop()
            self.measured.start()
        self.measured.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration


def main(out: str, *tests: str) -> int:
    measured = coverage.Coverage(
        data_file=f"{out}.cov", source=["funclab"], omit=["funclab/view/*"], config_file=False
    )
    watch = Watch(measured)
    measured.start()
    status = pytest.main(["-q", "-p", "no:cacheprovider", *tests], plugins=[watch])
    measured.stop()
    measured.save()
    Path(f"{out}.json").write_text(json.dumps(watch.seconds))
    return int(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
