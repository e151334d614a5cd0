"""What is shared by the functions that write ops to an ONNX file."""

from __future__ import annotations

from typing import Any, Protocol

from funclab.errors import NotSupportedError
from funclab.graph.value import Value


class Writer(Protocol):
    """What these functions need from the file that is being written."""

    def nodes_outputs(self, kind: str, count: int, *inputs: str, **attributes: Any) -> list[str]:
        """A node of one kind, and the names of its outputs."""
        ...

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node of one kind, and the name of its only output."""
        ...

    def constant(self, numbers: Any, dtype: str = "int64") -> str:
        """The name of an array."""
        ...

    def cast(self, value: Value, dtype: str | None = None) -> str:
        """The name of a value, cast to another dtype if needed."""
        ...


def unknown_length(
    subject: str, why: str = "its steps are written one by one, so there must be a number of them."
) -> NotSupportedError:
    return NotSupportedError(
        f"{subject} cannot be written to ONNX: the length of an axis is not known.",
        why=why,
        fix="build the model with the length in Input(shape=...), give it the weights of "
        "this one (set_weights), and export that.",
    )
