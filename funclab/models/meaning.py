"""What tensors mean: said with `funclab.meaning`, or known from layers and data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from typing import Any

from funclab import layers
from funclab.errors import TensorTypeError
from funclab.errors.words import listed
from funclab.graph import structure
from funclab.graph.meaning import Meaning, made, of_data
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.models.axes import KEEPING, NONE, PASSING, SCALING, Axes, Axis, axes_of, does, of_layer
from funclab.models.model import Functional, Model
from funclab.registry.parameters import wrong_value


def meaning(
    tensor: Any, kind: str | None = None, *, labels: Any = None, size: Any = None
) -> Meaning | None:
    """Say what the numbers of a tensor mean, or ask what is known of them.

    Views then draw pixels as pixels, and name words, classes, columns and points in time. What is
    said belongs to the tensor: models that are made of it know it, and so do copies of these by
    `clone_model`; files do not keep it.

    tensor: a symbolic tensor, such as an Input or what a layer returned; or a layer that was called
        once, for its output.
    kind: "image", "words" (whole numbers that stand for words), "classes" (a class number, or a
        number for each class along the last axis), "features" (named columns along the last axis),
        "minutes", "hours", "days", "weeks", "months", "years" or "steps" (points in time along the
        first axis after the batch), or "numbers" (nothing of these, whatever the data say).
        None, the default: only ask.
    labels: the names: a list, by number or position; for words also a dict, a function from a
        number to its word, or a layer with a vocabulary. Default None: those that are known, or
        for times "hour 1", "hour 2" and so on.
    size: (height, width) of an image whose pixels are in one row; default None, for a square.

    Returns the meaning: what was said, else what the layers before the tensor and the data that it
    has been given say; None if nothing is known.

    Raises: TensorTypeError for something that is no tensor of a graph; ArgumentError for an unknown
        kind, and for labels or a size that do not fit the tensor's shape.

    >>> import funclab
    >>> answer = funclab.layers.Dense(2, activation="softmax")(funclab.Input((3,)))
    >>> funclab.meaning(answer, "classes", labels=["cat", "dog"])
    <Meaning: classes, 2 labels: 'cat', 'dog'>
    """
    tensor = _tensor(tensor)
    if kind is not None:
        known = known_meaning(tensor) if labels is None and size is None else None
        tensor.meaning = made(tensor, kind, labels, size)
        if known is not None and known.kind == kind:
            tensor.meaning = made(tensor, kind, known.labels, known.size)
    return known_meaning(tensor)


def _tensor(given: Any) -> Tensor:
    if isinstance(given, Operation) and not isinstance(given, Model) and given.inbound_nodes:
        given = given.output
    if isinstance(given, Tensor) and "node" in vars(given):
        return given
    what = f"the model {given.name}" if isinstance(given, Model) else type(given).__name__
    raise TensorTypeError(
        f"meaning() was given {what}, which is no tensor of a graph.",
        why="a meaning belongs to a tensor: an Input, or what a layer returned.",
        fix="write for example funclab.meaning(model.inputs[0], "
        '"image"), or model.outputs[0] for what it answers.',
    )


def known_meaning(tensor: Tensor, axes: dict[Tensor, Axes] | None = None) -> Meaning | None:
    """What is known of a tensor: said, or plain from the layers before it, or from its data.

    `axes` are those of other tensors of the graph; what becomes known is added.
    """
    for source, changed in _before(tensor):
        known = source.meaning or of_layer(source)
        if known is not None:
            return known if not changed or _outlasts(known, tensor, changed) else None
    own = axes_of(tensor, axes)
    if len(own) == 1 and own[0].names:
        return Meaning("features", own[0].names, source="layer")
    return None


def _before(tensor: Tensor) -> Iterator[tuple[Tensor, list[Any]]]:
    """A tensor, and those from which it was made element by element, each with what did so."""
    changed: list[Any] = []
    yield tensor, changed
    while True:
        what, sources = does(tensor.node), tensor.node.arguments.tensors
        if len(sources) != 1 or not isinstance(what, KEEPING):
            return
        changed.append(what)
        tensor = sources[0]
        yield tensor, changed


def _outlasts(known: Meaning, tensor: Tensor, changed: list[Any]) -> bool:
    """Whether a meaning is still that of a tensor after what was done element by element."""
    by_name = known.kind in ("classes", "features") and isinstance(known.labels, tuple)
    if by_name or known.is_time:
        return any(axis.names for axis in axes_of(tensor))
    scaled = PASSING + SCALING if known.kind == "image" else PASSING
    return all(isinstance(one, scaled) for one in changed)


# Names for the numbers of one sample.
def names_along(axis: Axis, sample: Mapping[Tensor, Array]) -> tuple[str, ...]:
    """The names along an axis; `sample` has the numbers of tensors of words in this sample."""
    if axis.words is None:
        return axis.names
    ids, said = sample.get(axis.words), known_meaning(axis.words)
    return () if ids is None or said is None else said.words(ids.reshape(-1).tolist())


def names_of_weight(nodes: Iterable[Node], weight: Any) -> list[tuple[str, ...]]:
    """The names along the axes of a weight that some calls read, if all of them say the same: a row
    of an embedding for each word, a row of a dense kernel for each column that it reads, a column
    for each that it makes."""
    told = {_axes_of_weight(node, weight) for node in nodes}
    return [axis.names for axis in told.pop()] if len(told) == 1 else []


def _axes_of_weight(node: Node, weight: Any) -> Axes:
    layer, tensors = node.operation, node.arguments.tensors
    if isinstance(layer, layers.Embedding) and weight is layer.embeddings:
        said = known_meaning(tensors[0])
        if said is not None and said.kind in ("words", "classes") and said.labels is not None:
            return Axis(said.words(range(layer.input_dim))), NONE
    if isinstance(layer, layers.Dense) and len(tensors) == 1:
        read, made = (axes_of(one)[-1] for one in (tensors[0], node.output_tensors[0]))
        named = Axis(read.names), Axis(made.names)
        return named if weight is layer.kernel else named[1:]
    return ()


# What views are told, and what data teach.
def told(model: Any, *, tokens: Any = None, features: Any = None, labels: Any = None) -> None:
    """Say what a view's arguments say of a model.

    tokens: the words of inputs of whole numbers; features: the names of the columns of inputs;
        labels: the names of the classes of outputs. Each is what `meaning` takes as labels, for the
        only input or output, or a dict of these by the names of inputs or outputs; None: nothing.

    Raises: those of `meaning`; ArgumentError for several inputs or outputs without their names.
    """
    inputs = dict(zip(model.input_names, model.inputs))
    outputs = dict(zip(model.output_names, model.outputs))
    said = (("tokens", "words", tokens, inputs), ("features", "features", features, inputs))
    for argument, kind, names, ends in (*said, ("labels", "classes", labels, outputs)):
        if names is None:
            continue
        by_name = names if isinstance(names, Mapping) and {*names} <= {*ends} else {}
        if not by_name and len(ends) > 1:
            raise wrong_value(
                f"a view of {model.name}",
                argument,
                names,
                f"a dict with the names of {listed([*ends])}",
                f'{{"{next(iter(ends))}": names}}',
            )
        for name, one in (by_name or {next(iter(ends)): names}).items():
            meaning(ends[name], kind, labels=one)


def learn(model: Model, x: Any = None, y: Any = None) -> None:
    """Note what the data of a model say of themselves, at its inputs and outputs; what was said
    with `meaning` stays."""
    if not isinstance(model, Functional) or model.inputs is None:
        return
    ends = [(model.inputs, model.input_names, x), (model.outputs, model.output_names, y)]
    for tensors, names, data in ends:
        for tensor, array in _pairs(tensors, names, data):
            if tensor.meaning is None or tensor.meaning.source == "data":
                found = fitting(of_data(array), tensor)
                tensor.meaning = found or tensor.meaning


def _pairs(tensors: list[Tensor], names: list[str], data: Any) -> Iterator[tuple[Tensor, Any]]:
    if isinstance(data, Mapping):
        yield from ((t, data[name]) for t, name in zip(tensors, names) if name in data)
    elif data is not None:
        leaves = structure.flatten(data) if isinstance(data, (list, tuple)) else [data]
        yield from zip(tensors, leaves) if len(leaves) == len(tensors) else ()


def fitting(found: Meaning | None, tensor: Tensor) -> Meaning | None:
    """What data mean, if a tensor of such a shape can mean it."""
    if found is None:
        return None
    length = tensor.shape[-1] if len(tensor.shape) > 1 else 1
    if found.kind in ("classes", "features") and isinstance(found.labels, tuple):
        count = len(found.labels)
        return found if length == count or (length == 1 and found.kind == "classes") else None
    if found.kind == "image" and found.size is not None:
        return found if tensor.shape[1:] == (prod(found.size),) else None
    return found
