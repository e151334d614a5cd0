"""Programs in the styles of books, guides and courses run unchanged, and their claims hold.

A session runs many of them, one after the other, each in a namespace of its own.
"""

import json
import subprocess
import sys

import pytest

from funclab import will_it_run
from tests.programs.on_keras import PROGRAMS, RECORD

GROUPS = 4
SESSION = """
import os, sys, tempfile, traceback
import funclab
funclab.install_as_keras(tensorflow=True)
start, failed = os.getcwd(), []
for path in sys.argv[1:]:
    os.chdir(tempfile.mkdtemp(dir=start))
    funclab.utils.set_random_seed(1)
    try:
        exec(compile(open(path, encoding="utf-8").read(), path, "exec"), {"__name__": "__main__"})
    except BaseException:
        failed.append(path)
        traceback.print_exc()
print("failed:", failed)
"""


@pytest.mark.parametrize("group", range(GROUPS))
def test_programs_run_unchanged_and_their_claims_hold(group, tmp_path):
    paths = [str(path) for path in PROGRAMS[group::GROUPS]]

    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SESSION, *paths],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.stdout.splitlines()[-1:] == ["failed: []"], run.stdout[-500:] + run.stderr[-6000:]


def test_it_is_on_record_on_which_keras_each_program_runs():
    record = json.loads(RECORD.read_text("utf-8"))

    assert sorted(record) == [path.stem for path in PROGRAMS]


def test_nothing_is_said_against_programs_that_run():
    for path in PROGRAMS[::12]:
        report = will_it_run(path)

        assert report.runs, report
