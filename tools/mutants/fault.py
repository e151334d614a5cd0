"""A small fault in a source file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

Place = tuple[str, int, int]
"""A file, the number of a node in it, and the number of an operator."""


@dataclass(frozen=True)
class Mutant:
    """One fault: the file, the lines of its statement, and the file's text with the fault."""

    path: str
    lines: range
    source: str
    text: str

    def __str__(self) -> str:
        """The lines taken out and put in, each in one line."""
        diff = difflib.unified_diff(
            self.source.splitlines(), self.text.splitlines(), n=0, lineterm=""
        )
        changed = [line for line in diff if not line.startswith(("---", "+++", "@@"))]
        lines = [line[1:].strip() for line in changed if line[0] == "-"]
        others = [line[1:].strip() for line in changed if line[0] == "+"]
        return f"{self.path}: {' '.join(lines)} → {' '.join(others)}"
