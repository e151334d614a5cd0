"""Shape rules read back: what the text of an axis says, worked out from nothing but the text."""

from __future__ import annotations

import math
import re
from typing import Any

from funclab import Layer, structure
from funclab.graph.node import Node
from funclab.view.shapes.rules.numbers import Axis


def node_of(outputs: Any) -> Node:
    """The call that made these tensors."""
    operation, index, _ = structure.flatten(outputs)[0]._keras_history
    return operation.inbound_nodes[index]


def length(axis: Axis, node: Node, shapes: list[Any]) -> int | None:
    """What the text of an axis says about its length, worked out from nothing but the text."""
    text = axis.text.removeprefix("the rest: ")
    if axis.label == "batch":
        count = text.removesuffix(" samples")
        assert count != text
        return None if "n" in count else arithmetic(count, node)
    if taken := re.fullmatch(r"same as (?:input axis (\d+)|axis (\d+) of input (\d+))", text):
        one, two, given = taken.groups()
        alone = next((shape for shape in shapes if shape), ())
        return alone[int(one)] if one else shapes[int(given)][int(two)]
    if text.startswith("1, "):
        return 1
    if text.endswith(("not known yet", "as there are")) or text == "n":
        assert re.search(r"\bn\b|slice", text)
        return None
    left, _, right = text.rpartition(" = ")
    assert left or right.isdigit(), text
    value = arithmetic(left or right, node)
    assert value == int(right), text
    return value


def arithmetic(text: str, node: Node) -> int:
    """The value of the text; names are the layer's own settings."""
    thing = getattr(node.operation, "op", node.operation)
    fields = [name for name in dir(type(thing)) if not name.startswith("_")]
    known = {**{name: getattr(thing, name, None) for name in fields}, **vars(thing)}
    if isinstance(known.get("layer"), Layer):
        known |= vars(known["layer"])
    known |= {"tensors": len(node.arguments.tensors), "ceil": math.ceil}
    return eval(text.replace("×", "*").replace(",", ""), {"__builtins__": {}}, known)
