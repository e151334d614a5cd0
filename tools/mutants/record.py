"""Which test runs which line: recorded once, and again for what has changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import coverage
import pytest

from tools.mutants.fault import Mutant
from tools.mutants.javascript import Script, bundle, scripts

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
ABOVE = ("funclab/view/", "funclab/teach/")
PARTS = {  # in funclab, the doctests
    "below": (
        *("funclab/", *NAMES, "tests/project/test_settings.py", "tests/project/test_utils.py"),
        *(f"tests/{room}" for room in ROOMS),
        *("tests/view/code/test_code.py", "tests/view/diff/test_diff.py"),  # what models give views
        "tests/view/training/test_ends.py",
    ),
    "views": (
        *(*ABOVE, "funclab/callbacks/", "tests/view", "tests/teach", "tests/project/test_cli"),
        "tests/project/test_packaging.py",
        *("tests/training/test_callbacks.py", "tests/training/test_lasting_callbacks.py"),
        *("tests/training/test_progress.py", "tests/training/test_snapshots.py"),
        "tests/training/test_resumed.py",
    ),
    "pages": ("tests/browser",),
}
"""The tests to record, in this order: the first part for what is below the views, the others for
what is `ABOVE`, and for callbacks."""
NOT_TRIED = (
    "tests/kernels/test_jit.py",  # about machine code
    "tests/training/test_threads.py",  # minutes without the JIT, of what others run too
    "tests/training/test_interrupt_anywhere.py",  # it traces each line itself
    "tests/saving/test_whole_files.py",  # it kills processes of its own
)
APART = {"funclab/keras2/": "/keras2/", "funclab/distribute/": "/distribute/",
         "funclab/teach/commands/": "/test_cli", "funclab/view/live/places.py": "/live/test_places",
         "funclab/view/training/cell.py": "/live/test_places",
         "funclab/view/live/terminal.py": "/live/test_terminal",
         "funclab/view/notebook/build.py": "/test_packaging",
         "funclab/teach/own/graded.py": "/test_graded_lessons"}  # fmt: skip
"""Files that tests use in processes of their own, where coverage does not see them, and a part of
the paths of these tests."""
TOGETHER = ("tests/kernels/test_forms.py", "tests/keras2/test_spellings.py")
"""Files in which the first test does the work, and each looks at a part of what came of it."""

PYTEST = (sys.executable, "-m", "pytest")
IN_TWO = ("-n", "2", "--dist", "loadfile")
ENVIRONMENT = os.environ | {
    "FUNCLAB_JIT": "0",
    "PYTHONPATH": str(TREE),
    "OPENBLAS_NUM_THREADS": "1",
}
KINDS = {".py", ".js", ".json", ".toml", ".css", ".txt", ".ipynb", ".npz"}


def file_of(test: str) -> str:
    return test.partition("::")[0]


def digests(folder: Path) -> dict[str, str]:
    """A digest of each file of the code and of the tests."""
    files = [
        file for name in ("funclab", "tests", "tools") for file in (folder / name).rglob("*.*")
        if file.suffix in KINDS and "node_modules" not in file.parts
    ]  # fmt: skip
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def copy_tree() -> None:
    """Make the copy like the original; a run that was killed may have left a fault in it."""
    if TREE.exists() and digests(ROOT) == digests(TREE):
        return
    shutil.rmtree(TREE, ignore_errors=True)
    for name in ("funclab", "tests", "tools", "notebooks", "binder", "docs"):  # tests read them
        left_out = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / name, TREE / name, ignore=left_out)
    for name in ("pyproject.toml", "README.md"):  # tests read both
        shutil.copy(ROOT / name, TREE)


@cache
def measured(stem: Path) -> coverage.CoverageData:
    data = coverage.CoverageData(str(stem.with_suffix(".cov")))
    data.read()
    return data


class Run:
    """One run of some test files; its own files are WORK/PART/NUMBER.*."""

    def __init__(self, stem: Path) -> None:
        self.stem = stem
        told = json.loads(stem.with_suffix(".json").read_text())
        self.seconds: dict[str, float] = told["seconds"]
        self.failed: set[str] = {*told["failed"]}
        self.scripts: dict[str, list[str]] = told["scripts"]
        about = json.loads(stem.with_suffix(".about").read_text())
        self.files: set[str] = {*about["files"]}
        """The test files that ran."""
        self.digests: dict[str, str] = about["digests"]
        """What all files were then."""

    def lines(self, path: str) -> dict[int, list[str]]:
        """The tests that run each line of a file, and "" for lines that run at import."""
        if path.endswith(".js"):
            found = {(*key.rpartition(":"),): tests for key, tests in self.scripts.items()}
            return {int(line): tests for (name, _, line), tests in found.items() if name == path}
        return measured(self.stem).contexts_by_lineno(str(TREE / path))

    def stale(self, now: dict[str, str]) -> set[str]:
        """The test files whose tests may run other lines now: they have changed, or something that
        they use."""
        changed = {name for name, digest in self.digests.items() if now.get(name) != digest}
        sources = {name for name in changed if name.startswith("funclab/")}
        tests = {test for name in sources for line in self.lines(name).values() for test in line}
        others = {name for name in changed - sources if not name.startswith("tools/mutants/")}
        helpers = {Path(name).stem for name in others if not is_test(name)}
        using = {name for name in self.files if helpers & words(TREE / name)} if helpers else set()
        return self.files & (changed | using | {*map(file_of, tests)})


class Record:
    """What the runs of some parts have shown; the last run of a test file counts."""

    def __init__(self, paths: list[str]) -> None:
        """Bring up to date what is needed for faults in these files."""
        copy_tree()
        now = digests(TREE)
        self.runs: dict[Path, tuple[Run, set[str]]] = {}
        above = [path.startswith((*ABOVE, "funclab/callbacks/")) for path in paths]
        for part in PARTS:
            if any(above) if part != "below" else not all(above):
                self.bring_up_to_date(part, now)

    def bring_up_to_date(self, part: str, now: dict[str, str]) -> None:
        wanted, old = test_files(PARTS[part], now), self.known(part)
        fresh = {file for run, files in old.values() for file in files - run.stale(now)}
        if missing := sorted(wanted - fresh):
            watch(WORK / part / str(len(old)), missing, now)
        self.runs |= {
            stem: (run, files & wanted) for stem, (run, files) in self.known(part).items()
        }
        self.seconds = {
            test: seconds
            for run, files in self.runs.values()
            for test, seconds in run.seconds.items() if file_of(test) in files
        }  # fmt: skip
        self.failed = set[str]().union(*(run.failed for run, _ in self.runs.values()))

    @staticmethod
    def known(part: str) -> dict[Path, tuple[Run, set[str]]]:
        """The runs of a part, each with the test files for which it counts."""
        stems = sorted((WORK / part).glob("*.about"), key=lambda file: -int(file.stem))
        runs, later = {}, set[str]()
        for stem in stems:
            run = Run(stem.with_suffix(""))
            runs[run.stem] = run, run.files - later
            later |= run.files
        return runs

    def lines(self, path: str) -> dict[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for run, files in self.runs.values():
            for line, tests in run.lines(path).items():
                found[line] |= {test for test in tests if file_of(test) in files}
        return found

    def tests(self, mutant: Mutant, most: float) -> list[str]:
        """The tests that run these lines; for lines that run at import, those of every test file
        that uses the file. They take so many seconds at most.
        """
        lines = self.lines(mutant.path)
        running = {test for line in mutant.lines for test in lines.get(line, ())}
        together = {file_of(test) for test in running} & {*TOGETHER}
        running |= {test for test in self.seconds if file_of(test) in together}
        using = {file_of(test) for tests in lines.values() for test in tests} | {*NAMES}
        for part in {part for path, part in APART.items() if mutant.path.startswith(path)}:
            using |= {file for file in map(file_of, self.seconds) if part in file}
            lines = {line: set() for line in mutant.lines}
        if not running and (mutant.path.endswith(".js") or any(i in lines for i in mutant.lines)):
            running = {test for test in self.seconds if file_of(test) in using}
        running -= self.failed
        rooms = [room.rstrip("s") for room in Path(mutant.path).with_suffix("").parts[1:]]

        def rank(test: str) -> tuple[int, float]:
            known = 9 * (file_of(test) in NAMES)  # quick, and about every file
            near = sum(room in file_of(test) for room in rooms)
            near += "transcripts" in file_of(test)  # they tell all that a page says
            return -known - near, self.seconds.get(test, 0)

        chosen, total = [], 0.0
        for test in sorted(running, key=rank):
            total += self.seconds.get(test, 0)
            if total <= most or not chosen:
                chosen.append(test)
        return chosen


def is_test(name: str) -> bool:
    return Path(name).name.startswith("test_")


def words(file: Path) -> set[str]:
    return {*re.findall(r"\w+", file.read_text())} if file.exists() else set()


def test_files(paths: tuple[str, ...], names: Iterable[str]) -> set[str]:
    """The files at these paths that have tests."""
    files = {name for name in names if name.startswith(paths) and name.endswith(".py")}
    tests = {name for name in files if is_test(name) or name.startswith("funclab/")}
    return {name for name in tests if not name.startswith(NOT_TRIED)}


def watch(stem: Path, files: list[str], now: dict[str, str]) -> None:
    """Run these test files, with scripts that say what they run."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    options = ["-q", "-p", "no:cacheprovider", "-p", "tools.mutants.watch", *IN_TWO]
    texts = {file: file.read_text() for file in scripts(TREE)}
    for file in texts:
        file.write_text(Script(TREE, str(file.relative_to(TREE))).telling())
    try:
        if not bundle(TREE):
            sys.exit("The scripts cannot be bundled: `make bundle` says why.")
        environment = ENVIRONMENT | {"WATCH": str(stem)}
        status = subprocess.run([*PYTEST, *options, *files], cwd=TREE, env=environment).returncode
    finally:
        for file, text in texts.items():
            file.write_text(text)
        bundle(TREE)
    if status == pytest.ExitCode.TESTS_FAILED:
        print("The tests above fail without any fault, so they are not tried: mend them.")
    elif status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit(status)
    stem.with_suffix(".about").write_text(json.dumps({"files": files, "digests": now}))
