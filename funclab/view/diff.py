"""Two models side by side: what was added, removed, changed, connected otherwise, or shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import numpy as np

from funclab.errors import TensorTypeError
from funclab.graph.operation import Operation
from funclab.view import words
from funclab.view.diff_match import Match, match
from funclab.view.diff_sides import Codes, Side, model_in
from funclab.view.diff_tell import LONGEST_NAME, Entry, entries
from funclab.view.words import plural

__all__ = ["Difference", "Entry", "diff"]

TITLES = ("kind", "left", "right", "difference")


@dataclass
class Difference:
    """What two models have not in common; false when there is nothing."""

    left: str
    right: str
    entries: list[Entry]
    notes: list[str] = field(default_factory=list)
    """What is no difference in structure, but worth knowing: layers that are in both models."""
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
        rows = "".join(_row(entry) for entry in self.entries)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        caption = f"<caption>Differences, {escape(self.title)}</caption>"
        body = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
        return f'<table class="funclab-table">{caption}{body}</table>{notes}'

    def to_dict(self) -> dict[str, Any]:
        """The differences as data that JSON can hold."""
        return {
            "left": self.left,
            "right": self.right,
            "numbers": list(self.numbers),
            "entries": [entry.to_dict() for entry in self.entries],
            "notes": self.notes,
        }

    def __str__(self) -> str:
        return self.text

    def view(self, **settings: Any) -> Any:
        """The live view, with `look`, `ask`, `tour` and `entry`; displaying shows one, too."""
        from funclab.view.live.diff import DiffView

        state = {"entry": settings.pop("entry")} if "entry" in settings else {}
        return DiffView(self, *self.models, state=state, **settings)

    @property
    def svg(self) -> str:
        """The static picture: both graphs, each difference marked."""
        from funclab.view.diff_picture import DiffPicture

        return DiffPicture(self, *self.models).svg

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
    Both models have the Input `x`.
    """
    for model in (a, b):
        _check(model)
    codes = Codes()
    found = match(Side(a, codes), Side(b, codes))
    names = [words.shorten(model.name, LONGEST_NAME) for model in (a, b)]
    numbers = (words.count(a.weights), words.count(b.weights))
    told = [*entries(found), *_inside(found)]
    return Difference(names[0], names[1], told, list(_notes(found)), numbers, (a, b))


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
    return f"{words.clean(layer.name)}[{side.calls[layer][0].index}]"


def _notes(found: Match) -> Iterator[str]:
    """Layers that are the same object on both sides; if there are none, whose weights are whose."""
    if found.left.model is found.right.model:
        yield "Both are one and the same model."
        return
    both = [a for a, b in found.layers.items() if a is b]
    for layer in both:
        name, count = words.shorten(layer.name, LONGEST_NAME), words.count(words.weights_of(layer))
        if count:
            yield (
                f"`{name}` is the same layer in both models: its {plural(count, 'number')} exist "
                "once, so training either model changes both."
            )
        elif found.left.calls[layer][0].is_input:
            yield f"Both models have the Input `{name}`."
    if not any(words.weights_of(layer) for layer in both):
        yield from _own_weights(found)


def _own_weights(found: Match) -> Iterator[str]:
    """Whether weights in the same places hold the same numbers; none are allocated to find out."""
    pairs = [
        (v, w)
        for a, b in found.layers.items()
        for v, w in zip(words.weights_of(a), words.weights_of(b))
        if v.shape == w.shape and v.allocated and w.allocated
    ]
    if pairs:
        same = sum(np.array_equal(v.array, w.array, equal_nan=True) for v, w in pairs)
        how = "all" if same == len(pairs) else "none" if not same else f"{same} of {len(pairs)}"
        yield (
            "Each model has weights of its own, so training one leaves the other alone; "
            f"of the arrays in the same places, {how} hold the same numbers."
        )


def _row(entry: Entry) -> str:
    cells = [", ".join(entry.left) or "-", ", ".join(entry.right) or "-", entry.sentence]
    rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{entry.kind}</th>{rest}</tr>'


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
