"""All answers of funclab to the lines in this folder, in one readable text.

`python -m tests.misuse.answers` writes answers.txt anew; look at what git shows of it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from funclab import registry
from funclab.errors import FunclabError
from tests.misuse.causes import Cause
from tests.misuse.desk import Desk
from tests.misuse.drawn import drawn
from tests.misuse.shape_causes import SHAPES
from tests.misuse.test_misuse import CASES
from tests.misuse.value_causes import VALUES
from tests.misuse.warned_causes import WARNED

WRITTEN = Path(__file__).with_name("answers.txt")
CHANGING = re.compile(r"0x[0-9a-f]+|/\S+/")
"""Addresses in memory and places on a disk."""


def answer(line: Callable[[Desk], Any]) -> str:
    """The warnings and the error of a line, with what a picture of the error shows."""
    with registry.fresh_names(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            line(Desk())
        except FunclabError as error:
            told = [f"{type(error).__name__}: {error}", *drawn(error.facts)]
        else:
            told = []
    told = [*(f"{one.category.__name__}: {one.message}" for one in caught), *map(str.rstrip, told)]
    return CHANGING.sub("...", "\n".join(told)).replace("\n\n", "\n")


LINES = {
    cause.wrote if isinstance(cause, Cause) else str(cause): getattr(cause, "line", None)
    or cause.wrong  # type: ignore[union-attr]
    for cause in (*CASES, *SHAPES, *VALUES, *WARNED)
}


def written() -> dict[str, str]:
    """For each line what answers.txt says."""
    parts = WRITTEN.read_text("utf-8").removeprefix("# ").split("\n\n# ")
    return {title: text.rstrip() for title, _, text in (part.partition("\n") for part in parts)}


if __name__ == "__main__":
    texts = (f"# {title}\n{answer(line).rstrip()}\n" for title, line in LINES.items())
    WRITTEN.write_text("\n".join(texts), "utf-8")
