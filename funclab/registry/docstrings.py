"""What the docstrings of many classes have in common, and is written once."""

from __future__ import annotations

import re
from typing import Any

LABELS = ("Shapes", "Weights", "Gradient", "Numerics", "Raises", "Source")
TOLD = re.compile(rf"^    ({'|'.join(LABELS)}): .*(?:\n {{8}}.*)*", re.MULTILINE)
"""The labelled lines of a docstring, in this order."""


def with_told(owner: Any, text: str) -> str:
    """The text with the labelled lines that it lacks, from the class's `told`: texts by label."""
    told = getattr(owner, "told", {})
    if not told:
        return text
    lines = {}
    for label, says in told.items():
        lines[label] = wrapped(f"{label}: {says.format(cls=owner)}.")
    begin = end = len(text)
    own = list(TOLD.finditer(text))
    if own:
        begin, end = own[0].start(), own[-1].end()
    for found in own:
        lines[found[1]] = found[0]
    ordered = [lines[label] for label in LABELS if label in lines]
    head = text[:begin].rstrip()
    return "\n".join([head, "", *ordered]) + text[end:]


def with_imports(name: str, example: str) -> str:
    """The example, after an import of what it uses and does not import; `name` is its subject."""

    def lacks(word: str) -> bool:
        if word == name or re.search(rf"import .*\b{word}\b", example):
            return False
        return re.search(rf"(?<![\w.]){word}[.(]", example) is not None

    lines = []
    if lacks("np"):
        lines.append("import numpy as np")
    names = [word for word in ("Input", "layers", "ops") if lacks(word)]
    if names:
        lines.append(f"from funclab import {', '.join(names)}")
    return "\n    >>> ".join([*lines, example])


def wrapped(line: str, width: int = 100) -> str:
    """A labelled line, or that of a parameter, broken into lines of a docstring."""
    import textwrap  # only here, because docstrings are rarely read

    return textwrap.fill(line, width, initial_indent="    ", subsequent_indent="        ")
