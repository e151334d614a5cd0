"""What the explorer's panel says of each layer, node and tensor, as plain data."""

from __future__ import annotations

import inspect
from typing import Any

from funclab import structure
from funclab.engine.describe import Names
from funclab.engine.plan import calls_behind
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, placeholder
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.shape_math import show
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.faces import write_line
from funclab.view.scene.insides import Recorded, insides
from funclab.view.scene.parts import Part, parts
from funclab.view.tables.nodes import special

Facts = dict[str, Any]


def facts_of(model: Any) -> Facts:
    """Layers by name, nodes and tensors by their keys in the picture, nested ones by path.

    `frames` are the boxes that open: their keys among calls, each with its key among layers.
    """
    facts: Facts = {"layers": {}, "nodes": {}, "tensors": {}, "frames": {}}
    for part in parts(words.graph_of(model)):
        readers = _readers(part.graph)
        for operation in part.graph.operations:
            facts["layers"][part.key(operation.name)] = _layer(operation, part)
        for node in part.graph.nodes:
            facts["nodes"][part.key(node.key)] = _node(node, part)
            for tensor in node.output_tensors:
                found = _tensor(tensor, node, readers.get(tensor, []), part)
                facts["tensors"][part.key(tensor.id)] = found
            _add_frames(facts, node, part)
    graph = words.graph_of(model)
    assert graph is not None
    facts["counts"] = {"calls": len(graph.nodes), "layers": len(graph.operations)}
    return facts


def _add_frames(facts: Facts, node: Node, part: Part) -> None:
    """The box of a node that opens, and the layer in a wrapper, which has no node there."""
    key, path = part.key(node.key), f"{part.path}{clean(node.operation.name)}"
    inner = words.inner_layer(node.operation)
    if inner is not None or any(insides(node)):
        facts["frames"][key] = path
    if inner is not None:
        name = clean(inner.name)
        facts["layers"][f"{key}/{name}"] = _wrapped(inner, node, f"{path}/{name}")
        if words.graph_of(inner) is not None:
            facts["frames"][f"{key}/{name}"] = f"{path}/{name}"


def objects_of(model: Any) -> dict[str, Any]:
    """The layer or node behind each key of the facts."""
    found: dict[str, Any] = {}
    for part in parts(words.graph_of(model)):
        for node in part.graph.nodes:
            inner, key = words.inner_layer(node.operation), part.key(node.key)
            found |= {part.key(node.operation.name): node.operation, key: node}
            found |= {} if inner is None else {f"{key}/{clean(inner.name)}": inner}
    return found


def _readers(graph: Graph) -> dict[Tensor, list[tuple[Node, int]]]:
    """Who reads each tensor, and as which of its inputs."""
    found: dict[Tensor, list[tuple[Node, int]]] = {}
    for node in graph.nodes:
        for i, tensor in enumerate(node.arguments.tensors):
            own = graph.stand_ins.get(tensor, tensor)
            found.setdefault(own, []).append((node, i))
    return found


def _layer(layer: Operation, part: Part) -> Facts:
    own = set(part.graph.nodes)
    return {
        "name": clean(layer.name),
        "box": f"{part.path}{clean(layer.name)}",
        "detail": words.detail(layer),
        "rows": [_row(node, part.graph, node in own) for node in layer.inbound_nodes[:200]],
        "nodes": [part.key(one.key) for one in layer.inbound_nodes if one in own],
        "special": special(layer),
        "weights": words.arithmetic(layer) if words.weights_of(layer) else "",
    }


def _wrapped(layer: Any, node: Node, box: str) -> Facts:
    wrapper = clean(node.operation.name)
    return {
        "name": clean(layer.name),
        "box": box,
        "detail": words.detail(layer),
        "rows": [],
        "nodes": [],
        "special": f"{wrapper} applies it; it was not called itself, so it has no node here.",
        "weights": words.arithmetic(layer) if words.weights_of(layer) else "",
    }


def _row(node: Node, graph: Graph, here: bool) -> Facts:
    return {
        "index": node.index,
        "inbound": [] if node.is_input else [words.tensor_id(graph, t) for t in node.input_tensors],
        "inputs": [] if node.is_input else [show(shape) for shape in node.input_shapes],
        "outputs": [clean(tensor.id) for tensor in node.output_tensors],
        "shapes": [show(shape) for shape in node.output_shapes],
        "write": write_line(node),
        "here": here,
    }


def _node(node: Node, part: Part) -> Facts:
    return {
        "layer": part.key(node.operation.name),
        "index": node.index,
        "parents": [part.key(parent.key) for parent in part.graph.parents(node)],
        "outputs": [part.key(tensor.id) for tensor in node.output_tensors],
        "write": write_line(node),
    }


def _tensor(tensor: Tensor, node: Node, readers: list[tuple[Node, int]], part: Part) -> Facts:
    return {
        "name": clean(tensor.id),
        "box": f"{part.path}{clean(tensor.id)}",
        "shape": show(tensor.shape),
        "dtype": tensor.dtype,
        "node": part.key(node.key),
        "readers": list(dict.fromkeys(part.key(reader.key) for reader, _ in readers)),
        "ports": [
            [part.key(reader.key), i, len(reader.arguments.tensors)] for reader, i in readers
        ],
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
    if isinstance(node, Recorded):
        names = Names()
        return [_call(call, names) for call in node.calls]
    seen: dict[Tensor, Any] = {tensor: placeholder(tensor) for tensor in node.arguments.tensors}
    args, kwargs = node.arguments.fill_in(seen)
    with Tape():
        outputs = structure.flatten(node.operation(*args, **kwargs))
    made = zip(node.output_tensors, outputs, strict=True)
    names = Names({value: clean(tensor.id) for tensor, value in [*made, *seen.items()]})
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
