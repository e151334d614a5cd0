"""Boxes: what stands in a graph for a layer or an op that funclab cannot make.

A box has the class, the settings, the shapes and the weights of what it stands for, and computes
nothing. Views show it like any other layer.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from funclab.errors import NotSupportedError
from funclab.graph import structure
from funclab.graph.node import Arguments, Node
from funclab.graph.op import Op
from funclab.graph.operation import Box, OpOperation, bare
from funclab.graph.shape_math import Array, Shape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value, Variable
from funclab.layers.base import Layer

Outputs = list[tuple[Shape, str]]
"""The shape and the dtype of each output of a call."""


class Unknown(tuple[()]):
    """The shape of a tensor of which not even the number of axes is known."""

    text = "(?)"


@dataclass
class Weight:
    """A weight elsewhere, which is read when somebody looks at it."""

    name: str
    shape: Shape
    dtype: str
    read: Callable[[], Array]
    trainable: bool = True
    made: Variable | None = None
    """The variable of the first box that has it; boxes may share it."""

    def initializer(self, shape: Any, dtype: Any = None) -> Array:
        """The value, for the variable that stands for this weight."""
        return self.read()

    def variable(self, owner: str) -> Variable:
        """The variable of a box with this name."""
        if self.made is None:
            self.made = Variable(
                shape=self.shape,
                dtype=self.dtype,
                initializer=self.initializer,
                trainable=self.trainable,
                name=self.name,
            )
            self.made.path = f"{owner}/{self.name}"
        return self.made


@dataclass
class Facts:
    """What is known of a layer or op besides its config."""

    calls: list[tuple[list[Shape], Outputs]] = field(default_factory=list)
    """The shapes of the tensors that each call takes, and what it makes."""
    weights: list[Weight] | None = None
    """In the order of Keras: the trainable ones first. None if they are not known here."""
    cls: type | None = None
    """The class, if it is one of this session."""
    boxed: str = ""
    """Why only a box can stand for it; empty if that is not known yet."""

    def outputs(self, inputs: list[Shape]) -> Outputs:
        """What a call on tensors of these shapes makes: of unknown shape, if that is not known."""
        known = [outputs for shapes, outputs in self.calls if shapes == inputs]
        return (known or [outputs for _, outputs in self.calls] or [[(Unknown(), "float32")]])[0]


class Opaque(Box):
    """What boxes of layers and of ops have in common."""

    name: str
    facts: Facts

    @property
    def why(self) -> str:
        """Why it is a box."""
        return self.facts.boxed

    @property
    def where(self) -> str:
        """The module and the line of its class; empty if these are not known."""
        return "" if self.facts.cls is None else line_of(self.facts.cls)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tensors = Arguments(args, kwargs).tensors
        if not tensors:  # a model around it is called
            leaves = structure.flatten([args, kwargs])
            return _op(self)(*(x for x in leaves if isinstance(x, (Value, np.ndarray))))
        made = self.facts.outputs([tensor.shape for tensor in tensors])
        outputs = [_tensor(shape, dtype) for shape, dtype in made]
        whole = outputs if len(outputs) > 1 else outputs[0]
        Node(self, args, kwargs, whole)  # type: ignore[arg-type]
        return whole


class OpaqueLayer(Opaque, Layer, abstract=True):
    """A layer that funclab does not have, or cannot make with these settings."""

    def get_config(self) -> dict[str, Any]:
        """The settings as they were found."""
        return {**self.constructor_arguments, "name": self.name}

    def take(self, weights: Sequence[Weight]) -> None:
        """Have variables for the weights of what it stands for."""
        self._own_weights.extend(weight.variable(self.name) for weight in weights)


class OpaqueOp(Box, Op, abstract=True):
    """What a box would compute."""

    settings: str = ""

    box: ClassVar[Any]
    """The box of a layer or op that it belongs to."""

    def shape(self, *shapes: Any, **none: Any) -> Any:
        batch = shapes[0][:1] if shapes else ()
        made = [
            (*batch, *shape[1:]) if batch and shape[:1] == (None,) else shape
            for shape, _ in self.box.facts.outputs(list(shapes))
        ]
        return made if self.n_outputs > 1 else made[0]

    def dtype(self, *dtypes: Any, **none: Any) -> Any:
        made = [dtype for _, dtype in self.box.facts.outputs([])]
        return made if self.n_outputs > 1 else made[0]

    def forward(self, *arrays: Any, **none: Any) -> None:
        kind = type(self).__name__
        raise NotSupportedError(
            f"{self.box.name} ({kind}) cannot be computed here.",
            why=f"{self.box.why} Only its box is in this graph.",
            fix="compute it where the model comes from, or make the model without it.",
            graph=self.box,
        )


class OpaqueOperation(Opaque, OpOperation):
    """An op that funclab does not have."""


def box_of(kind: str, name: str, config: dict[str, Any], facts: Facts, is_layer: bool) -> Any:
    """A box for something of the class `kind`, by this name.

    config: its settings. facts: its weights and shapes. is_layer: whether it is a layer, not an op.
    """
    kind = kind if kind.isidentifier() else "Unknown"
    settings = {key: value for key, value in config.items() if not _is_code(value)}
    box: Any
    if not is_layer and not facts.weights:
        told = ", ".join(f"{key}={value}" for key, value in settings.items() if key != "name")
        box = bare(OpaqueOperation, name)
        box.facts, box.kind, box.settings = facts, kind, told
        box.op = _op(box)
        return box
    box = _class(kind)(name=name, trainable=bool(config.get("trainable", True)))
    box.facts, box.constructor_arguments, box.built = facts, settings, True
    box.take(facts.weights or ())
    if "input_layers" in config:
        box.input_structure, box.layers = None, []  # calls of a model are counted from 1
    return box


def _op(box: Any) -> Any:
    """The op of a box. Boxes of one class may know other shapes, so each has a class of its own."""
    outputs = len(box.facts.outputs([]))
    kind, settings = getattr(box, "kind", type(box).__name__), getattr(box, "settings", "")
    names = {"__module__": __name__, "box": box, "n_outputs": outputs}
    return type(kind, (OpaqueOp,), names, abstract=True)(settings)  # type: ignore[call-overload]


@functools.cache
def _class(kind: str) -> Any:
    """The class of layers in a box that have the name of the class that they stand for."""
    return type(kind, (OpaqueLayer,), {"__module__": __name__}, abstract=True)  # type: ignore[call-overload]


def _is_code(value: Any) -> bool:
    """Whether a setting is a function that was saved as code."""
    return isinstance(value, dict) and value.get("class_name") == "__lambda__"


@functools.cache
def line_of(cls: type) -> str:
    """The module and the line at which a class begins, such as "blocks, line 12"."""
    try:
        line = inspect.getsourcelines(cls)[1]
        file = Path(inspect.getfile(cls))
    except (OSError, TypeError):
        return ""
    if "ipykernel" in str(file) or str(file).startswith("<"):
        return f"line {line} of its cell"
    module = cls.__module__ if cls.__module__ != "__main__" else file.stem
    return f"{module}, line {line}"


def _tensor(shape: Shape, dtype: str) -> Tensor:
    tensor = Tensor(tuple(shape), dtype)
    if isinstance(shape, Unknown):
        tensor.shape = shape
    return tensor
