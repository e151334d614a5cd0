"""What tables and panels say of the calls of a layer, and of what the numbers of a tensor mean."""

from __future__ import annotations

from typing import Any

from funclab.graph.meaning import Meaning
from funclab.graph.operation import Operation, OpOperation, is_box
from funclab.graph.tensor import Tensor
from funclab.models.axes import Axes, Axis, axes_of
from funclab.models.meaning import known_meaning
from funclab.view.draw.sentences import few, listed, named, say, times
from funclab.view.draw.text import clean
from funclab.view.scene import words

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


def special(layer: Operation) -> str:
    """What is worth knowing about the calls of a layer, in one sentence; of a box, also why."""
    if not is_box(layer):
        return _of_calls(layer)
    box: Any = layer
    lines = [say("nodes_box_class", where=clean(box.where))] if box.where else []
    return " ".join([say("nodes_box", why=clean(box.why)), *lines, _of_calls(layer)])


def _of_calls(layer: Operation) -> str:
    name, nodes = clean(layer.name), layer.inbound_nodes
    count = len(nodes)
    if not nodes:
        return say("nodes_none", name=name)
    if words.graph_of(layer) is not None:
        return say("nodes_of_model", name=name)
    if nodes[0].is_input:
        return say("nodes_of_input", name=name)
    if count == 1:
        is_op, n = isinstance(layer, OpOperation), len(nodes[0].output_tensors)
        return say("nodes_once", op=is_op, name=name, n=n)
    alike = len({tuple(node.output_shapes) for node in nodes}) == 1
    sentence = say("nodes_of_calls", name=name, times=times(count), n=count)
    return sentence if alike else say("nodes_differ", calls=sentence, name=name)
