"""Small questions about a graph, for checks.

They take a model, layer, node or tensor, and change nothing. Names are never compared: two graphs
that do the same are the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from funclab import initializers, layers
from funclab.engine.plan import calls_behind
from funclab.graph.graph import calls_before, source_inputs
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.shape_math import Array
from funclab.graph.structure import flatten
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.models import clone_model
from funclab.models.model import Functional, Model
from funclab.registry.within import within

RECURRENT = (layers.RNN, layers.Bidirectional)
BENDLESS = ("linear", "add", "multiply", "subtract", "concatenate", "dropout", "reshape")
"""What `activation_of` says of calls that only weigh, add, join or arrange what they read."""


# Calls.
def calls_of(model: Functional, kind: type | None = None) -> list[Node]:
    """A model's calls of layers of a kind, or all but its inputs, in the order of calling."""
    nodes = [node for node in model.graph.nodes if not node.is_input]
    return [node for node in nodes if kind is None or isinstance(node.operation, kind)]


def unwrapped(model: Functional) -> Functional:
    """The model inside, if a model does nothing but call another one."""
    calls = [node.operation for node in calls_of(model)]
    if len(calls) == 1 and isinstance(calls[0], Functional):
        return unwrapped(calls[0])
    return model


def calls_within(model: Functional) -> list[Node]:
    """The calls in a model, each call of another model followed by the calls inside that model."""
    nodes: list[Node] = []
    for node in calls_of(model):
        inner: Any = node.operation
        nodes += [node, *(calls_within(inner) if isinstance(inner, Functional) else [])]
    return nodes


def first_call(operation: Operation) -> Node | Operation:
    """Where a layer is drawn: at its first call; without a call, as the layer alone."""
    return operation.inbound_nodes[0] if operation.inbound_nodes else operation


def reads(node: Node) -> list[Node]:
    """The calls whose outputs a call reads."""
    return node.parent_nodes if not node.is_input else []


def chain_to(tensor: Tensor) -> list[Node]:
    """The calls behind a tensor, the last one first, as far back as each reads a single tensor."""
    chain = [tensor.node]
    while len(reads(chain[-1])) == 1:
        chain.append(reads(chain[-1])[0])
    return chain


def ways(source: Tensor, target: Tensor) -> int:
    """The number of different paths from one tensor to another."""
    count: dict[Node, int] = {source.node: 1}
    for node in calls_before([target]):
        if node not in count:
            count[node] = sum(count.get(parent, 0) for parent in reads(node))
    return count.get(target.node, 0)


def joins(model: Functional) -> list[Node]:
    """The calls that read several tensors."""
    return [node for node in calls_of(model) if len(set(node.arguments.tensors)) > 1]


def unused_calls(nodes: Sequence[Node], model: Functional) -> list[Node]:
    """Those of some calls whose output is not read and that are not in the model."""
    read = {parent for node in nodes for parent in reads(node)}
    inside = set(model.graph.nodes)
    return [node for node in nodes if node not in inside and node not in read and reads(node)]


def with_weights(nodes: Sequence[Node]) -> list[Any]:
    """Those of some calls whose layers have weights."""
    return [node for node in nodes if getattr(node.operation, "weights", None)]


def weighted_calls(model: Functional) -> list[Any]:
    """The model's calls of layers with weights, in the order of calling."""
    return with_weights(calls_of(model))


def first_sums(model: Functional) -> list[Any]:
    """The calls with weights before the last one; if there is none, that one."""
    return weighted_calls(model)[:-1] or weighted_calls(model)


def weights_of(node: Node) -> int:
    """How many numbers the weights of a call's layer hold; 0 for an op."""
    layer: Any = node.operation
    return layer.count_params() if layer.is_layer else 0


def calls_by_input(model: Functional) -> list[list[Node]]:
    """For each input of a model, the calls with weights that depend on that input alone."""
    calls = [(source_inputs(node.output_tensors[0]), node) for node in weighted_calls(model)]
    alone = [(sources[0], node) for sources, node in calls if len(sources) == 1]
    return [[node for one, node in alone if one is source] for source in model.inputs]


def kind_of(node: Node) -> str:
    """The name of a layer's class, or of that of the op that a call applies."""
    operation: Any = node.operation
    return type(getattr(operation, "op", operation)).__name__


def is_concatenation(node: Node) -> bool:
    """Whether a call concatenates tensors, as a layer or as an op."""
    return kind_of(node) == "Concatenate"


# Layers.
def is_shared(layer: Operation, model: Functional) -> bool:
    """Whether a layer is called several times within a model."""
    return sum(node.operation is layer for node in model.graph.nodes) > 1


def own_layers(model: Functional, others: Functional) -> list[Any]:
    """The layers of a model with weights that another model does not have."""
    known = {id(weight) for weight in others.weights}
    return [x for x in model.layers if any(id(weight) not in known for weight in x.weights)]


def innermost(node: Node) -> Node:
    """A call; for the call of a model, the last call inside that model."""
    inner: Any = node.operation
    return innermost(inner.outputs[0].node) if isinstance(inner, Functional) else node


def activation_of(node: Node) -> str:
    """The activation that a call applies last: "softmax", "relu", ...; "linear" for none."""
    operation: Any = innermost(node).operation
    if isinstance(operation, OpOperation):
        return type(operation.op).__name__.lower()
    if isinstance(operation, (layers.Softmax, layers.ReLU)):
        return type(operation).__name__.lower()
    return getattr(getattr(operation, "activation", None), "__name__", "linear")


def bends(node: Node) -> bool:
    """Whether a call applies an activation, in a layer or as an op of its own."""
    return activation_of(node) not in BENDLESS


def softmaxes(tensor: Tensor) -> list[Node]:
    """The calls at the end of a graph that apply softmax, in order: the last call with weights, and
    those after it.

    The call of a model counts once for each such call inside it.
    """
    taken: list[Node] = []
    for node in chain_to(tensor):
        inner: Any = node.operation
        if isinstance(inner, Functional):
            taken += [node] * len(softmaxes(inner.outputs[0]))
        elif activation_of(node) == "softmax":
            taken.append(node)
        if getattr(inner, "weights", None):
            break
    return taken[::-1]


def multiplications(node: Node) -> int:
    """The numbers that a call multiplies by weights, or in products of tensors, for one example.

    >>> from funclab.layers import Dense, Input
    >>> multiplications((Dense(3)(Input((2,)))).node)
    6
    """
    if node.is_input:
        return 0
    values = {
        tensor: Value((1, *tensor.shape[1:]), tensor.dtype) for tensor in node.arguments.tensors
    }
    args, kwargs = node.arguments.fill_in(values)
    with Tape():
        outputs = flatten(node.operation(*args, **kwargs))
    calls = calls_behind(outputs)
    return sum(call.op.operations(*(value.shape for value in call.inputs)) for call in calls) // 2


# Numbers.
def plain(model: Functional) -> Functional:
    """A model with one output, without a list or dict around this output or its inputs."""
    wrapped = not isinstance(model.output, Tensor) or isinstance(model.input, dict)
    if wrapped and len(model.outputs) == 1:
        return Functional(model.inputs, model.outputs[0], name=model.name)
    return model


def fresh_copy(model: Functional) -> Any:
    """A plain copy of a model whose weights are initialized with a fixed seed."""
    with warnings.catch_warnings(action="ignore"), fixed_start():
        return clone_model(plain(model))


def rows_read(model: Functional) -> list[int]:
    """The rows of an example, along its first axis, that can change a model's output.

    With its initial weights, a recurrent layer hardly remembers its first steps, but it reads all
    of them, and so does the model.
    """
    recurrent = [x for x in calls_of(model) if isinstance(x.operation, RECURRENT)]
    parts = [Functional(model.inputs, x.arguments.tensors[0]) for x in recurrent]
    return sorted({row for part in (model, *parts) for row in _rows_that_count(part)})


def _rows_that_count(model: Functional) -> list[int]:
    copy, x = fresh_copy(model), _examples(model)
    before = _answers(copy, x)
    rows = []
    for row in range(x.shape[1]):
        changed = x.copy()
        changed[:, row] = changed[::-1, row]  # the row of another example
        if not np.allclose(_answers(copy, changed), before, atol=1e-6):
            rows.append(row)
    return rows


def order_counts(model: Functional) -> bool:
    """Whether a model's output can change when the rows of an example are reordered."""
    copy, x = fresh_copy(model), _examples(model)
    turned = np.ascontiguousarray(x[:, ::-1])
    return not np.allclose(_answers(copy, x), _answers(copy, turned), atol=1e-5)


def gives_probabilities(model: Functional) -> bool:
    """Whether a model with one output gives numbers from 0 to 1 that add up to 1."""
    made = _answers(fresh_copy(model), _examples(model))
    return bool((made >= 0).all() and np.allclose(made.sum(axis=-1), 1, atol=1e-4))


def same_answers(model: Functional, other: Functional) -> bool:
    """Whether two models, each with one input and one output, now give the same outputs."""
    if model.inputs[0].shape != other.inputs[0].shape or len(model.outputs) > 1:
        return False
    x = _examples(model)
    ours, theirs = _answers(model, x), _answers(other, x)
    return ours.shape == theirs.shape and np.allclose(ours, theirs, atol=1e-5)


def _answers(model: Model, x: Array) -> Array:
    """A model's outputs, computed without drawing from the notebook's random numbers."""
    with fixed_start():
        return np.asarray(model(x))


def _examples(model: Functional) -> Array:
    shape = (16, *model.inputs[0].shape[1:])
    return np.random.default_rng(0).normal(size=shape).astype("float32")


# Learning.
TRAINED: ContextVar[list[Any] | None] = ContextVar("TRAINED", default=None)
"""The models of which a judge has trained copies."""


@contextmanager
def copies_trained() -> Iterator[list[Any]]:
    """Within the block, the models of which copies are trained are listed."""
    models: list[Any] = []
    with within(TRAINED, models):
        yield models


@contextmanager
def fixed_start(seed: int = 0) -> Iterator[None]:
    """Draw random numbers from a fixed seed, and leave the notebook's generators unchanged."""
    before = initializers.rng()
    initializers.draw_from(np.random.default_rng(seed))
    try:
        yield
    finally:
        initializers.draw_from(before)


def trained_copy(
    model: Functional,
    x: Any,
    y: Any,
    *,
    loss: Any,
    epochs: int = 20,
    optimizer: Any = "adam",
    weights: list[Array] | None = None,
) -> Functional:
    """A plain copy of a model, trained from a fixed seed: the verdict depends on the graph alone.

    `weights`: initial weights, instead of randomly drawn ones.
    """
    counted = TRAINED.get()
    if counted is not None:
        counted.append(model)
    # The student's own `compile` has warned already, and the verdict says what is wrong.
    with warnings.catch_warnings(action="ignore"), fixed_start():
        copy: Any = clone_model(plain(model))
        if weights is not None:
            copy.set_weights(weights)
        copy.compile(optimizer, loss)
        copy.fit(x, y, epochs=epochs, batch_size=32, verbose=0, live=False)
    return copy


def hardest(chances: Any, truth: Array) -> int:
    """The sample whose truth gets the least probability."""
    return int(np.asarray(chances)[np.arange(len(truth)), truth].argmin())


def accuracy(model: Model, x: Any, y: Array) -> float:
    """The accuracy of a model on some examples, by its largest output, or one above a half."""
    answers = np.asarray(model.predict(x, batch_size=500, verbose=0))
    if answers.shape[-1] == 1:
        return float(((answers[..., 0] > 0.5) == (np.asarray(y).reshape(-1) > 0.5)).mean())
    return float((answers.argmax(axis=-1) == np.asarray(y).reshape(-1)).mean())
