"""Two models side by side: what was added, removed, changed, connected otherwise, or shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from funclab.errors import TensorTypeError
from funclab.graph.operation import Operation
from funclab.view.diff.match import Match, match
from funclab.view.diff.picture import Comparison
from funclab.view.diff.sentences import LONGEST_NAME, Entry, entries
from funclab.view.diff.shared import notes, shared_layers
from funclab.view.diff.sides import Codes, Side, model_in
from funclab.view.diff.view import DiffView
from funclab.view.draw.text import clean, shorten
from funclab.view.scene import words

__all__ = ["Difference", "Entry", "diff"]


class Difference(Comparison):
    """What two models do not have in common, shown as a live view; false when there is nothing."""

    def view(self, **settings: Any) -> DiffView:
        """The live view, with `look`, `ask`, `tour` and `entry`; displaying shows one, too."""
        state = {"entry": settings.pop("entry")} if "entry" in settings else {}
        return DiffView(self, state=state, **settings)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        bundle, metadata = self.view()._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}, metadata


def diff(a: Any, b: Any = None) -> Difference:
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
    changed  “out”: units 2 → 3 (5 more numbers)
    <BLANKLINE>
    = A: Both models have the Input “x”.
    Each model has weights of its own, so training one leaves the other alone.
    """
    if b is None:
        raise TensorTypeError(
            "diff needs two models, and was given one.",
            why="a difference is between a model on the left and another on the right.",
            fix="write funclab.diff(first, second).",
        )
    for model in (a, b):
        _check(model)
    codes = Codes()
    found = match(Side(a, codes), Side(b, codes))
    names = [shorten(model.name, LONGEST_NAME) for model in (a, b)]
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
        name = shorten(a.name, LONGEST_NAME)
        for entry in (*entries(inner), *_inside(inner)):
            yield replace(
                entry,
                left=[f"{places[0]}/{key}" for key in entry.left],
                right=[f"{places[1]}/{key}" for key in entry.right],
                sentence=f"inside “{name}”: {entry.sentence}",
            )


def _place(side: Side, layer: Operation) -> str:
    """The key of the box that a model is drawn in."""
    key = f"{clean(layer.name)}[{side.calls[layer][0].index}]"
    inner = words.inner_layer(layer)
    return key if inner is None else f"{key}/{clean(inner.name)}"
