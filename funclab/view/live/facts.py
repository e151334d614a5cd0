"""What the explorer's panel says of each layer, node and tensor, as plain data."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from funclab import structure
from funclab.engine.describe import Names
from funclab.engine.plan import calls_behind
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, placeholder
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.shapes import show
from funclab.view import words
from funclab.view.calls import write_line
from funclab.view.nodes import special

Facts = dict[str, Any]


def facts_of(model: Any) -> Facts:
    """Layers by name, nodes and tensors by their keys in the picture, nested ones by path."""
    facts: Facts = {"layers": {}, "nodes": {}, "tensors": {}}
    for prefix, graph in _graphs(words.graph_of(model), ""):
        for operation in graph.operations:
            facts["layers"][f"{prefix}{operation.name}"] = _layer(operation, graph, prefix)
        for node in graph.nodes:
            facts["nodes"][f"{prefix}{node.key}"] = _node(node, graph, prefix)
            for tensor in node.output_tensors:
                facts["tensors"][f"{prefix}{tensor.id}"] = _tensor(tensor, node, graph, prefix)
    return facts


def objects_of(model: Any) -> dict[str, Any]:
    """The layer or node behind each key of the facts."""
    found: dict[str, Any] = {}
    for prefix, graph in _graphs(words.graph_of(model), ""):
        found |= {f"{prefix}{operation.name}": operation for operation in graph.operations}
        found |= {f"{prefix}{node.key}": node for node in graph.nodes}
    return found


def _graphs(graph: Graph | None, prefix: str) -> Iterator[tuple[str, Graph]]:
    """The model's graph, and those of the models inside it, with the path of the box they fill."""
    if graph is None:
        return
    yield prefix, graph
    for node in graph.nodes:
        inner = words.graph_of(node.operation)
        if inner is not None:
            yield from _graphs(inner, f"{prefix}{node.key}/")
        wrapped = words.inner_layer(node.operation)
        if words.graph_of(wrapped) is not None:
            yield from _graphs(words.graph_of(wrapped), f"{prefix}{node.key}/{wrapped.name}/")


def _layer(layer: Operation, graph: Graph, prefix: str) -> Facts:
    own = set(graph.nodes)
    return {
        "name": words.clean(layer.name),
        "detail": words.detail(layer),
        "rows": [_row(node, graph, node in own) for node in layer.inbound_nodes[:200]],
        "nodes": [f"{prefix}{node.key}" for node in graph.nodes if node.operation is layer],
        "special": special(layer),
        "weights": words.arithmetic(layer) if words.weights_of(layer) else "",
    }


def _row(node: Node, graph: Graph, here: bool) -> Facts:
    return {
        "index": node.index,
        "inbound": [] if node.is_input else [words.tensor_id(graph, t) for t in node.input_tensors],
        "inputs": [] if node.is_input else [show(shape) for shape in node.input_shapes],
        "outputs": [words.clean(tensor.id) for tensor in node.output_tensors],
        "shapes": [show(shape) for shape in node.output_shapes],
        "write": write_line(node),
        "here": here,
    }


def _node(node: Node, graph: Graph, prefix: str) -> Facts:
    return {
        "layer": f"{prefix}{node.operation.name}",
        "index": node.index,
        "parents": [f"{prefix}{parent.key}" for parent in graph.parents(node)],
        "outputs": [f"{prefix}{tensor.id}" for tensor in node.output_tensors],
        "write": write_line(node),
    }


def _tensor(tensor: Tensor, node: Node, graph: Graph, prefix: str) -> Facts:
    readers = [one for one in graph.nodes if tensor in one.arguments.tensors]
    return {
        "name": words.clean(tensor.id),
        "shape": show(tensor.shape),
        "dtype": tensor.dtype,
        "node": f"{prefix}{node.key}",
        "readers": [f"{prefix}{reader.key}" for reader in readers],
        "masked": tensor.mask is not None,
    }


def more_of(layer: Operation) -> Facts:
    """What lies one key away: configuration, weights, dtype, masks and documentation."""
    config = getattr(layer, "get_config", dict)()
    return {
        "config": {key: str(value) for key, value in config.items() if key not in ("layers",)},
        "weights": [f"{one.path} {show(one.shape)}" for one in words.weights_of(layer)],
        "masking": bool(getattr(layer, "supports_masking", False)),
        "trainable": bool(getattr(layer, "trainable", True)),
        "doc": inspect.getdoc(type(getattr(layer, "op", layer))) or "",
    }


def tape_of(node: Node) -> list[Facts]:
    """The op calls of one node, each with its arithmetic as text and the source of its op."""
    if node.is_input:
        return []
    seen: dict[Tensor, Any] = {tensor: placeholder(tensor) for tensor in node.arguments.tensors}
    args, kwargs = node.arguments.fill_in(seen)
    with Tape():
        outputs = structure.flatten(node.operation(*args, **kwargs))
    names = Names()
    for tensor, value in seen.items():
        value.name = tensor.id
    return [_call(call, names) for call in calls_behind(outputs)]


def _call(call: Any, names: Names) -> Facts:
    inputs = ", ".join(f"{names[value]} {show(value.shape)}" for value in call.inputs)
    outputs = ", ".join(f"{names[value]} {show(value.shape)}" for value in call.outputs)
    settings = str(call.op).partition("(")[2].rstrip(")")
    return {
        "op": call.op.name,
        "text": f"{outputs} = {call.op.name}({', '.join(filter(None, [inputs, settings]))})",
        "doc": inspect.getdoc(type(call.op)) or "",
        "source": _source(type(call.op)),
        "scope": "/".join(call.scope),
    }


def _source(op: type) -> str:
    """The arithmetic of an op: its forward and vjp as they stand in the engine."""
    parts = []
    for name in ("forward", "vjp"):
        method = getattr(op, name)
        parts.append(inspect.cleandoc("\n" + inspect.getsource(method)))
    return "\n\n".join(parts)
