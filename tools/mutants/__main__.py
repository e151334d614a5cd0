"""Puts small faults into the code, one at a time, and says which ones no test detected.

`make mutants` sets up an environment with mutmut and tree-sitter, and runs this there. By hand:

    python -m tools.mutants                          150 faults anywhere, also in scripts
    python -m tools.mutants --seed 7 --count 300     others, and more
    python -m tools.mutants --within funclab/layers funclab/ops   in some rooms
    python -m tools.mutants --within .js             in the scripts of the views
    python -m tools.mutants --again                  those that the last run left or did not notice

Everything happens in a copy, build/mutants/tree, with the JIT off: NumPy does the work of the
loops, and a test compares each loop with it. First the tests run once, to see which test runs which
line of Python, or of a script on a page; none may fail. Later, only the tests of what has changed
run again. Then each fault is tried with the tests that run its line, those of its own room first,
for at most two minutes' worth of tests; one in a script, with the tests in node before them. The
first test that fails, or does not end in time, has detected it. At the end, the tests that detected
a fault run once more without any fault: they must pass.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tools.mutants.fault import Mutant
from tools.mutants.javascript import bundle, passes
from tools.mutants.places import sample
from tools.mutants.record import ENVIRONMENT, PYTEST, ROOT, TREE, WORK, Record, file_of

GOAL = 0.9
FIRST = 20
"""The number of tests to try first: one of them detects most faults."""
IN_NODE = "tests/scripts"
"""The tests of scripts that need no browser: they take a second, and run for each script."""
SECONDS = 120
"""The most that the tests of one fault may take without it; with it they get thrice as long."""
# Compiled files are those of the first run: none is ever made of a fault.
ENVIRONMENT_OF_ATTEMPTS = ENVIRONMENT | {"PYTHONDONTWRITEBYTECODE": "1", "PATIENCE": "10"}


def equivalents() -> dict[str, str]:
    """The faults that change nothing a user could notice, each with the reason."""
    lines = (Path(__file__).parent / "equivalent.txt").read_text().splitlines()
    pairs = [line for line in lines if line and not line.startswith("#")]
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def failed(run: list[str], known: list[str], *options: str) -> list[str]:
    """The tests among these that fail; "" stands for one that did not end, or did not begin."""
    (WORK / "chosen.json").write_text(json.dumps([run, known]))
    last = WORK / "cache" / "v" / "cache" / "lastfailed"
    last.unlink(missing_ok=True)
    options = ("-q", f"--timeout={2 * SECONDS}", "-p", "tools.mutants.chosen", *options)
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


def attempt(mutant: Mutant, record: Record, seconds: int) -> str:
    """The result of a fault: the test that failed, or that it survived."""
    tests = record.tests(mutant, seconds)
    if not tests and not mutant.path.endswith(".js"):
        return "lived, and no test runs this line"
    parts = (part for part in (tests[:FIRST], tests[FIRST:]) if part)
    (TREE / mutant.path).write_text(mutant.text)
    script = mutant.path.endswith(".js")
    try:
        if script and not bundle(TREE):
            return "noticed by the bundler"
        if script and not passes(TREE):
            return f"noticed by {IN_NODE}"
        names = next(filter(None, (failed(part, [*record.seconds], "-x") for part in parts)), [])
    finally:  # an interrupted run can go on with --again
        (TREE / mutant.path).write_text(mutant.source)
        if script:
            bundle(TREE)
    return f"noticed by {names[0]}" if names else "lived"


def unsound(ends: dict[str, str], record: Record) -> list[str]:
    """The tests that have noticed a fault and fail without any."""
    noticed = {end.removeprefix("noticed by ") for end in ends.values()}
    tests = sorted(noticed & {*record.seconds})
    scripts = [IN_NODE] if IN_NODE in noticed and not passes(TREE) else []
    return scripts + (failed(tests, [*record.seconds]) if tests else [])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("--seed", type=int, default=1, help="which faults are chosen")
    parser.add_argument("--count", type=int, default=150, help="how many")
    parser.add_argument(
        "--within",
        nargs="+",
        default=["funclab/"],
        help="how the files begin, or end",
    )
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of the tests of each fault")
    parser.add_argument("--again", action="store_true", help="go on with the last run")
    options = parser.parse_args()
    mutants, known = sample(ROOT, options.count, options.seed, options.within), equivalents()
    results = WORK / f"seed{options.seed}.json"
    before = json.loads(results.read_text()) if options.again else {}
    ends = {name: end for name, end in before.items() if end.startswith("noticed")}
    record = Record([mutant.path for mutant in mutants if str(mutant) not in {*ends, *known}])
    for i, mutant in enumerate(mutants, 1):
        name = str(mutant)
        if name not in ends:
            ends[name] = "equivalent" if name in known else attempt(mutant, record, options.seconds)
            print(f"{i}/{len(mutants)} {ends[name]}:\n    {name}", flush=True)
            results.write_text(json.dumps(ends))
    counts = Counter(ends[str(mutant)].replace(",", " ").split()[0] for mutant in mutants)
    tried = len(mutants) - counts["equivalent"]
    print(*(name for name, end in ends.items() if end.startswith("lived")), sep="\n")
    if names := unsound(ends, record):
        sys.exit("These tests fail without a fault too:\n" + "\n".join(names))
    print(
        f"{counts['noticed']} of {tried} noticed ({counts['noticed'] / tried:.1%}), beside ", end=""
    )
    print(f"{counts['equivalent']} that change nothing: seed {options.seed}")
    return 0 if counts["noticed"] >= GOAL * tried else 1


if __name__ == "__main__":
    sys.exit(main())
