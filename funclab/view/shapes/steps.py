"""The calls of a model in order, each with its shape rule: what a walk through the shapes shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from funclab.config import without_collection
from funclab.errors import TensorTypeError
from funclab.graph import structure
from funclab.graph.graph import Graph, calls_before
from funclab.graph.node import Node, ids
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models.late import shown
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.parameters import Parameters, parameters
from funclab.view.shapes.axes import AxisNames
from funclab.view.shapes.failure import Failure
from funclab.view.shapes.picture import Steps
from funclab.view.shapes.rule import rule
from funclab.view.shapes.step import Output, Step, fold

LIMIT = 30


@without_collection()
def shape_steps(model: Any, limit: int = LIMIT) -> Steps:
    """The calls of a model, or those behind some tensors, each with its rule and its numbers.

    At most `limit` steps: repeats of the same pattern of calls are folded into one, and then, if
    there are still too many, those in the middle.
    Raises: TensorTypeError for what is neither a model with a graph nor tensors.

    >>> from funclab import Input, Model, layers
    >>> x = Input((28, 28), name="x")
    >>> print(shape_steps(Model(x, layers.Flatten(name="flat")(x), name="tiny")))
    tiny: 2 nodes, 0 parameters
    <BLANKLINE>
    1. x[0]  InputLayer
       The shape that Input(shape=...) declares; the batch axis is added in front.
       makes   x[0:0] (None, 28, 28)
               batch: any number of samples; 1: shape[0] = 28; 2: shape[1] = 28
    2. flat[0]  Flatten
       All elements of a sample are laid in one row: the lengths are multiplied.
       takes   x[0:0] (None, 28, 28)
       makes   flat[0:0] (None, 784)
               batch: any number of samples; 1: 28 × 28 = 784
       weights 0: nothing to learn
    """
    return walk(*_nodes(shown(model)), limit)


def walk(
    name: str,
    nodes: Sequence[Node],
    graph: Graph | None = None,
    limit: int = LIMIT,
    failure: Failure | None = None,
) -> Steps:
    """The steps of some calls, in order, and the call that failed after them."""
    first: dict[Operation, Node] = {}
    counted: set[int] = set()
    steps: list[Step] = []
    names = AxisNames(nodes)
    for node in nodes:
        step = _step(node, graph, first, counted, names)
        total = (steps[-1].total if steps else 0) + step.added
        steps.append(replace(step, total=total))
    return Steps(name, fold(steps, limit), len(nodes), failure)


def _nodes(model: Any) -> tuple[str, list[Node], Graph | None]:
    """The name of the walk, its calls in order, and the graph they are in, if there is one."""
    graph = words.graph_of(model)
    if graph is not None:
        return clean(model.name), graph.nodes, graph
    tensors = structure.flatten(model)
    if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors):
        name = getattr(model, "name", type(model).__name__)
        raise TensorTypeError(
            f"There are no calls to walk through in {name}.",
            why="a walk follows the calls between inputs and outputs, so it needs a model whose "
            "graph is made, or tensors.",
            fix="pass a Model(inputs, outputs), or what a layer call returned; give a Sequential "
            "an Input first.",
        )
    return clean(f"What makes {ids(tensors)}"), calls_before(tensors), None


def _step(
    node: Node,
    graph: Graph | None,
    first: dict[Operation, Node],
    counted: set[int],
    names: AxisNames,
) -> Step:
    operation = node.operation
    shape_rule = rule(node)
    weights = [weight for weight in words.weights_of(operation) if id(weight) not in counted]
    counted.update(map(id, weights))
    before, added = first.setdefault(operation, node), words.count(weights)
    role = "input" if node.is_input else "call" if before is node else "again"
    return Step(
        key=clean(node.key),
        detail=words.detail(operation),
        inputs=[(words.tensor_id(graph, x), x.shape) for x in node.arguments.tensors],
        outputs=[
            Output(clean(tensor.id), tensor.shape, axes)
            for tensor, axes in zip(node.output_tensors, shape_rule.outputs)
        ],
        words=_again(shape_rule.words, before, node) if role == "again" else shape_rule.words,
        parameters=_weights(parameters(operation), role, before, added),
        added=added,
        role=role,
        table=names.rows(node, shape_rule),
        slide=shape_rule.slide,
    )


def _again(sentence: str, before: Node, node: Node) -> str:
    same = before.input_shapes == node.input_shapes
    more = ": same rule." if same else f", on another shape. {sentence}"
    return f"{clean(node.operation.name)} again (node {node.index}){more}"


def _weights(own: Parameters, role: str, before: Node, added: int) -> str:
    if role == "input":
        return ""
    if role == "again" and own.total:
        return f"shared: counted once, at node {before.index}"
    if added < own.total:
        some = "none" if not added else f"only {added:,}"
        return f"{own.text}, {some} of them new: the others were counted before"
    return own.text
