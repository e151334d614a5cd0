"""Long families run daily with the cases that cover them, and `ALL=1` runs them all."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

from tests.covering import first_of_each, slowest_first, words
from tests.parity.models import CASES
from tests.parity.parts import parts
from tests.project.source import ROOT
from tests.workers import WaitingBesideWorking

FAMILY = "tests/saving/test_op_names.py"


def collected(*options: str, **environment: str) -> tuple[list[str], str]:
    """The cases that pytest would run, and its last lines."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", *options]
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )
    lines = ran.stdout.splitlines()
    return [line for line in lines if "::" in line], "\n".join(lines[-3:])


def test_a_word_is_a_class_or_an_argument_with_its_value():
    name = "Conv(strides=(1, 2), padding='same')3"

    assert words(name) == {"Conv", "strides=(1, 2)", "padding='same'", "3"}


def test_what_any_case_has_some_chosen_case_has():
    chosen = first_of_each(CASES, parts)

    assert set().union(*map(parts, chosen)) == set().union(*map(parts, CASES))
    assert 20 < len(chosen) < len(CASES) / 2


def test_what_is_left_out_is_said_and_runs_with_all():
    daily, said = collected(FAMILY, ALL="")
    every, silence = collected(FAMILY, ALL="1")

    assert set(daily) < set(every)
    assert f"{len(daily)} of {len(every)} cases" in said and "ALL=1" in said
    assert "ALL=1" not in silence
    classes = [{*re.findall(r"\[(\w+)", "\n".join(names))} for names in (daily, every)]
    assert classes[0] == classes[1]


def test_a_case_that_is_named_runs_whether_others_cover_it_or_not():
    daily, _ = collected(FAMILY, ALL="")
    every, _ = collected(FAMILY, ALL="1")
    covered = next(name for name in every if name not in daily)

    assert collected(covered, ALL="")[0] == [covered]


def test_files_in_a_browser_run_first_and_after_them_those_that_took_long():
    names = ["tests/a.py::one", "tests/b.py::one", "tests/browser/c.py::one", "tests/a.py::two"]
    names.append("tests/browser/d.py::one")
    items = [SimpleNamespace(nodeid=name) for name in names]

    took = {"tests/a.py": 1.0, "tests/b.py": 9.0, "tests/browser/c.py": 5.0}
    known = slowest_first(items, took | {"tests/browser/d.py": 7.0})
    fresh = slowest_first(items, {})

    assert [item.nodeid for item in known] == [names[i] for i in (4, 2, 1, 0, 3)]
    assert [item.nodeid for item in fresh] == [names[i] for i in (2, 4, 0, 1, 3)]


class Worker:
    """Runs what it is sent when it is told to, as a worker of xdist."""

    shutting_down, gateway = False, SimpleNamespace(id="")

    def __init__(self, names):
        self.names, self.waiting, self.files = names, [], []

    def send_runtest_some(self, places):
        self.waiting += places
        self.files.append(self.names[places[0]].partition("::")[0])

    def shutdown(self):
        self.shutting_down = True


def files_of_two_workers(files):
    """The files that each of two workers runs, both equally fast."""
    names = [f"{file}::{i}" for file in files for i in range(3)]
    options = SimpleNamespace(loadscopereorder=False)
    scheduler = WaitingBesideWorking(SimpleNamespace(getvalue=lambda _: ["2*x"], option=options))
    workers = [Worker(names), Worker(names)]
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, names)
    scheduler.schedule()
    for _ in names:
        for worker in workers:
            if worker.waiting:
                scheduler.mark_test_complete(worker, worker.waiting.pop(0))
    assert scheduler.tests_finished
    return [worker.files for worker in workers]


def test_a_worker_with_a_browser_runs_beside_one_without_until_a_kind_has_no_more_files():
    pages, others = [[f"tests/{kind}/{i}.py" for i in range(8)] for kind in ("browser", "ops")]

    assert files_of_two_workers([*pages, *others]) == [pages, others]
    waiting, working = files_of_two_workers([*pages[:2], *others])
    assert waiting == [*pages[:2], *others[2::2]] and working == [others[0], *others[1::2]]
    waiting, working = files_of_two_workers([*others[:2], *pages])
    assert waiting == [*pages[:2], *pages[2::2]] and working == [*others[:2], *pages[3::2]]
