"""The ten-minute demonstration, given by its test and compared with the planned times."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from tests.browser.test_demo import TIMES
from tests.project.source import ROOT
from tools.rehearsal.outcomes import Outcome

LIMITS = {
    "1 from the command to the lesson": 5,
    "2 picture of the bare model": 0.3,
    "3 both nodes of the shared layer": 0.1,
    "6 from Stop to stopped, as the page sees it": 0.2,
}
"""The most seconds for each planned part, including the test's own way there."""


def demonstrate() -> list[Outcome]:
    """Give the demonstration; what it checks and how long each part took."""
    TIMES.unlink(missing_ok=True)
    start = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_demo.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    problem = "" if done.returncode == 0 else done.stdout.strip().splitlines()[-1]
    name = "every step of the demonstration can be given by keys"
    outcomes = [Outcome(0, name, 1, time.perf_counter() - start, problem)]
    times = json.loads(TIMES.read_text()) if TIMES.exists() else {}
    for name, seconds in sorted(times.items()):
        most = LIMITS.get(name)
        late = most is not None and seconds > most
        problem = f"{seconds:.2f} s; wanted: {most:g} s" if late else ""
        step, part = name.split(" ", 1)
        outcomes.append(Outcome(int(step), part, 1, seconds, problem))
    return outcomes
