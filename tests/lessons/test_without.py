"""Lessons run where numba, h5py, matplotlib and threads do not exist, as in a browser."""

import os
import subprocess
import sys

from tests.lessons.lesson import LESSONS
from tests.project.source import ROOT

FIRST_TWO = [str(lesson.path) for lesson in LESSONS[:2]]
"""All lessons take some minutes: `make lite` runs them before it builds the browser site."""


def test_the_first_lessons_run_without_what_python_in_a_browser_lacks():
    run = subprocess.run(
        [sys.executable, "-m", "tools.lessons.without", *FIRST_TWO],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.count(" s, most of it in ") == 2
