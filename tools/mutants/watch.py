"""A plugin of pytest that writes which test runs which line, and how long each takes.

    WATCH=OUT python -m pytest -p tools.mutants.watch -n 2 TESTS...

OUT.cov is coverage's data, with a context for each test; OUT.json has the seconds of each, and the
lines of scripts that each ran: the scripts say so on the browser's console, see `javascript.py`.
Each of xdist's processes measures what runs in it, from before funclab is imported.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import coverage
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tools.mutants.quick import quick

OUT = Path(os.environ["WATCH"])
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
# Lines that run between two pauses of a page are said at once.
SAY = """{
  const ran = new Set();
  let news = [];
  const say = () => { console.debug("ran", news.join()); news = []; };
  globalThis.ran = (line) => {
    if (ran.has(line)) return;
    ran.add(line);
    if (news.push(line) === 1) queueMicrotask(say);
  };
}"""
measured = coverage.Coverage(f"{OUT}.cov", WORKER or "all", source=["funclab"], config_file=False)
seconds: Counter[str] = Counter()
failed: set[str] = set()
scripts: defaultdict[str, set[str]] = defaultdict(set)
"""The tests that run a line of a script, by "path:line"."""
current = ""

if WORKER:
    measured.start()


def hear(message: ConsoleMessage) -> None:
    if message.text.startswith("ran "):
        for line in message.text.removeprefix("ran ").split(","):
            scripts[line].add(current)


def heard(new: Any) -> Any:
    """A method of browsers, whose pages are listened to."""

    def make(browser: Browser, **settings: Any) -> Any:
        made = new(browser, **settings)
        context = made.context if isinstance(made, Page) else made
        if settings.get("java_script_enabled") is not False:
            context.add_init_script(SAY)
            context.on("console", hear)
        return made

    return make


Browser.new_page = heard(Browser.new_page)  # type: ignore[method-assign]
Browser.new_context = heard(Browser.new_context)  # type: ignore[method-assign]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = quick(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    global current
    current = item.nodeid
    if sys.gettrace() is None:  # a test with a trace function of its own has ended coverage's
        measured.stop()
        measured.start()
    measured.switch_context(item.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] += report.duration
    if report.failed:
        failed.add(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    if WORKER:
        measured.stop()
        measured.save()
        text = json.dumps({line: sorted(tests) for line, tests in scripts.items()})
        OUT.with_suffix(f".{WORKER}.scripts").write_text(text)


def pytest_unconfigure() -> None:
    if WORKER:
        return
    coverage.Coverage(f"{OUT}.cov", config_file=False).combine()
    for file in OUT.parent.glob(f"{OUT.name}.*.scripts"):
        for line, tests in json.loads(file.read_text()).items():
            scripts[line] |= {*tests}
        file.unlink()
    lines = {line: sorted(tests) for line, tests in scripts.items()}
    told = {"seconds": seconds, "failed": sorted(failed), "scripts": lines}
    OUT.with_suffix(".json").write_text(json.dumps(told))
