"""What two models do not have in common, as data, as text, and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from funclab.view.diff.sentences import Entry
from funclab.view.diff.shared import Shared
from funclab.view.draw.canvas import shown

TITLES = ("kind", "left", "right", "difference")


@dataclass
class Findings:
    """What two models have not in common; false when there is nothing."""

    left: str
    right: str
    entries: list[Entry]
    notes: list[str] = field(default_factory=list)
    """What is no difference in structure, but worth knowing: whose the weights are."""
    shared: list[Shared] = field(default_factory=list)
    """The layers that are in both models, each with the mark that both pictures carry."""
    numbers: tuple[int, int] = (0, 0)
    """How many numbers each model holds."""
    models: tuple[Any, Any] = field(default=(None, None), repr=False, compare=False)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    @property
    def title(self) -> str:
        left, right = (f"{count:,} parameters" for count in self.numbers)
        return f"left: {self.left} ({left}); right: {self.right} ({right})"

    @property
    def text(self) -> str:
        """The differences as lines of text, by kind."""
        width = max([len(entry.kind) for entry in self.entries], default=0)
        lines = [f"{entry.kind:<{width}}  {entry.sentence}" for entry in self.entries]
        if not lines:
            lines = ["No difference: the same layers, set alike and called in the same way."]
        return "\n".join([self.title, "", *lines, *([""] if self.notes else []), *self.notes])

    @property
    def table(self) -> str:
        """The differences as an HTML table with a caption and marked headings."""
        heads = "".join(f'<th scope="col">{title}</th>' for title in TITLES)
        rows = [_row(one.kind, one) for one in self.entries]
        rows += [_row(f"= {one.mark}", one) for one in self.shared]
        told = "".join(f"<p>{shown(note)}</p>" for note in self.notes if note[:2] != "= ")
        caption = f"<caption>Differences, {shown(self.title)}</caption>"
        body = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
        return f'<table class="funclab-table">{caption}{body}</table>{told}'

    def to_dict(self) -> dict[str, Any]:
        """The differences as data that JSON can hold."""
        return {
            "left": self.left,
            "right": self.right,
            "numbers": list(self.numbers),
            "entries": [entry.to_dict() for entry in self.entries],
            "notes": self.notes,
            "shared": [one.to_dict() for one in self.shared],
        }

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Difference of {self.left} and {self.right}: {_entries(len(self.entries))}>"


def _row(kind: str, one: Entry | Shared) -> str:
    cells = [", ".join(one.left) or "-", ", ".join(one.right) or "-", one.sentence]
    rest = "".join(f"<td>{shown(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{kind}</th>{rest}</tr>'


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
