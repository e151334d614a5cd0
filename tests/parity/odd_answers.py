"""The text and the picture of every error that odd inputs cause, in one readable text.

`python -m tests.parity.odd_answers` writes odd_answers.txt anew; look at what git shows of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from funclab.errors import FunclabError
from tests.misuse.drawn import drawn

WRITTEN = Path(__file__).with_suffix(".txt")
CHANGING = re.compile(r"0x[0-9a-f]+|/\S+/|(?<=array\()[^)]*|-?\d+\.\d{3,}")
"""Addresses in memory, places on a disk, and numbers of arrays."""


def told(result: Any) -> str:
    """The error of an outcome, "" without one of funclab's."""
    error = result.get("error")
    if not isinstance(error, FunclabError):
        return ""
    words = f"{type(error).__name__}: {error}".replace("\n\n", "\n")
    return CHANGING.sub("...", "\n".join([words, *map(str.rstrip, drawn(error.facts))]))


def written() -> set[str]:
    return set(WRITTEN.read_text("utf-8").rstrip("\n").split("\n\n"))


if __name__ == "__main__":
    from tests.parity.test_odd_inputs import ROWS, in_funclab

    answers = {told(in_funclab(row)) for row in ROWS} - {""}
    WRITTEN.write_text("\n\n".join(sorted(answers)) + "\n", "utf-8")
