"""Ops as nodes of a graph; and shape rules read back: what the text of an axis says, worked out
from nothing but the text."""

from __future__ import annotations

import importlib
import math
import re
from pathlib import Path
from typing import Any

from funclab import Input, Layer
from funclab.graph import structure
from funclab.graph.node import Node
from funclab.ops.indexing import GetItem
from funclab.view.shapes.rule import Axis
from tests import ops
from tests.ops.examples import BATCH, EXAMPLES, Example

for path in sorted(Path(ops.__path__[0]).glob("examples_*.py")):  # importing enters the examples
    importlib.import_module(f"tests.ops.{path.stem}")

WITHOUT = {
    "funclab.ops.nn.losses",
    "funclab.ops.nn.scores",
    "funclab.ops.shaping",
    "funclab.ops.random",
    "funclab.ops.lookup",
}
"""Ops that no one puts into a graph: they are told as they are."""


def on_tensors(example: Example) -> Any:
    """The op of an example as a node: what has the batch in it becomes an Input."""
    leaves = []
    for array in example.arrays(BATCH):
        dtype = "bool" if array.dtype == bool else str(array.dtype).replace("64", "32")
        batched = array.ndim and len(array) == BATCH
        leaves.append(Input(array.shape[1:], dtype=dtype) if batched else array)
    return example.op(*leaves)


LOST = ("Diagonal", "Unfold", "Quantile")
"""Ops of which NumPy finds the shape, or which count: the arithmetic of some axes is not known."""
ON_TENSORS = [
    example
    for example in EXAMPLES
    if type(example.op).__module__ not in WITHOUT
    and not example.op.mutates
    and any(array.ndim and len(array) == BATCH for array in example.arrays(BATCH))
]


def node_of(outputs: Any) -> Node:
    """The call that made these tensors."""
    operation, index, _ = structure.flatten(outputs)[0]._keras_history
    return operation.inbound_nodes[index]


def length(axis: Axis, node: Node, shapes: list[Any]) -> int | None:
    """What the text of an axis says about its length, worked out from nothing but the text."""
    text = axis.text
    if axis.label == "batch":
        count = text.removesuffix(" samples")
        assert count != text
        return None if "n" in count else arithmetic(count, node)
    if taken := re.fullmatch(r"same as (?:input axis (\d+)|axis (\d+) of input (\d+))", text):
        only, axis_of_several, index = taken.groups()
        alone = next((shape for shape in shapes if shape), ())
        return alone[int(only)] if only else shapes[int(index)][int(axis_of_several)]
    if text.startswith("1, "):
        return 1
    if text.endswith(", one for each input"):
        assert text.startswith(f"{len(node.arguments.tensors)}, ")
        return len(node.arguments.tensors)
    if text.endswith("not known yet") or text == "n":
        assert re.search(r"\bn\b", text)
        return None
    left, _, right = text.rpartition(" = ")
    assert left, text
    value = arithmetic(left, node)
    assert value == int(right), text
    return value


def arithmetic(text: str, node: Node) -> int:
    """The value of the text; names are the layer's own settings."""
    thing = getattr(node.operation, "op", node.operation)
    fields = [name for name in dir(type(thing)) if not name.startswith("_")]
    known = {**{name: getattr(thing, name, None) for name in fields}, **vars(thing)}
    while isinstance(inner := known.pop("layer", None), Layer):
        known |= vars(inner)
    asked = getattr(thing, "constructor_arguments", {}).get("output_shape")
    if isinstance(thing, GetItem):
        known |= {"stop": next(part for part in thing.parts() if isinstance(part, slice)).stop}
    known |= {"output_shape": asked, "ceil": math.ceil}
    return eval(text.replace("×", "*").replace(",", ""), {"__builtins__": {}}, known)
