"""What is shared by the functions that write ops to an ONNX file."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from funclab.errors import NotSupportedError
from funclab.graph.strings import storage
from funclab.graph.value import Value


class Writer:
    """The nodes and arrays of a file, and the names of values in it."""

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.arrays: dict[str, Any] = {}
        self.names: dict[Value, str] = {}
        self.used: Counter[str] = Counter()
        self.scope: tuple[str, ...] = ()

    def nodes_outputs(self, kind: str, count: int, *inputs: str, **attributes: Any) -> list[str]:
        """A node of one kind, and the names of its outputs."""
        if "to" in attributes:
            attributes["to"] = self.dtype(attributes["to"])
        names = [self.new("/".join((*self.scope, kind))) for _ in range(count)]
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, names, names[0], **attributes))
        return names

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node of one kind, and the name of its only output."""
        return self.nodes_outputs(kind, 1, *inputs, **attributes)[0]

    def constant(self, numbers: Any, dtype: str = "int64") -> str:
        """The name of an array."""
        return self.array("constant", np.asarray(numbers, dtype))

    def cast(self, value: Value, dtype: str | None = None) -> str:
        """The name of a value, cast to another dtype if needed."""
        name = self.names[value]
        return self.node("Cast", name, to=dtype) if dtype not in (None, value.dtype) else name

    def new(self, name: str) -> str:
        """A name that no other value has."""
        candidate = name
        while candidate in self.used:
            self.used[name] += 1
            candidate = f"{name}_{self.used[name]}"
        self.used[candidate] = 0
        return candidate

    def array(self, name: str, array: Any) -> str:
        name = self.new(name)
        self.arrays[name] = array
        return name

    def dtype(self, dtype: str) -> int:
        return self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(storage(dtype)))


def unknown_length(
    subject: str, why: str = "its steps are written one by one, so there must be a number of them."
) -> NotSupportedError:
    return NotSupportedError(
        f"{subject} cannot be written to ONNX: the length of an axis is not known.",
        why=why,
        fix="build the model with the length in Input(shape=...), give it the weights of "
        "this one (set_weights), and export that.",
    )
