"""Will a program that is written for Keras or TensorFlow run on funclab? Say so before a lesson."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funclab.errors import DataError
from funclab.errors.words import plural
from funclab.keras2.programs import MAY, STOPS, Finding


@dataclass(frozen=True)
class Report:
    """What was found in a program; `print` shows it line by line.

    path: the file. findings: what to know, in the order of the lines, each with `cell`, `line`,
        `code`, `kind`, `says` and `instead`.
    """

    path: Path
    findings: list[Finding]

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
        kinds = [found.kind for found in self.findings]
        if STOPS in kinds:
            return f"{self.path.name}: {plural(kinds.count(STOPS), 'line')} will not run."
        if MAY in kinds:
            return f"{self.path.name}: {plural(kinds.count(MAY), 'line')} may not run."
        return f"{self.path.name}: nothing was found that will not run."


def will_it_run(path: Any) -> Report:
    """Read a notebook or a Python file that is written for Keras or TensorFlow, without running it,
    and list what will not run after `install_as_keras(tensorflow=True)`, line by line, with what to
    write instead; also what will run, but slowly or in another way.

    Names and arguments are compared with those that there are; layers and optimizers are made with
    the plain values of the program. What depends on numbers, such as shapes of data, is not seen.

    path: of an .ipynb or .py file.
    Raises: DataError for a file that cannot be read.
    """
    path = Path(path)
    program = "from funclab.keras2.programs import main; main()"
    command = [sys.executable, "-c", program, str(path)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    found = json.loads(run.stdout)
    if isinstance(found, str):
        raise DataError(
            f"{path} cannot be read: {found}.",
            why="will_it_run reads notebooks (.ipynb) and Python files (.py).",
            fix="pass the path of one that opens in Jupyter.",
        )
    return Report(path, [Finding(*row) for row in found])
