"""Tables of words, as plain text and as HTML that screen readers can walk through."""

from __future__ import annotations

from collections.abc import Sequence

from funclab.view.draw.canvas import shown

Cells = Sequence[str]


def text_grid(titles: Cells, rows: Sequence[Cells], right: bool = False) -> list[str]:
    """The lines of a table, its columns aligned to the left or to the right."""
    lines = [titles, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * width for width in widths]
    return [_line(line, widths, right) for line in (titles, rule, *rows)]


def _line(cells: Cells, widths: list[int], right: bool) -> str:
    pairs = zip(cells, widths, strict=True)
    padded = [cell.rjust(width) if right else cell.ljust(width) for cell, width in pairs]
    return "  ".join(padded).rstrip()


def html_grid(caption: str, titles: Cells, rows: Sequence[Cells]) -> str:
    """A table whose first column and first row are headings."""
    heads = "".join(f'<th scope="col">{shown(title)}</th>' for title in titles)
    body = "".join(map(_row, rows))
    return (
        f'<table class="funclab-table"><caption>{shown(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(cells: Cells) -> str:
    first, *others = map(shown, cells)
    rest = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row">{first}</th>{rest}</tr>'
