"""Gradients of any place of a graph with respect to any other, as arrays."""

from __future__ import annotations

from typing import Any

from funclab.errors import ArgumentError, TensorTypeError
from funclab.graph import structure
from funclab.graph.aside import set_aside
from funclab.graph.graph import Graph, source_inputs
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.models.inputs import match_arrays
from funclab.models.model import Functional
from funclab.training.data.batches import spec
from funclab.training.recorded import Recorded


def gradients(target: Any, wrt: Any, x: Any, training: bool = False) -> Any:
    """The gradient of the sum of `target` with respect to each of `wrt`, for some data.

    target: a float tensor of a graph, such as `model.output`, or an expression of one, such as
        `model.output[:, 3]`.
    wrt: Inputs, tensors between them and the target, or weights: one, or a list or dict of them.
    x: data for the Inputs that the target depends on, as for `predict`: an array, a list in the
        order in which the Inputs were made, or a dict by their names.
    training: whether layers such as Dropout behave as they do in training. Statistics are not
        updated.
    Returns: arrays, nested as `wrt` is: of the batch's shape for a tensor, of the weight's shape
        for a weight. Where samples do not influence each other, row i is the gradient of row i of
        the target.
    Raises: ArgumentError for whole numbers, and for a place that the target does not depend on;
        TensorTypeError for what is not in a graph; those of `predict` for the data.

    >>> from funclab import Input, ops
    >>> x = Input((2,))
    >>> gradients(ops.sum(x * x, axis=1), x, [[3.0, 4.0]])
    array([[6., 8.]], dtype=float32)
    """
    places = structure.flatten(wrt)
    if not (isinstance(target, Tensor) and hasattr(target, "node")):
        raise TensorTypeError(
            f"gradients needs a tensor as its target. Received: a {type(target).__name__}.",
            why="it follows the graph from there back to `wrt`.",
            fix="pass model.output, layer.output or an expression of one, as model.output[:, 3].",
        )
    for place in places:
        _check_place(place)
    if not target.dtype.startswith("float"):
        raise ArgumentError(
            f"gradients: the target {target.id} holds whole numbers ({target.dtype}).",
            why="argmax, comparisons and casts to whole numbers have no slope.",
            fix="pass a tensor before it, such as model.output[:, 3].",
        )
    inputs = source_inputs(target)
    tensors = [place for place in places if isinstance(place, Tensor)]
    for tensor in tensors:
        if not set(source_inputs(tensor)) <= {*inputs}:
            raise _apart(target, tensor)
    with set_aside():
        arrays = match_arrays(Functional(inputs, target, name="gradients"), x)
    graph = Graph(inputs, list(dict.fromkeys([target, *tensors])))
    specs = [spec(array, len(array)) if array is not None else None for array in arrays]
    recorded = Recorded(specs, lambda values: graph.replay(values), training)
    values: dict[Any, Any] = dict(zip(graph.outputs, recorded.outputs))
    top, wanted = values[target], [values.get(place, place) for place in places]
    for place, value in zip(places, wanted):
        if not recorded.reaches(top, value):
            raise _apart(target, place)
    return structure.pack(wrt, recorded.gradients(top, wanted, arrays))


def _check_place(place: Any) -> None:
    if not isinstance(place, (Tensor, Variable)):
        raise TensorTypeError(
            f"gradients: {place!r} is neither a tensor nor a weight.",
            why="a gradient belongs to a place in the graph.",
            fix="pass model.input, layer.output or layer.kernel.",
        )
    if not place.dtype.startswith("float"):
        raise ArgumentError(
            f"gradients: {_named(place)} holds whole numbers ({place.dtype}).",
            why="a word's number cannot be a little larger, so that it has no slope.",
            fix="pass the output of the Embedding that reads it.",
        )


def _apart(target: Tensor, place: Tensor | Variable) -> ArgumentError:
    return ArgumentError(
        f"gradients: {target.id} does not depend on {_named(place)}.",
        why="no path with a slope leads from there to the target.",
        fix="choose a tensor or weight that the target is computed from.",
    )


def _named(place: Tensor | Variable) -> str:
    return place.id if isinstance(place, Tensor) else place.path
