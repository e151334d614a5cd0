"""What the explorer knows about a model's layers, calls and tensors, as plain data."""

from __future__ import annotations

import inspect
from collections import defaultdict
from typing import Any

from funclab import registry
from funclab.engine.describe import Names
from funclab.engine.plan import calls_behind
from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, is_box, placeholder
from funclab.graph.shape_math import show
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.models.axes import Axes
from funclab.view.code.layers import own_names
from funclab.view.draw.sentences import say
from funclab.view.draw.shape_question import shape_question
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.calls import Piece, write_line
from funclab.view.scene.insides import Part, Recorded, insides, parts
from funclab.view.scene.nodes import means, special
from funclab.view.shapes.rule import rule

Facts = dict[str, Any]
MOST_NODES = 200
"""The most calls of a layer outside the model that are listed."""
MOST_ITEMS = 8
"""How many items of a long setting, such as a vocabulary, are shown."""


def _named(part: Part, name: str, fact: Facts) -> Facts:
    """A fact with its name and the key of its box, if these differ from its key."""
    inside = {"name": clean(name), "box": f"{part.path}{clean(name)}"} if part.prefix else {}
    return inside | {key: value for key, value in fact.items() if value not in ("", [], None)}


def facts_of(model: Any) -> tuple[Facts, dict[str, Any]]:
    """Layers by name, nodes and tensors by their keys in the picture, nested ones by path; and the
    layer or node behind each key.

    `frames` are the boxes that open: their keys in the calls face, each with its layers face key.
    """
    facts: Facts = {"layers": {}, "nodes": {}, "tensors": {}, "frames": {}}
    objects: dict[str, Any] = {}
    graph = words.graph_of(model)
    assert graph is not None
    axes: dict[Tensor, Axes] = {}
    sized: set[int] = set()
    for part in parts(graph):
        calls: dict[Operation, list[Node]] = defaultdict(list)
        for node in part.graph.nodes:
            calls[node.operation].append(node)
        for operation in part.graph.operations:
            weights = words.weights_of(operation)
            fact = _layer(operation, part, calls[operation], weights)
            if fact.get("arrays") and id(operation) not in sized:  # each once, wherever it is
                sized.add(id(operation))
                fact["size"] = words.count(weights)
            facts["layers"][part.key(operation.name)] = fact
            objects[part.key(operation.name)] = operation
        for node in part.graph.nodes:
            facts["nodes"][part.key(node.key)] = _node(node, part)
            objects[part.key(node.key)] = node
            for tensor in node.output_tensors:
                fact = {"shape": show(tensor.shape), "dtype": tensor.dtype}
                fact |= {"masked": True} if tensor.mask is not None else {}
                fact |= {"means": told} if (told := means(tensor, axes)) else {}
                facts["tensors"][part.key(tensor.id)] = _named(part, tensor.id, fact)
            _add_frames(facts, objects, node, part)
    facts["counted"] = words.counted(graph.nodes)
    holders = graph.operations if isinstance(model, Piece) else [model]
    weights = {weight for holder in holders for weight in words.weights_of(holder)}
    trained = {weight for holder in holders for weight in words.trained_of(holder)}
    facts["weighs"] = say("weighs", n=words.count(weights))
    facts["summary"] = {  # of the whole model, shown while nothing is selected
        "inputs": [f"{words.tensor_id(graph, x)} {show(x.shape)}" for x in graph.inputs],
        "outputs": [f"{words.tensor_id(graph, y)} {show(y.shape)}" for y in graph.outputs],
        "weights": f"{words.count(weights):,}",
        "trained": f"{words.count(trained):,}",
    }
    return facts, objects


def _add_frames(facts: Facts, objects: dict[str, Any], node: Node, part: Part) -> None:
    """Add the box of a node that opens, and the layer in a wrapper, which has no node there."""
    key, path = part.key(node.key), f"{part.path}{clean(node.operation.name)}"
    inner = words.inner_layer(node.operation)
    if inner is not None or any(insides(node)):
        facts["frames"][key] = path
    if inner is not None:
        name, wrapper = clean(inner.name), clean(node.operation.name)
        objects[f"{key}/{name}"] = inner
        told = _told(inner, words.weights_of(inner))
        fact = {**told, "nodes": [], "special": say("wrapped_only", wrapper=wrapper)}
        facts["layers"][f"{key}/{name}"] = {**fact, "name": name, "box": f"{path}/{name}"}
        if words.graph_of(inner) is not None:
            facts["frames"][f"{key}/{name}"] = f"{path}/{name}"


def _layer(layer: Operation, part: Part, calls: list[Node], weights: list[Variable]) -> Facts:
    """The facts about a layer with these weights, and these calls in its part of the graph."""
    inside = set(calls)
    elsewhere = [node for node in layer.inbound_nodes if node not in inside]
    fact = {
        **_told(layer, weights),
        "special": special(layer),
        "elsewhere": [_row(node, part.graph) for node in elsewhere[:MOST_NODES]],
    }
    nodes = [part.key(node.key) for node in layer.calls_among(calls) if node in inside]
    return {**_named(part, layer.name, fact), "nodes": nodes}


def _told(layer: Any, weights: list[Variable]) -> Facts:
    """What a layer does, what was set, and its weights: as arithmetic, and each with its shape."""
    arrays = [] if words.graph_of(layer) is not None else weights
    return {
        "detail": words.detail(layer),
        "settings": settings(layer),
        "weights": words.arithmetic(layer, weights),
        "arrays": [
            [name, show(weight.shape)] for name, weight in zip(words.weight_names(arrays), arrays)
        ],
    }


def _row(node: Node, graph: Graph) -> Facts:
    inputs = [] if node.is_input else node.input_tensors
    return {
        "index": node.index,
        "inbound": [words.tensor_id(graph, tensor) for tensor in inputs],
        "inputs": [show(tensor.shape) for tensor in inputs],
        "outputs": [clean(tensor.id) for tensor in node.output_tensors],
        "shapes": [show(shape) for shape in node.output_shapes],
        "write": write_line(node),
    }


def _node(node: Node, part: Part) -> Facts:
    return {
        "layer": part.key(node.operation.name),
        "index": node.index,
        "inputs": [
            part.key(part.graph.stand_ins.get(tensor, tensor).id)
            for tensor in node.arguments.tensors
        ],
        "outputs": [part.key(tensor.id) for tensor in node.output_tensors],
        "write": write_line(node),
    }


def settings(layer: Any, every: bool = False) -> list[list[str]]:
    """The arguments of a layer that are not the default, or every one."""
    if words.graph_of(layer) is not None or not getattr(layer, "constructor_arguments", None):
        return []
    config = layer.get_config()
    learned = layer.learned_config() if hasattr(layer, "learned_config") else config
    names = config if every else own_names(layer, learned)
    return [
        [name, _setting(getattr(layer, name, None), config[name])]
        for name in names
        if name in config and name not in ("name", "dtype", "trainable")
    ]


def _setting(attribute: Any, value: Any) -> str:
    """A setting roughly as it is written in code: an inner layer by its class."""
    if inspect.isfunction(attribute):
        return attribute.__name__
    if isinstance(value, dict) and "class_name" in value:
        return registry.to_snake_case(str(value["class_name"]))
    if not isinstance(value, (list, tuple)):
        return str(value) or "''"
    items = [repr(x) if isinstance(x, str) else _setting(None, x) for x in value[:MOST_ITEMS]]
    items += [say("settings_in_all", n=f"{len(value):,}")] if len(value) > MOST_ITEMS else []
    return f"({', '.join(items)}{',' * (len(items) == 1)})"


def more_of(layer: Operation) -> Facts:
    """What one more key press shows: every setting, and the documentation."""
    return {
        "settings": settings(layer, every=True),
        "doc": inspect.getdoc(type(getattr(layer, "op", layer))) or "",
    }


def tape_of(node: Node) -> list[Facts]:
    """The op calls of one node, each with its arithmetic as text, and its op's forward and vjp as
    the engine has them; those of training if it does nothing otherwise."""
    if node.is_input or is_box(node.operation):
        return []
    if isinstance(node, Recorded):
        names = Names()
        return [_call(call, names) for call in node.calls]
    known: dict[Tensor, Any] = {tensor: placeholder(tensor) for tensor in node.arguments.tensors}
    args, kwargs = node.arguments.fill_in(known)
    for training in {}, {"training": True}:
        with Tape():
            outputs = structure.flatten(node.operation(*args, **kwargs | training))
        calls = calls_behind(outputs)
        if calls:
            break
    made = zip(node.output_tensors, outputs)
    names = Names({value: clean(tensor.id) for tensor, value in [*made, *known.items()]})
    told = [_call(call, names) for call in calls]
    for call in told:
        call["text"] = say("op_in_training", training=bool(training), call=call["text"])
    return told


def _call(call: Any, names: Names) -> Facts:
    inputs = ", ".join(f"{names[value]} {show(value.shape)}" for value in call.inputs)
    outputs = ", ".join(f"{names[value]} {show(value.shape)}" for value in call.outputs)
    options = str(call.op).partition("(")[2][:-1]
    op = type(call.op)
    slopes = filter(callable, getattr(op, "slopes", ()))  # of a row in a table of ops
    methods = map(_source, [*[op.forward, op.vjp][: 1 + op.differentiable], *slopes])
    return {
        "op": call.op.name,
        "text": f"{outputs} = {call.op.name}({', '.join(filter(None, [inputs, options]))})",
        "doc": inspect.getdoc(op) or "",
        "source": "\n\n".join(
            inspect.cleandoc(f"\n{method}") for method in dict.fromkeys(methods) if method
        ),
    }


def _source(method: Any) -> str:
    """The source of a method; empty for one whose source Python does not keep."""
    try:
        return inspect.getsource(method)
    except OSError:
        return ""


def questions_of(model: Any, facts: Facts) -> dict[str, Facts]:
    """Which shape each call with one output makes, by the key of its node; inputs have no question.

    The id of a question says what is called on what, by number: a cell that runs again makes the
    same model under other names.
    """
    numbers = {key: i for kind in ("layers", "tensors") for i, key in enumerate(facts[kind])}
    questions: Facts = {}
    for part in parts(words.graph_of(model)):
        for node in part.graph.nodes:
            brings = node.is_input or node in part.graph.input_nodes or not node.input_shapes
            if brings or len(node.output_shapes) != 1:
                continue
            key, fact = part.key(node.key), facts["nodes"][part.key(node.key)]
            inputs, output = [tuple(shape) for shape in node.input_shapes], node.output_shapes[0]
            detail, taken = words.detail(node.operation), ", ".join(map(show, inputs))
            ends = [numbers[name] for name in (fact["layer"], *fact["outputs"], *fact["inputs"])]
            name, call = f"shape {detail} {taken} {ends}", f"{key} ({detail})"
            why = clean(rule(node).words)
            questions[key] = shape_question(name, call, inputs, tuple(output), why)
    return questions
