"""Will a program that is written for Keras or TensorFlow run on funclab? Say so before a lesson."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funclab.errors import DataError
from funclab.errors.words import plural
from funclab.keras2.programs import MAY, STOPS, Finding

GRACE = 10
"""Seconds that a run may take to begin and to end, beside those it was given."""
MANY, LARGE = 200, 10_000_000


@dataclass(frozen=True)
class Report:
    """What was found in a program; `print` shows it line by line.

    path: the file. findings: what to know, in the order of the lines, each with `cell`, `line`,
        `code`, `kind`, `says` and `instead`. was_run: whether it was run, not only read.
    """

    path: Path
    findings: list[Finding]
    was_run: bool = False

    @property
    def runs(self) -> bool:
        """Whether nothing was found that will not run."""
        return not any(found.kind == STOPS for found in self.findings)

    def __str__(self) -> str:
        lines = [self._verdict()]
        for found in self.findings:
            cell = f"cell {found.cell}, " if found.cell else ""
            lines += ["", f"{cell}line {found.line}: {found.kind}", f"    {found.code}"]
            lines += [f"  {found.says}"]
            lines += [f"  Fix: {found.instead}"] if found.instead else []
        return "\n".join(lines)

    __repr__ = __str__

    def _verdict(self) -> str:
        kinds, name = [found.kind for found in self.findings], self.path.name
        if STOPS in kinds:
            return f"{name}: {plural(kinds.count(STOPS), 'line')} will not run."
        if MAY in kinds:
            return f"{name}: {plural(kinds.count(MAY), 'line')} may not run."
        if self.was_run:
            return f"{name}: it ran, with made-up data where some were missing, and nothing failed."
        return f"{name}: nothing was found that will not run."


def will_it_run(path: Any, run: bool = False, seconds: float = 120) -> Report:
    """Read a notebook or a Python file that is written for Keras or TensorFlow, without running it,
    and list what will not run after `install_as_keras(tensorflow=True)`, line by line, with what to
    write instead; also what will run, but slowly or in another way.

    Names and arguments are compared with those that there are; layers and optimizers are made with
    the plain values of the program. What depends on numbers, such as shapes of data, is not seen.

    With `run`, the program is also run, statement by statement, in a process and a temporary folder
    of its own: few epochs, and made-up data of the usual shapes in place of downloads and missing
    files. It is a program like any other: run only what you would run yourself.

    path: of an .ipynb or .py file.
    run: whether to run it.
    seconds: after which the run is stopped.
    Raises: DataError for a file that cannot be read.
    """
    path = Path(path)
    program = "from funclab.keras2.programs import main; main()"
    command = [sys.executable, "-c", program, str(path)]
    found = json.loads(_output(command, encoding="utf-8", check=True))
    if isinstance(found, str):
        raise DataError(
            f"{path} cannot be read: {found}.",
            why="will_it_run reads notebooks (.ipynb) and Python files (.py).",
            fix="pass the path of one that opens in Jupyter.",
        )
    findings = [Finding(*row) for row in found]
    if run:
        findings = _merged(findings, _ran(path.resolve(), seconds))
    return Report(path, findings, run)


def _output(command: list[str], **settings: Any) -> str:
    return subprocess.run(command, capture_output=True, **settings).stdout


def _ran(path: Path, seconds: float) -> list[Finding]:
    """What failed when a program was run."""
    program = "from funclab.keras2.running import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", program, str(path), str(seconds)]
    settings = {"stdin": subprocess.DEVNULL, "encoding": "utf-8", "check": False}
    beside = {"env": {**os.environ, "MPLBACKEND": "Agg"}}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _copy(path.parent, Path(folder))
        try:
            limit = seconds + GRACE
            written = _output(command, cwd=folder, timeout=limit, **settings, **beside)
        except subprocess.TimeoutExpired as late:
            written = (late.stdout or b"").decode("utf-8", "replace")
    rows = [json.loads(line) for line in written.splitlines() if line.endswith(("]", '"'))]
    findings = [Finding(*row) for row in rows if isinstance(row, list)]
    if "ended" not in rows:
        says = f"the program did not come to its end within {seconds:.0f} s, or ended Python."
        findings.append(Finding(0, 1, "", MAY, says, ""))
    return findings


def _copy(beside: Path, folder: Path) -> None:
    """Give the run its own copies of the files beside the program; of many, or large ones, none."""
    files = [path for path in itertools.islice(beside.iterdir(), MANY) if path.is_file()]
    for path in files:
        if path.stat().st_size < LARGE:
            shutil.copy(path, folder)


def _merged(read: list[Finding], ran: list[Finding]) -> list[Finding]:
    """What was read and what has failed, each line once: a run knows better what a line does."""
    failed = {(found.cell, found.line) for found in ran}
    kept = [found for found in read if (found.cell, found.line) not in failed]
    return sorted([*kept, *ran], key=lambda found: (found.cell, found.line))
