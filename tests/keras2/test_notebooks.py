"""Notebooks as in courses of 2017: each runs unchanged, in a session of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent / "notebooks").glob("*.py"))
PROGRAM = """
import sys
import funclab
funclab.install_as_keras()
path = sys.argv[1]
exec(compile(open(path).read(), path, "exec"), {"__name__": "__main__"})
"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_of_2017_runs_unchanged_and_its_claims_hold(path, tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(path)]

    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr[-3000:]
