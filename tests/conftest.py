"""Shared by all test runs: fresh names for each test, which tests run, in which order, and what
is said of them: counts of trials, of cases and of lessons' cells."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from funclab import Model, config, initializers, registry
from funclab.graph.tape import Tape
from funclab.layers import Layer
from funclab.teach import forget_progress
from funclab.utils import set_random_seed
from funclab.view.live.cover import cover_next, covered, uncover
from tests.covering import ALL, daily, slowest_first
from tests.memory import Memory, closing_views

os.environ["FUNCLAB_PROGRESS"] = "off"  # tests leave nothing in anyone's home folder
os.environ["no_proxy"] = "*"  # their servers are on this machine
os.environ["DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD"] = "forkserver"  # starts them sooner
memory = Memory()
cells: Counter[str] = Counter()
seconds: Counter[str] = Counter()
"""How long each file took, with what its tests need."""
SECONDS = "funclab/seconds"
counts: Counter[str] = Counter()
"""How many cases there are, and how many of them this run leaves out."""
tried: Counter[str] = Counter()
failed: Counter[str] = Counter()
"""The trials of `make soak`, by what the tests' mark `soak` says."""


class Trials:
    """Counts what one test tries, and goes on after a failure; the test fails at its end."""

    def __init__(self) -> None:
        self.count, self.failures = 0, list[str]()

    @contextmanager
    def __call__(self, name: object) -> Iterator[None]:
        """One trial."""
        self.count += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:
            self.failures.append(f"{name}: {type(error).__name__}: {error}")


@pytest.fixture(autouse=True, scope="session")
def heard() -> None:
    """Interrupts work as in a terminal, even if tests were started in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def trial() -> Trials:
    return Trials()


@pytest.fixture
def recorded() -> Iterator[None]:
    """Calls of ops on variables are recorded for a plan, not computed at once."""
    with Tape():
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Each test, with all its fixtures, draws the same random numbers, whatever ran before it: what
    a model learns depends on its first weights."""
    set_random_seed(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count the trials of a test with the mark `soak`: one, unless it counts them itself."""
    trials = getattr(item, "funcargs", {}).get("trial") or Trials()
    ended = False
    try:
        yield
        ended = True
        if trials.failures:
            text = "\n".join(trials.failures[:20])
            pytest.fail(f"{len(trials.failures)} of {trials.count} trials failed:\n{text}")
    finally:
        for mark in item.iter_markers("soak"):
            lost = len(trials.failures) or int(not ended)
            item.user_properties.append(("soak", [mark.args[0], trials.count or 1, lost]))


@pytest.fixture(autouse=True, scope="module")
def leaves_no_views() -> Iterator[None]:
    """A file of tests leaves no views open, and the next one begins with the memory that is needed:
    a process runs hundreds of files."""
    memory.give_back()  # now, because pytest holds what a test was given until it has ended
    with closing_views():
        yield


@pytest.fixture(autouse=True)
def as_in_a_new_process() -> Iterator[None]:
    """Each test passes alone and after any other. It sees `dense`, `dense_1`, ... from the start,
    no question was asked or answered before it, and no view waits for one. What it changes for the
    whole process, it takes back, or does in a process of its own."""
    registry.reset_names()
    forget_progress()
    cover_next("")
    for question in [*covered]:
        uncover(question)
    before, prompt = of_the_process(), hasattr(sys, "ps1")
    yield
    if hasattr(sys, "ps1") and not prompt:
        del sys.ps1  # every shell of IPython sets it
    changed = [name for name, value in of_the_process().items() if value != before[name]]
    assert not changed, f"changed for all tests that follow: {changed}"


def of_the_process() -> dict[str, Any]:
    """Settings, and what `install_as_keras()` and its like change."""
    old_names = {"keras": sys.modules.get("keras"), "initializers.get": initializers.get}
    return {**config.settings(), **old_names, "Model": {*vars(Model)}, "Layer": {*vars(Layer)}}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Helpers of the tests hold no tests: --doctest-modules need not look into them."""
    name = collection_path.name
    helper = name.endswith(".py") and not name.startswith("test_")
    return True if helper else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Thirty thousand cases stay to the end: looking for garbage among them takes time. So does
    looking through all that is old, a twentieth of a day's tests: it is done less often."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        if not ALL:
            young, middle, old = gc.get_threshold()
            gc.set_threshold(young, middle, 10 * old)


@pytest.hookimpl(trylast=True)  # what -k chooses is chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that others cover; `ALL=1` keeps them. Workers begin with the files that
    took longest in the last run, so that none is left with one at the end."""
    chosen = items[:] if ALL else daily(items)
    counts.update(cases=len(items), left=len(items) - len(chosen))
    if hasattr(config, "workeroutput"):
        config.workeroutput["counts"] = dict(counts)
        cache = getattr(config, "cache", None)
        chosen = slowest_first(chosen, cache.get(SECONDS, {}) if cache else {})
    items[:] = chosen


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`, tests that wait run beside tests that work."""
    if config.getoption("dist") != "loadfile":
        return None
    from tests.workers import WaitingBesideWorking

    return WaitingBesideWorking(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each worker has counted the same."""
    if not counts:
        counts.update(getattr(node, "workeroutput", {}).get("counts", {}))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid.partition("::")[0]] += report.duration
    for name, value in report.user_properties if report.when == "call" else ():
        if name == "soak":
            kind, count, lost = value  # type: ignore[misc]
            tried[kind] += count
            failed[kind] += lost
    path = report.nodeid.partition("::")[0]
    if report.when == "call" and path.endswith(".ipynb"):
        cells[path] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run with --nbval that met no notebook cell has tested no lesson: it fails."""
    in_worker = hasattr(session.config, "workerinput")
    with_workers = session.config.getoption("dist", "no") != "no" and not in_worker
    if with_workers and (cache := getattr(session.config, "cache", None)):
        cache.set(SECONDS, cache.get(SECONDS, {}) | seconds)
    if session.config.getoption("nbval", False) and not cells and not in_worker:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tried and os.environ.get("SOAK"):
        terminalreporter.write_sep("-", "soak")
        terminalreporter.write_line(f"{'':32}{'tried':>10}{'failed':>10}")
        for kind, count in sorted(tried.items()):
            terminalreporter.write_line(f"{kind:32}{count:10,}{failed[kind]:10,}")
    if counts["left"]:
        ran = f"{counts['cases'] - counts['left']:,} of {counts['cases']:,} cases"
        terminalreporter.write_line(f"{ran}, which cover the others; ALL=1 runs all.")
    passed = terminalreporter.getreports("passed")
    figures = [value for one in passed for key, value in one.user_properties if key == "rubric"]
    for line in sorted({*figures}):
        terminalreporter.write_line(line)
    if not terminalreporter.config.getoption("nbval", False):
        return
    terminalreporter.write_sep("-", "lessons")
    for path, count in sorted(cells.items()):
        terminalreporter.write_line(f"{path}: {count} cells")
    if not cells:
        terminalreporter.write_line(
            "No notebook cell was run, and --nbval asked for them.", red=True
        )
