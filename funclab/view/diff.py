"""Two models side by side: what was added, removed, changed, connected otherwise, or shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from funclab.errors import TensorTypeError
from funclab.graph.operation import Operation
from funclab.view import words
from funclab.view.canvas import shown
from funclab.view.diff_match import Match, match
from funclab.view.diff_shared import Shared, notes, shared_layers
from funclab.view.diff_sides import Codes, Side, model_in
from funclab.view.diff_tell import LONGEST_NAME, Entry, entries
from funclab.view.saving import save

__all__ = ["Difference", "Entry", "diff"]

TITLES = ("kind", "left", "right", "difference")


@dataclass
class Difference:
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

    def view(self, **settings: Any) -> Any:
        """The live view, with `look`, `ask`, `tour` and `entry`; displaying shows one, too."""
        from funclab.view.live.diff import DiffView

        state = {"entry": settings.pop("entry")} if "entry" in settings else {}
        return DiffView(self, state=state, **settings)

    @property
    def svg(self) -> str:
        """The static picture: both graphs, each difference marked."""
        from funclab.view.diff_picture import DiffPicture

        return DiffPicture(self).svg

    def save(self, path: Any, dpi: int = 200) -> Path:
        """Write a file: .svg, .png, .pdf, .html (picture and table), or .txt.

        Raises: ArgumentError for another ending.
        """
        from funclab.view.diff_picture import DiffPicture

        return save(DiffPicture(self), path, dpi)

    def _repr_mimebundle_(self, **_: Any) -> Any:
        bundle, metadata = self.view()._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        return f"<Difference of {self.left} and {self.right}: {_entries(len(self.entries))}>"


def diff(a: Any, b: Any) -> Difference:
    """What is different between two models, `a` on the left and `b` on the right.

    Layers are paired when they are the same object, else by the names they were given, else by what
    they are and what is around them. Names that were only counted (dense_1) are no difference.
    Raises: TensorTypeError unless both are models with a graph.

    >>> from funclab import Input, Model, layers
    >>> x = Input((4,), name="x")
    >>> small, large = (Model(x, layers.Dense(n, name="out")(x), name=f"m{n}") for n in (2, 3))
    >>> print(diff(small, large))
    left: m2 (10 parameters); right: m3 (15 parameters)
    <BLANKLINE>
    changed  `out`: units 2 → 3 (5 more numbers)
    <BLANKLINE>
    = A: Both models have the Input `x`.
    Each model has weights of its own, so training one leaves the other alone.
    """
    for model in (a, b):
        _check(model)
    codes = Codes()
    found = match(Side(a, codes), Side(b, codes))
    names = [words.shorten(model.name, LONGEST_NAME) for model in (a, b)]
    numbers = (words.count(a.weights), words.count(b.weights))
    told = [*entries(found), *_inside(found)]
    shared = shared_layers(a, b)
    own = list(notes(found, shared))
    return Difference(names[0], names[1], told, own, shared, numbers, (a, b))


def _check(model: Any) -> None:
    if words.graph_of(model) is None:
        name = getattr(model, "name", type(model).__name__)
        raise TensorTypeError(
            f"{name} has no graph to compare.",
            why="only a model made of inputs and outputs, or a Sequential that knows its input, "
            "lists its calls.",
            fix="pass Model(inputs, outputs); give a Sequential an Input first.",
        )


def _inside(found: Match) -> Iterator[Entry]:
    """The differences between models that stand in the same place, with their place."""
    codes = found.left.codes
    for a, b in found.layers.items():
        pair = [model_in(one) for one in (a, b)]
        if None in pair or a is b or codes.signature(pair[0]) == codes.signature(pair[1]):
            continue
        inner = match(Side(pair[0], codes), Side(pair[1], codes))
        places = [_place(*one) for one in ((found.left, a), (found.right, b))]
        name = words.shorten(a.name, LONGEST_NAME)
        for entry in (*entries(inner), *_inside(inner)):
            yield replace(
                entry,
                left=[f"{places[0]}/{key}" for key in entry.left],
                right=[f"{places[1]}/{key}" for key in entry.right],
                sentence=f"inside `{name}`: {entry.sentence}",
            )


def _place(side: Side, layer: Operation) -> str:
    """The key of the box that a model is drawn in."""
    key = f"{words.clean(layer.name)}[{side.calls[layer][0].index}]"
    inner = words.inner_layer(layer)
    return key if inner is None else f"{key}/{words.clean(inner.name)}"


def _row(kind: str, one: Entry | Shared) -> str:
    cells = [", ".join(one.left) or "-", ", ".join(one.right) or "-", one.sentence]
    rest = "".join(f"<td>{shown(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{kind}</th>{rest}</tr>'


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
