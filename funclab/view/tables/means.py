"""What tables and panels say of the meaning of a tensor."""

from __future__ import annotations

from funclab.graph.meaning import Meaning
from funclab.graph.tensor import Tensor
from funclab.models.axes import Axes, Axis, axes_of
from funclab.models.meaning import known_meaning
from funclab.view.draw.sentences import few, listed, named, say

MOST_NAMES = 5


def means(tensor: Tensor, known: dict[Tensor, Axes]) -> str:
    """What the numbers of a tensor mean, and the names along its axes, in sentences; "" if nothing
    is known. `known` keeps the axes of other tensors of the graph."""
    said = known_meaning(tensor, known)
    texts = [_said(said)] if said is not None else []
    if said is None or said.kind != "words":
        axes = enumerate(axes_of(tensor, known), 1)
        texts += [say("means_axis", i=i, names=_names(axis)) for i, axis in axes if axis]
    return " ".join(filter(None, texts))


def _said(said: Meaning) -> str:
    if said.kind == "image":
        return say("means_image")
    if said.kind == "words" and isinstance(said.labels, tuple):
        names = [*map(named, filter(None, said.labels))]
        return say("means_words", names=listed(few(names, MOST_NAMES)))
    return ""


def _names(axis: Axis) -> str:
    if axis.words is not None:
        return say("means_words_of", tensor=named(axis.words.id))
    return listed(few([*map(named, axis.names)], MOST_NAMES))
