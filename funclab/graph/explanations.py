"""The texts of errors that tensors and graphs raise, kept separate from the code."""

from __future__ import annotations

from typing import Any

from funclab.errors import (
    ArgumentError,
    GraphError,
    Instead,
    Item,
    TensorAttributeError,
    TensorTypeError,
)
from funclab.graph.shape_math import show
from funclab.graph.structure import reachable

WHY_NO_NUMBERS = (
    "a tensor only describes what a model will compute; NumPy and Python need the numbers at once, "
    "and what they do leaves no node in the graph."
)
PREDICT = "for numbers, make model = Model(inputs, outputs) and call model.predict(data)"

# What Python does, its own error message (which people search for), and the op to use instead.
USES = {
    "if": ("`if` (or `and`, `or`, `not`)", "", "where"),
    "loop": ("a loop over its elements", "", ""),
    "float": ("float()", "float() argument must be a string or a real number", ""),
    "int": ("int()", "int() argument must be a string or a real number", ""),
    "len": ("len()", "object of type 'Tensor' has no len()", ""),
    "assignment": ("an assignment to its elements", "does not support item assignment", ""),
}
FIXES = {
    "if": "use funclab.ops.where, inside or outside a layer: it keeps both ways in the graph.",
    "loop": "use slices such as x[:, 0], or a layer, which treats all elements at once.",
    "same": "to ask for the same object, write any(x is y for y in others), not `x in others`; to "
    "choose by elements, use funclab.ops.where.",
    "len": "read the length of an axis from its shape, x.shape[1]; the batch, x.shape[0], is known "
    "only when data come.",
    "assignment": "build a new tensor, for example with funclab.ops.where or ops.concatenate.",
}


def python_use(tensor: Any, use: str) -> TensorTypeError:
    """A tensor where Python itself needs numbers."""
    user, phrase, op = USES[use]
    if hasattr(type(tensor), "assign"):
        return _weight(tensor, user)
    return TensorTypeError(
        f"{user} was given the symbolic tensor {tensor!r}, which has no numbers yet."
        + (f" ({phrase}.)" if phrase else ""),
        why=WHY_NO_NUMBERS,
        fix=FIXES.get(
            "same" if use == "if" and _compares(tensor) else use,
            f"keep the tensor in the graph with funclab.ops; {PREDICT}.",
        ),
        facts=_instead(
            f"{user} asks a tensor for numbers", tensor, Item("place", user), op, "no node"
        ),
    )


def _compares(tensor: Any) -> bool:
    """Whether a tensor or value is made by `==` or `!=`, which Python's `in` uses, too."""
    maker = tensor.node.operation if hasattr(tensor, "node") else getattr(tensor, "origin", None)
    return type(getattr(maker, "op", None)).__name__ in ("Equal", "NotEqual")


def numpy_use(tensor: Any, name: str, known: bool, module: str | None = "numpy") -> TensorTypeError:
    """A tensor in a NumPy function; `known` says whether funclab.ops has one of that name."""
    user = f"{module or 'numpy'}.{name}"
    if hasattr(type(tensor), "assign"):
        return _weight(tensor, user)
    fix = f"write it with the functions that funclab.ops has; {PREDICT}."
    if known:
        fix = f"use funclab.ops.{name}, inside or outside a layer."
    if name == "array":
        fix = f"pass the tensor on as it is, to a layer or to funclab.ops; {PREDICT}."
    title, consumer = f"{user} leaves no trace in the graph", Item("place", user, "makes no node")
    return TensorTypeError(
        f"{user} was given the symbolic tensor {tensor!r}, which has no numbers yet.",
        why=WHY_NO_NUMBERS,
        fix=fix,
        facts=_instead(title, tensor, consumer, name if known else "", "ends here"),
    )


def _weight(variable: Any, user: str) -> TensorTypeError:
    """A weight where numbers are needed: unlike a tensor, it has some."""
    return TensorTypeError(
        f"{user} was given {variable!r}, the variable {variable.path}, not an array.",
        why="a variable lives in a layer and changes in training; NumPy and Python need its "
        "numbers of this moment.",
        fix="take a copy of them with .numpy(), and set new ones with .assign(array).",
    )


def attribute(tensor: Any, name: str, known: bool) -> TensorAttributeError:
    """An attribute that arrays have, requested from a tensor."""
    kind = type(tensor).__name__
    if name == "node":
        return TensorAttributeError(
            f"{tensor!r} is no output of a call.",
            why="a graph begins with what Input makes, and goes on with what calls return.",
            fix=f"write Input(batch_shape={show(tensor.shape)}) in its place.",
        )
    layer = getattr(vars(tensor).get("node"), "operation", None)
    if hasattr(type(layer), name):
        return _of_its_layer(tensor, name, layer)
    instead = {"T": "transpose", "get_shape": "shape"}.get(name, name)
    fix = (
        f"use funclab.ops.{instead}(x)." if known else "use x.shape, or a function of funclab.ops."
    )
    if name in ("numpy", "eval", "item", "tolist"):
        fix = f"{PREDICT}."
    title = f"A tensor is not an array: it has no .{name}"
    consumer = Item("place", f".{name}", "wants numbers")
    return TensorAttributeError(
        f"'{kind}' object has no attribute '{name}': {tensor!r} is a symbolic tensor, "
        "without numbers.",
        why="it only describes what a model will compute: shape, dtype, ndim, name. Arrays have "
        "more, since they hold numbers.",
        fix=fix,
        facts=_instead(title, tensor, consumer, instead if known else "", "no numbers"),
    )


def _of_its_layer(tensor: Any, name: str, layer: Any) -> TensorAttributeError:
    """An attribute that layers have, requested from a tensor that a layer made."""
    consumer = Item("place", f".{name}", "is asked of a layer")
    return TensorAttributeError(
        f"'{type(tensor).__name__}' object has no attribute '{name}': {tensor.id} is a tensor, "
        f"and .{name} belongs to layers.",
        why="a layer knows its calls and its weights; a tensor is what one call returned.",
        fix=f"ask the layer called {layer.name} instead: its call returned {tensor.id}.",
        facts=_instead(
            f"A tensor is not a layer: it has no .{name}", tensor, consumer, "", "no layer"
        ),
    )


def operand(value: Any) -> TensorTypeError:
    """An operand of an operation with a tensor that is neither a tensor nor a number."""
    layer = hasattr(value, "inbound_nodes")
    name = value.name if layer else repr(value)
    return TensorTypeError(
        f"unsupported operand: a tensor cannot be calculated with {value!r} "
        f"({type(value).__name__}).",
        why=f"{name} is a layer: a rule, without values of its own."
        if layer
        else f"{name} is neither a tensor nor numbers.",
        fix=f"call {name} first and use what it returns: {name}(x)."
        if layer
        else "use a tensor, an array of numbers or a number.",
        facts=not_a_tensor(value, Item("place", "arithmetic", "takes tensors")),
    )


def not_a_tensor(value: Any, consumer: Item) -> Instead:
    """A layer, or something else, where a tensor is required."""
    if hasattr(value, "inbound_nodes"):
        item = Item("layer", value.name, type(value).__name__)
        right = [item, Item("tensor", f"{value.name}(x)", "what a call returns"), consumer]
        return Instead("A layer is not a tensor", [item, consumer], right)
    shape, kind = getattr(value, "shape", None), type(value).__name__
    item, title = Item("array", kind, repr(value)[:40]), f"A {kind} is not a tensor"
    if value is None:
        item, title = Item("array", "None", "no value"), "None is not a tensor"
    elif isinstance(value, (int, float)):
        item, title = Item("array", repr(value), "a number"), "A number is not a tensor"
    elif shape is not None:
        item, title = Item("array", "array", show(shape)), "An array is not a tensor of the graph"
    right = [Item("tensor", "Input(shape=...)", "or what a layer call returns"), consumer]
    return Instead(title, [item, consumer], right)


def _instead(title: str, tensor: Any, consumer: Item, op: str, note: str) -> Instead:
    """A tensor in the wrong place, and passed through a function of funclab.ops, if one helps."""
    node = Item("layer", f"ops.{op}", "an op: makes a node")
    right = [of(tensor), node, Item("tensor", "a tensor", "of the graph")]
    return Instead(title, [of(tensor), consumer], right if op else [], note)


def of(tensor: Any) -> Item:
    """A tensor, or a value inside a layer's call."""
    name = tensor.id if hasattr(type(tensor), "id") else "a value in a call"
    return Item("tensor", name, show(tensor.shape))


def uncalled(layer: Any) -> Instead:
    """A layer that was never called on a tensor, and the result of a call."""
    item, none = (
        Item("layer", layer.name, type(layer).__name__),
        Item("nothing", "", "no tensor yet"),
    )
    output = Item("tensor", f"{layer.name}(x)", "its output")
    right = [Item("tensor", "x", "of the graph"), item, output]
    return Instead(f"{layer.name} was never called on a tensor", [item, none], right, "no call")


def data(tensor: Any, name: str) -> TensorTypeError:
    """A tensor of the graph, where arrays are needed."""
    return TensorTypeError(
        f"The data for {name} are the symbolic tensor {tensor!r}, which has no numbers.",
        why="fit, evaluate and predict calculate with arrays; a tensor only describes what a model "
        "will compute.",
        fix=f"give an array of numbers for {name}; to go on building the graph, call the model "
        "instead: model(x).",
        facts=Instead(
            "A tensor of the graph is not data",
            [of(tensor), Item("place", name, "wants an array")],
            [Item("array", "x", "an array of numbers"), Item("place", name, "wants an array")],
            "no numbers",
        ),
    )


def node_index(layer: Any, ends: str, index: Any) -> ArgumentError:
    """A node index that is missing, or is not an integer."""
    count = len(layer.inbound_nodes)
    question = ends.replace(" ", "_")
    says = f"A node index is a whole number. Received: {index!r} ({type(index).__name__})."
    if index is None:
        says = f"get_{question}_at() missing 1 required positional argument: 'node_index'."
    return ArgumentError(
        says,
        why=f"the calls of {layer.name} are numbered from 0 to {count - 1}.",
        fix=f"write {layer.name}.get_{question}_at({count - 1})"
        + (", without quotation marks." if isinstance(index, str) else "."),
        graph=layer,
    )


def disconnected(graph: Any, node: Any, finished: list[Any], outer: Any) -> GraphError:
    """Outputs that need an input that was not given. `outer` is the nested model it belongs to."""
    tensor, name = node.output_tensors[0], node.operation.name
    inputs = ", ".join(tensor.id for tensor in graph.inputs)
    why = f"the outputs depend on {name}, which is not among the model's inputs ({inputs})."
    fix = f"add the tensor of {name} to `inputs`, or build the outputs from the inputs given."
    fix += _look_alike(graph, tensor)
    namesakes = [other for other in graph.inputs if other.id == tensor.id]
    if namesakes:  # the same name for both would explain nothing
        order = "before" if node.time < namesakes[0].node.time else "after"
        why = (
            f"the outputs depend on another Input called {name}, made {order} the one that Model "
            "was given."
        )
        fix = (
            "give Model that Input, or build the outputs from the one given: two Inputs are never "
            "the same, even when they look alike."
        )
    if tensor in graph.outputs and tensor in _behind(graph.inputs):
        why = f"what was given as inputs, {inputs}, is made from {name}, which was given as output."
        fix = "swap them: Model takes the inputs first, then the outputs."
    if outer is not None:
        why = (
            f"{name} is an input inside {outer.name}. A call of {outer.name} leaves its "
            f"inner tensors as they were: they still come from {name}."
        )
        inner, x = _written(graph, outer), graph.inputs[0].node.operation.name
        fix = (
            f"make a model of the inside and call it: Model({outer.name}.input, {inner})({x}) is "
            f"that tensor for {x}."
        )
    return GraphError(
        f'Graph disconnected: cannot obtain value for tensor {tensor!r} at layer "{name}". '
        "The following previous layers were accessed without issue: "
        f"{[call.operation.name for call in finished]}. "
        "The outputs are not connected to `inputs`.",
        why=why,
        fix=fix,
        graph=(graph, node),
        facts=outer,
    )


def crossing(outputs: list[Any], inner: Any) -> list[Any]:
    """The tensors made by layers of a nested model's graph that are read outside of it.

    They may come from calls of these layers, on the same inputs, that are not part of the model.
    """
    layers, nodes = set(inner.operations), set(inner.nodes)
    read, inside = dict.fromkeys(outputs), set()
    for tensor in sorted(_behind(outputs), key=lambda tensor: tensor.node.time):
        node = tensor.node
        parents = node.arguments.tensors
        again = node.operation in layers and parents and all(parent in inside for parent in parents)
        if node in nodes or again:
            inside.add(tensor)
        else:
            read.update(dict.fromkeys(parents))
    return [tensor for tensor in read if tensor in inside]


def _written(graph: Any, outer: Any) -> str:
    """How to write the tensor of the nested model `outer` that was used outside of it."""
    tensors = crossing(graph.outputs, outer.graph)
    if not tensors or tensors[-1].node.operation not in outer.graph.layers:
        return "the inner tensor"
    layer, index = tensors[-1].node.operation, tensors[-1].node.index
    last = ".output" if len(layer.inbound_nodes) == 1 else f".get_output_at({index})"
    return f'{outer.name}.get_layer("{layer.name}"){last}'


def _look_alike(graph: Any, tensor: Any) -> str:
    """A hint about a given input that is not used and has the shape of the missing one."""
    used = _behind(graph.outputs)
    same = [other for other in graph.inputs if other.shape == tensor.shape and other not in used]
    if not same:
        return ""
    return (
        f" {same[0].id} has the same shape {same[0].shape}, but it is another tensor: "
        "two Inputs are never the same, even when they look alike."
    )


def _behind(outputs: list[Any]) -> set[Any]:
    """All tensors on which some outputs depend, and the outputs themselves."""
    return set(reachable(outputs, lambda tensor: tensor.node.arguments.tensors))
