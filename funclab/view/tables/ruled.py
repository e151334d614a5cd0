"""A table of text between ruled lines, whose cells may hold several lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np

from funclab.errors import ArgumentError

Cells = list[list[str]]
WIDEST = 100
"""Longest line, when neither `line_length` nor `positions` is given."""
BY_CALL = ("Output Shape", "Node", "Connected to")
"""Columns with a line for each call, which stand side by side."""


def column_widths(
    titles: list[str],
    rows: list[Cells],
    line_length: int | None,
    positions: Sequence[float] | None,
) -> list[int]:
    """How wide each column is: as wide as its text, unless the line is then too long."""
    if positions is not None:
        return _given_widths(titles, positions, line_length or WIDEST)
    wanted = [
        max([len(title), *(len(line) for row in rows for line in row[i])])
        for i, title in enumerate(titles)
    ]
    smallest = [min(len(title), width) for title, width in zip(titles, wanted, strict=True)]
    free = (line_length or WIDEST) - 3 * len(titles) - 1
    while sum(wanted) > free and wanted != smallest:
        room = [width - least for width, least in zip(wanted, smallest, strict=True)]
        wanted[int(np.argmax(room))] -= 1
    if line_length is not None:
        wanted[0] += max(0, free - sum(wanted))
    return wanted


def _given_widths(titles: list[str], positions: Sequence[float], line_length: int) -> list[int]:
    ends = list(positions)[: len(titles)]
    if len(ends) < len(titles) or any(a >= b for a, b in zip([0, *ends], ends)):
        raise ArgumentError(
            f"`positions` must be {len(titles)} growing numbers, not {list(positions)}.",
            why=f"each says where a column ends; the columns are {', '.join(titles)}.",
            fix="leave `positions` out, or give one number for each column.",
        )
    if ends[-1] <= 1:
        ends = [int(line_length * end) for end in ends]
    return [max(3, int(end - start) - 3) for start, end in zip([0, *ends], ends)]


def ruled(titles: list[str], rows: list[Cells], widths: list[int]) -> Iterator[str]:
    """The printed lines of a table; a cell is a list of lines, those of a call side by side."""
    yield _rule("┏", "━", "┳", "┓", widths)
    yield from _lines([[title] for title in titles], titles, widths, "┃")
    yield _rule("┡", "━", "╇", "┩", widths)
    for i, row in enumerate(rows):
        if i:
            yield _rule("├", "─", "┼", "┤", widths)
        yield from _lines(row, titles, widths, "│")
    yield _rule("└", "─", "┴", "┘", widths)


def _rule(left: str, line: str, cross: str, right: str, widths: list[int]) -> str:
    return left + cross.join(line * (width + 2) for width in widths) + right


def _lines(cells: list[list[str]], titles: list[str], widths: list[int], bar: str) -> Iterator[str]:
    """The printed lines of a row: long cells go on below, calls stay side by side."""
    wrapped = [
        [_wrap(line, width) for line in cell] for cell, width in zip(cells, widths, strict=True)
    ]
    together = [i for i, title in enumerate(titles) if title in BY_CALL]
    for parts in zip_longest(*(wrapped[i] for i in together), fillvalue=[""]):
        tallest = max(map(len, parts))
        for part in parts:
            part += [""] * (tallest - len(part))
    columns = [[line for part in parts for line in part] for parts in wrapped]
    for texts in zip_longest(*columns, fillvalue=""):
        padded = [
            text.rjust(width) if title == "Param #" else text.ljust(width)
            for text, title, width in zip(texts, titles, widths, strict=True)
        ]
        yield f"{bar} {f' {bar} '.join(padded)} {bar}"


def _wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken at a space or bracket if there is one."""
    lines = []
    while len(text) > width:
        at = max(text.rfind(" ", 1, width + 1), text.rfind("[", 1, width + 1))
        at = at if text[:at].strip() and at > 0 else width
        lines.append(text[:at])
        text = text[at:].lstrip()
    return [*lines, text]
