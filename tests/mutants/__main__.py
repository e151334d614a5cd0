"""Puts small faults into the code, one at a time, and says which ones no test detected.

`make mutants` sets up an environment with mutmut and runs this there. By hand:

    python -m tests.mutants                          150 faults anywhere below the views
    python -m tests.mutants --seed 7 --count 300     others, and more
    python -m tests.mutants --within funclab/layers  in one room
    python -m tests.mutants --again                  those that the last run left or did not notice

Everything happens in a copy, build/mutants/tree, with the JIT off: NumPy does the work of the
loops, and a test compares each loop with it. First all tests run once, to see which test runs
which line; none may fail, and this run is not repeated until a file has changed. Then each fault is
tried with the tests that run its line, those of its own room first, for at most two minutes' worth
of tests. The first test that fails, or does not end in time, has detected it. At the end, the tests
that detected a fault run once more without any fault: they must pass.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import coverage

from tests.mutants.places import Mutant, sample

ROOT = Path(__file__).parents[2]
WORK = ROOT / "build" / "mutants"
TREE = WORK / "tree"
ROOMS = (
    *("datasets", "distribute", "engine", "graph", "interop", "kernels", "keras2", "layers"),
    *("misuse", "models", "ops", "parity", "saving", "training", "wrappers"),
)
NAMES = (  # what a module lists, it lists when it is imported
    *("tests/project/test_names.py", "tests/project/test_keras_names.py"),
    *("tests/project/test_keras_signatures.py", "tests/project/test_meanings.py"),
    "tests/saving/test_op_names.py",
)
TESTS = (  # in funclab, the doctests
    *("funclab", *NAMES, "tests/project/test_settings.py", "tests/project/test_utils.py"),
    *(f"tests/{room}" for room in ROOMS),
    *("tests/view/code/test_code.py", "tests/view/diff/test_diff.py"),  # what models hand to views
    "tests/view/training/test_ends.py",
)
NOT_TRIED = (
    *("funclab/view", "tests/kernels/test_jit.py"),  # the last is about machine code
    "tests/training/test_threads.py",  # minutes without the JIT, of what others run too
    "tests/training/test_interrupt_anywhere.py",  # it traces each line itself
    "tests/saving/test_whole_files.py",  # it kills processes of its own
)
APART = {"funclab/keras2/": "keras2", "funclab/keras_name.py": "keras2",
         "funclab/distribute/": "distribute"}  # fmt: skip
"""Files that tests use in processes of their own, where coverage does not see them, and the room
of these tests."""
TOGETHER = ("tests/kernels/test_forms.py", "tests/keras2/test_spellings.py")
"""Files in which the first test does the work, and each looks at a part of what came of it."""
FIRST = 20
"""The number of tests to try first: one of them detects most faults."""
SECONDS = 120
"""The most that the tests of one fault may take without it; with it they get thrice as long."""
GOAL = 0.9

PYTEST = (sys.executable, "-m", "pytest")
IN_TWO = ("-n", "2", "--dist", "loadfile")
ENVIRONMENT = os.environ | {
    "FUNCLAB_JIT": "0",
    "PYTHONPATH": str(TREE),
    "OPENBLAS_NUM_THREADS": "1",
}
# Compiled files are those of the first run: none is ever made of a fault.
ENVIRONMENT_OF_ATTEMPTS = ENVIRONMENT | {"PYTHONDONTWRITEBYTECODE": "1"}


def equivalents() -> dict[str, str]:
    """The faults that change nothing a user could notice, each with the reason."""
    lines = (Path(__file__).parent / "equivalent.txt").read_text().splitlines()
    pairs = [line for line in lines if line and not line.startswith("#")]
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def watch() -> None:
    """Copy the code and the tests, and run all tests once; not again while nothing has changed."""
    files = sorted(file for name in ("funclab", "tests") for file in (ROOT / name).rglob("*.py"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp = WORK / "watched"
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(TREE, ignore_errors=True)
    for name in ("funclab", "tests", "notebooks"):  # a doctest reads the lessons
        shutil.copytree(ROOT / name, TREE / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", TREE)
    options = ["-q", "-p", "no:cacheprovider", "-p", "tests.mutants.watch", *IN_TWO]
    paths = [*TESTS, *(f"--ignore={path}" for path in NOT_TRIED)]
    environment = ENVIRONMENT | {"WATCH": str(WORK / "watch")}
    if subprocess.run([*PYTEST, *options, *paths], cwd=TREE, env=environment).returncode:
        sys.exit("The tests above fail without any fault, so no count would be right: mend them.")
    stamp.write_text(digest)


def file_of(test: str) -> str:
    return test.partition("::")[0]


class Coverage:
    """Which test runs which line, and how long each test takes."""

    def __init__(self) -> None:
        data = coverage.CoverageData(str(WORK / "watch.cov"))
        data.read()
        self.seconds = json.loads((WORK / "watch.json").read_text())
        files = {str(Path(file).relative_to(TREE)): file for file in data.measured_files()}
        self.lines = {path: data.contexts_by_lineno(file) for path, file in files.items()}

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that run these lines; for lines that run at import, those of every test file
        that uses the file.
        """
        contexts: dict[int, Any] = self.lines.get(mutant.path, {})
        running = {test for line in mutant.lines for test in contexts.get(line, ()) if test}
        together = {file_of(test) for test in running} & {*TOGETHER}
        running |= {test for test in self.seconds if file_of(test) in together}
        using = {file_of(test) for tests in contexts.values() for test in tests if test} | {*NAMES}
        for room in {room for path, room in APART.items() if mutant.path.startswith(path)}:
            using |= {file for file in map(file_of, self.seconds) if f"/{room}/" in file}
            contexts = dict.fromkeys(mutant.lines, ())
        if not running and any(line in contexts for line in mutant.lines):
            running = {test for test in self.seconds if file_of(test) in using}
        rooms = [room.rstrip("s") for room in Path(mutant.path).with_suffix("").parts[1:]]

        def rank(test: str) -> tuple[int, float]:
            known = 9 * (file_of(test) in NAMES)  # quick, and about every file
            near = sum(room in file_of(test) for room in rooms)
            return -known - near, self.seconds.get(test, 0)

        chosen, total = [], 0.0
        for test in sorted(running, key=rank):
            total += self.seconds.get(test, 0)
            if total <= SECONDS or not chosen:
                chosen.append(test)
        return chosen


def failed(run: list[str], known: list[str], *options: str) -> list[str]:
    """The tests among these that fail; "" stands for one that did not end, or did not begin."""
    (WORK / "chosen.json").write_text(json.dumps([run, known]))
    last = WORK / "cache" / "v" / "cache" / "lastfailed"
    last.unlink(missing_ok=True)
    options = ("-q", "--timeout=60", "-p", "tests.mutants.chosen", *options)
    with subprocess.Popen(
        [*PYTEST, *options, "-o", f"cache_dir={WORK / 'cache'}", *sorted(set(map(file_of, run)))],
        cwd=TREE,
        env=ENVIRONMENT_OF_ATTEMPTS | {"CHOSEN": str(WORK / "chosen.json")},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            status = process.wait(60 + 3 * SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return [""]
    names = list(json.loads(last.read_text())) if last.exists() else []
    return names or [""] * bool(status)


def attempt(mutant: Mutant, covered: Coverage) -> str:
    """The result of a fault: the test that failed, or that it survived."""
    tests = covered.tests(mutant)
    if not tests:
        return "lived, and no test runs this line"
    parts = (part for part in (tests[:FIRST], tests[FIRST:]) if part)
    (TREE / mutant.path).write_text(mutant.text)
    try:
        names = next(filter(None, (failed(part, [*covered.seconds], "-x") for part in parts)), [])
    finally:  # an interrupted run can go on with --again
        (TREE / mutant.path).write_text(mutant.source)
    return f"noticed by {names[0]}" if names else "lived"


def unsound(ends: dict[str, str], covered: Coverage) -> list[str]:
    """The tests that have noticed a fault and fail without any."""
    noticed = {end.removeprefix("noticed by ") for end in ends.values()} & {*covered.seconds}
    return failed(sorted(noticed), [*covered.seconds]) if noticed else []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--seed", type=int, default=1, help="which faults are chosen")
    parser.add_argument("--count", type=int, default=150, help="how many")
    parser.add_argument("--within", default="funclab/", help="the files to choose from")
    parser.add_argument("--again", action="store_true", help="go on with the last run")
    options = parser.parse_args()
    watch()
    mutants, known = sample(TREE, options.count, options.seed, options.within), equivalents()
    record = WORK / f"seed{options.seed}.json"
    before = json.loads(record.read_text()) if options.again else {}
    ends = {name: end for name, end in before.items() if end.startswith("noticed")}
    covered = Coverage()
    for i, mutant in enumerate(mutants, 1):
        name = str(mutant)
        if name not in ends:
            ends[name] = "equivalent" if name in known else attempt(mutant, covered)
            print(f"{i}/{len(mutants)} {ends[name]}:\n    {name}", flush=True)
            record.write_text(json.dumps(ends))
    counts = Counter(ends[str(mutant)].replace(",", " ").split()[0] for mutant in mutants)
    tried = len(mutants) - counts["equivalent"]
    print(*(name for name, end in ends.items() if end.startswith("lived")), sep="\n")
    if names := unsound(ends, covered):
        sys.exit("These tests fail without a fault too:\n" + "\n".join(names))
    print(
        f"{counts['noticed']} of {tried} noticed ({counts['noticed'] / tried:.1%}), beside ", end=""
    )
    print(f"{counts['equivalent']} that change nothing: seed {options.seed}")
    return 0 if counts["noticed"] >= GOAL * tried else 1


if __name__ == "__main__":
    sys.exit(main())
