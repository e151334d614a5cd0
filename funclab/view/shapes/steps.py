"""The calls of a model in order, each with its shape rule: what a walk through the shapes shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from funclab import structure
from funclab.errors import TensorTypeError
from funclab.graph.graph import Graph
from funclab.graph.node import Node, ids
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.shapes.failure import Failure, failed_step
from funclab.view.shapes.fold import fold
from funclab.view.shapes.rules.rule import Parameters, parameters, rule
from funclab.view.shapes.step import Output, Step, Steps

__all__ = ["Failure", "Output", "Step", "Steps", "failed_step", "shape_steps"]

LIMIT = 30


def shape_steps(model: Any, limit: int = LIMIT) -> Steps:
    """The calls of a model, or those behind some tensors, each with its rule and its numbers.

    At most `limit` steps: repeats of the same pattern of calls are folded into one, and then, if
    there are still too many, those in the middle.
    Raises: TensorTypeError for what is neither a model with a graph nor tensors.

    >>> from funclab import Input, Model, layers
    >>> x = Input((28, 28), name="x")
    >>> print(shape_steps(Model(x, layers.Flatten(name="flat")(x), name="tiny")))
    tiny: 2 calls, 0 parameters
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
    return walk(*_nodes(model), limit)


def walk(name: str, nodes: Sequence[Node], graph: Graph | None = None, limit: int = LIMIT) -> Steps:
    """The steps of some calls, in order."""
    first: dict[Operation, Node] = {}
    counted: set[int] = set()
    steps: list[Step] = []
    for node in nodes:
        step = _step(node, graph, first, counted)
        total = (steps[-1].total if steps else 0) + step.added
        steps.append(replace(step, total=total))
    return Steps(name, fold(steps, limit), len(nodes))


def _nodes(model: Any) -> tuple[str, list[Node], Graph | None]:
    """What to call the walk, its calls in order, and the graph they are in, if there is one."""
    graph = words.graph_of(model)
    if graph is not None:
        return clean(model.name), graph.nodes, graph
    tensors = [leaf for leaf in structure.flatten(model) if isinstance(leaf, Tensor)]
    if not tensors or len(tensors) != len(structure.flatten(model)):
        name = getattr(model, "name", type(model).__name__)
        raise TensorTypeError(
            f"There are no calls to walk through in {name}.",
            why="a walk follows the calls between inputs and outputs, so it needs a model whose "
            "graph is made, or tensors.",
            fix="pass a Model(inputs, outputs), or what a layer call returned; give a Sequential "
            "an Input first.",
        )
    return clean(f"What makes {ids(tensors)}"), _behind(tensors), None


def _behind(tensors: Sequence[Tensor]) -> list[Node]:
    """All calls that some tensors need, in order of calling, the inputs first."""
    found: set[Node] = set()
    waiting = list(tensors)
    while waiting:
        operation, index, _ = waiting.pop()._keras_history
        node = operation.inbound_nodes[index]
        if node not in found:
            found.add(node)
            waiting += node.arguments.tensors
    return sorted(found, key=lambda node: (not node.is_input, node.time))


def _step(node: Node, graph: Graph | None, first: dict[Operation, Node], counted: set[int]) -> Step:
    operation = node.operation
    found = rule(node)
    weights = [one for one in words.weights_of(operation) if id(one) not in counted]
    counted.update(id(one) for one in weights)
    before = first.setdefault(operation, node)
    role = "input" if node.is_input else "call" if before is node else "again"
    data = found.to_dict()["outputs"]
    outputs = [
        Output(clean(tensor.id), tensor.shape, axes)
        for tensor, axes in zip(node.output_tensors, data)
    ]
    inputs = [(words.tensor_id(graph, one), one.shape) for one in node.arguments.tensors]
    name, added = clean(operation.name), words.count(weights)
    return Step(
        key=f"{name}[{node.index}]",
        name=name,
        detail=words.detail(operation),
        node=node.index,
        inputs=inputs,
        outputs=outputs,
        words=_again(found.words, name, before, node, first) if role == "again" else found.words,
        parameters=_weights(parameters(operation), role, before, added),
        added=added,
        role=role,
        known=found.known,
    )


def _again(sentence: str, name: str, before: Node, node: Node, first: Any) -> str:
    if before.input_shapes == node.input_shapes:
        return f"{name} again (node {node.index}): same rule."
    return f"{name} again (node {node.index}), on another shape. {sentence}"


def _weights(found: Parameters, role: str, before: Node, added: int) -> str:
    if role == "input":
        return ""
    if role == "again" and found.total:
        return f"shared: counted once, at node {before.index}"
    if added < found.total:
        some = "none" if not added else f"only {added:,}"
        return f"{found.text}, {some} of them new: the others were counted before"
    return found.text
