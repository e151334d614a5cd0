"""`make classroom`: a class of 40 simulated students through lesson 5, then the page of the class.

Each student is a kernel of Jupyter that runs the cells of the notebook, answers, tries, reads hints
and hands in files, by a plan drawn from a seed: eight at once, the others one after another. Then
all that `funclab class` says of the files is compared with the plan. Ends with an error if
something differs.

    python -m tools.classroom [--students 40] [--at-once 8] [--then 1] [--seed 28] [--home FOLDER]

With `--home`, the files stay there; a class that is there already is only read again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.classroom.comparing import compared, table
from tools.classroom.plan import DAYS_OLD, OLD, Student, planned
from tools.classroom.seat import DAY, Seat


def main() -> int:
    parser = argparse.ArgumentParser(prog="classroom", description="Lesson 5, by a class.")
    parser.add_argument("--students", type=int, default=40, help="how many (40)")
    parser.add_argument("--at-once", type=int, default=8, help="how many come first, at once (8)")
    parser.add_argument("--then", type=int, default=1, help="how many of the others at once (1)")
    parser.add_argument("--seed", type=int, default=28, help="what the plan is drawn from (28)")
    parser.add_argument("--home", type=Path, help="where the files stay")
    options = parser.parse_args()
    students = planned(options.seed, options.students)
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        exports = home / "exports"
        if not exports.is_dir():
            first, others = students[: options.at_once], students[options.at_once :]
            teach(first, home, options.at_once)
            teach(others, home, options.then)
        found = compared(students, exports, home)
    print(table(found))
    wrong = sum(not one.well for one in found)
    print(f"{len(students)} students, {len(found)} comparisons, {wrong} differ")
    return 1 if wrong else 0


def teach(students: Sequence[Student], home: Path, at_once: int) -> None:
    """Let students do what is planned, so many at the same time; their files are in `exports`."""
    (home / "exports").mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        seconds = [*pool.map(lambda one: attend(one, home), students)]
    if seconds:
        told = f"{len(students)} students, {at_once} at once: {time.perf_counter() - start:.0f} s"
        print(f"{told}; the slowest took {max(seconds):.0f} s", flush=True)


def attend(student: Student, home: Path) -> float:
    """One student, from the first cell to the last file; returns the seconds that it took."""
    start = time.perf_counter()
    seat = Seat(home / f"progress-{student.number:02}", home / "exports")
    try:
        for act in student.acts:
            seat.do(act)
    finally:
        seat.close()
    if student.role == OLD:
        for export in student.exports:
            old = time.time() - DAY * DAYS_OLD - 60
            os.utime(home / "exports" / export.file, (old, old))
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
