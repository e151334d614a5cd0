"""Programs in the styles of books, guides and courses run unchanged, and their claims hold.

A session runs many of them, one after the other, each in a namespace of its own.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from funclab import will_it_run

HERE = Path(__file__)
PROGRAMS = [
    path for path in sorted(HERE.parent.glob("*.py")) if path.stem not in ("__init__", HERE.stem)
]
GROUPS = 4
SESSION = """
import sys, traceback
import funclab
funclab.install_as_keras(tensorflow=True)
failed = []
for path in sys.argv[1:]:
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


def test_nothing_is_said_against_programs_that_run():
    for path in PROGRAMS[::6]:
        report = will_it_run(path)

        assert report.runs, report
