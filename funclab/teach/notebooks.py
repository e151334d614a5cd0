"""Whether notebooks still show what they promise: each cell runs again, and outputs are compared.

nbval does the work; this file has its options for lessons. `funclab check-notebooks FOLDER` prints
a line for each notebook. This file is also a pytest plugin that sets the same options:

    pytest -p funclab.teach.notebooks FOLDER
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from funclab.errors import FileError, MissingPackageError

SANITIZE = Path(__file__).with_name("sanitize.cfg")
"""What may differ between two runs: times, addresses, drawings, rounded scores."""
TIMEOUT, USUAL_TIMEOUT = 120.0, 2000.0
"""Seconds for a cell: our default, and that of nbval."""
LONGEST_REASON = 12
"""How many lines of a difference or an error are shown."""
COLORS = re.compile(r"\x1b\[[0-9;]*m")
ERROR = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Interrupt)\b")


# The pytest plugin ------------------------------------------------------------------------------


def pytest_configure(config: Any) -> None:
    """Set the options of nbval, except those given on the command line."""
    option = config.option
    if not hasattr(option, "nbval"):
        raise nbval_is_missing()
    os.environ.setdefault("FUNCLAB_PROGRESS", "off")  # no answers in the teacher's own progress
    option.nbval = True
    option.nbval_current_env = option.nbval_current_env or not option.nbval_kernel_name
    option.nbval_sanitize_with = option.nbval_sanitize_with or str(SANITIZE)
    if option.nbval_cell_timeout == USUAL_TIMEOUT:
        option.nbval_cell_timeout = TIMEOUT


def nbval_is_missing() -> MissingPackageError:
    return MissingPackageError(
        "Notebooks cannot be checked: nbval is missing here.",
        why="nbval runs the cells again and compares what they show.",
        fix="type pip install 'funclab[teach]'.",
    )


# The command ------------------------------------------------------------------------------------


@dataclass
class Failure:
    """A cell that failed, or shows something else; `number` counts code cells from 1."""

    number: int
    source: str
    reason: str


@dataclass
class Checked:
    """The result of running a notebook again; pytest calls its methods."""

    path: Path
    cells: int = 0
    unrun: int = 0
    """Cells that were saved before they were run: nothing can be compared."""
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return bool(self.cells) and not self.failures

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        if call.when == "call":
            self.cells += 1
            self.unrun += item.cell.execution_count is None
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, Exception):  # pytest's own "skipped" is not one
            self.failures.append(Failure(item.cell_num + 1, item.cell.source, reason_of(error)))

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failures.append(Failure(0, "", str(report.longrepr).strip().splitlines()[-1]))

    def __str__(self) -> str:
        if not self.cells and not self.failures:
            return f"FAIL {self.path}: it has no code cells"
        if self.passed:
            note = f"; {self.unrun} saved without being run, not compared" if self.unrun else ""
            return f"ok   {self.path}: {self.cells} cells, {self.seconds:.1f} s{note}"
        first, *others = self.failures
        line = next((row for row in first.source.splitlines() if row.strip()), "")
        where = f"cell {first.number}, {line}" if first.number else "it cannot be read"
        lines = [f"FAIL {self.path}: {where}", *_indented(first.reason)]
        numbers = ", ".join(str(other.number) for other in others)
        return "\n".join(lines + ([f"     then cells {numbers}"] if others else []))


def reason_of(error: Any) -> str:
    """What nbval says about a cell, without colours and traceback frames."""
    text = COLORS.sub("", getattr(error, "inner_traceback", None) or "")
    lines = [line for line in text.splitlines() if line.strip()]
    ends = [i for i, line in enumerate(lines) if ERROR.match(line)]
    stopped = "exception" in str(error)
    return "\n".join([f"{error}:", *(lines[ends[-1] :] if ends and stopped else lines)])


def _indented(text: str) -> list[str]:
    lines = text.splitlines()
    cut = [*lines[:LONGEST_REASON], "..."] if len(lines) > LONGEST_REASON else lines
    return [f"     {line}" for line in cut]


def check_notebook(path: Path, timeout: float) -> Checked:
    """Run a notebook again with nbval, in a kernel of its own, and compare all outputs.

    `timeout`: seconds for a cell.

    Raises: MissingPackageError without nbval.
    """
    if not all(importlib.util.find_spec(name) for name in ("pytest", "nbval")):
        raise nbval_is_missing()
    import pytest

    checked, start, printed = Checked(path), perf_counter(), io.StringIO()
    options = ["-q", "--color=no", "-p", "no:cacheprovider", "-p", "nbval.plugin"]
    options += ["-p", __name__, f"--nbval-cell-timeout={timeout}"]
    # Only the notebook counts: no settings and no plugins of the folder it happens to be in.
    options += ["-c", os.devnull, "--rootdir", str(path.resolve().parent), "--noconftest"]
    with own_plugins_only(), contextlib.redirect_stdout(printed):
        code = pytest.main([*options, str(path)], plugins=[checked])
    checked.seconds = perf_counter() - start
    if code not in (0, 1, 5) and not checked.failures:
        checked.failures.append(Failure(0, "", printed.getvalue().strip()))
    return checked


@contextlib.contextmanager
def own_plugins_only() -> Iterator[None]:
    """Keep pytest from loading every plugin that happens to be installed."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def check_notebooks(paths: Sequence[Path], timeout: float = TIMEOUT) -> int:
    """Check notebooks, and those in folders, and print a report; returns 1 if one failed.

    Raises: FileError for a path that does not exist, or has no notebook; MissingPackageError
    without nbval.
    """
    files = notebooks_in(paths)
    failed = 0
    for file in files:
        checked = check_notebook(file, timeout)
        failed += not checked.passed
        print(checked, flush=True)
    print(f"{len(files) - failed} of {len(files)} notebooks show what they promise", flush=True)
    if failed:
        print("Run All and save keeps new outputs, where they are right.", file=sys.stderr)
    return 1 if failed else 0


def notebooks_in(paths: Sequence[Path]) -> list[Path]:
    """The notebooks that paths name, including those in folders, in order.

    Raises: FileError for a path that does not exist, or has no notebook.
    """
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        inside = [file for file in inside if ".ipynb_checkpoints" not in file.parts]
        if not inside or not inside[0].is_file():
            raise FileError(
                f"There is no notebook at {str(path)!r}.",
                why="notebooks are files whose names end in .ipynb, or folders with such files.",
                fix="correct the path.",
            )
        files += inside
    return files
