"""The graph of an ONNX file: each of its nodes is a box, with its shapes and weights."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from funclab import registry
from funclab.errors import import_for
from funclab.graph.shape_math import Array, Shape
from funclab.models.config import TENSOR
from funclab.saving.opaque import Facts, Unknown, Weight
from funclab.saving.sketch import NUMBER, Sketch
from funclab.saving.trusted import refused

WHY = "It is an op of ONNX."
LARGEST = 1024
"""The bytes of a stored array from which shapes may follow, such as the argument of a reshape."""


def sketch_of_onnx(path: Path) -> Any:
    """The graph of the model in an ONNX file, as a model of funclab that computes nothing.

    Weights are read when they are looked at. Arrays in other files are not read.
    Raises: MissingPackageError without the package onnx; ConfigError for any other file.
    """
    onnx = import_for("Reading an ONNX file", "onnx")
    reader = _Reader(onnx, path)
    return Sketch(reader.facts).read(reader.entry(), safe_mode=True)


class _Reader:
    """Describes the nodes of a file as a config describes layers and ops."""

    def __init__(self, onnx: Any, path: Path) -> None:
        self.onnx, self.path = onnx, path
        model = onnx.load(path, load_external_data=False)
        if not model.graph.node:
            raise refused(path, "there is no graph in it")
        self.facts: dict[int, Facts] = {}
        self.layers: list[dict[str, Any]] = []
        self.weights = {array.name: self._weights(array) for array in model.graph.initializer}
        """The weights behind each value that is known beforehand."""
        for array in model.graph.initializer:  # shapes are inferred without the large arrays
            if len(array.raw_data) > LARGEST:
                array.ClearField("raw_data")
        import_for("Reading an ONNX file", "onnx.shape_inference")
        self.graph = onnx.shape_inference.infer_shapes(model).graph
        ends = (self.graph.input, self.graph.value_info, self.graph.output)
        self.types = {value.name: self._type(value) for values in ends for value in values}
        self.places: dict[str, list[Any]] = {}
        """Where the values come from that are not known beforehand: names of calls, and indices."""

    def entry(self) -> dict[str, Any]:
        inputs = [value.name for value in self.graph.input if value.name not in self.weights]
        given = [node.name or node.op_type for node in self.graph.node]
        names = registry.unique_names([*map(_plain, inputs), *map(_plain, given)])
        for name, own in zip(inputs, names):
            shape, dtype = self.types[name]
            config = {"batch_shape": list(shape), "dtype": dtype, "name": own}
            self._add({"module": "keras.layers", "class_name": "InputLayer", "config": config}, [])
            self.places[name] = [own, 0, 0]
        for node, own in zip(self.graph.node, names[len(inputs) :]):
            taken = [name for name in node.input if name in self.places]
            weights = [weight for name in node.input for weight in self.weights.get(name, ())]
            if taken:
                self._node(node, own, taken, weights)
            else:
                self.weights |= dict.fromkeys(node.output, weights)
        ends = [self.places[value.name] for value in self.graph.output if value.name in self.places]
        config = {
            "name": _plain(self.graph.name) or self.path.stem,
            "layers": self.layers,
            "input_layers": [self.places[name] for name in inputs],
            "output_layers": ends,
        }
        return {"class_name": "Functional", "config": config}

    def _node(self, node: Any, own: str, taken: list[str], weights: list[Weight]) -> None:
        outputs = [name for name in node.output if name]
        self.places |= {name: [own, 0, i] for i, name in enumerate(outputs)}
        unknown = Unknown(), "float32"
        made = [self.types.get(name, unknown) for name in outputs]
        facts = Facts([([], made)], weights, boxed=WHY)
        config = {**dict(filter(None, map(self._setting, node.attribute))), "name": own}
        kind = {"module": "" if weights else "keras.src.ops", "class_name": node.op_type}
        args = [
            {"class_name": TENSOR, "config": {"keras_history": self.places[name]}} for name in taken
        ]
        self._add({**kind, "config": config}, [{"args": args, "kwargs": {}}], facts)

    def _add(self, entry: dict[str, Any], calls: list[Any], facts: Facts | None = None) -> None:
        number, name = len(self.layers), entry["config"]["name"]
        self.facts[number] = facts or Facts()
        self.layers.append({**entry, "name": name, "inbound_nodes": calls, NUMBER: number})

    def _setting(self, attribute: Any) -> tuple[str, Any] | None:
        """An attribute as a setting; not a graph or an array."""
        value = self.onnx.helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        plain = isinstance(value, (str, int, float, list))
        return (attribute.name, value) if plain and not hasattr(value, "dims") else None

    def _weights(self, array: Any) -> list[Weight]:
        """The weight that an array is; none for numbers such as the axes of a sum."""
        shape, dtype = tuple(array.dims), self._dtype(array.data_type)
        if not shape or not dtype.startswith("float"):
            return []
        name = _plain(array.name).rpartition(".")[2]
        return [Weight(name, shape, dtype, partial(self._read, array.name))]

    def _read(self, name: str) -> Array:
        """An array of the file."""
        model = self.onnx.load(self.path, load_external_data=False)
        found = [array for array in model.graph.initializer if array.name == name]
        if not found or found[0].data_location == self.onnx.TensorProto.EXTERNAL:
            raise refused(self.path, f"the numbers of {name} are not in it")
        return np.asarray(self.onnx.numpy_helper.to_array(found[0]))

    def _type(self, value: Any) -> tuple[Shape, str]:
        kind = value.type.tensor_type
        if not kind.HasField("shape"):
            return Unknown(), self._dtype(kind.elem_type)
        lengths = (
            axis.dim_value if axis.HasField("dim_value") else None for axis in kind.shape.dim
        )
        return tuple(lengths), self._dtype(kind.elem_type)

    def _dtype(self, kind: int) -> str:
        try:
            dtype = str(self.onnx.helper.tensor_dtype_to_np_dtype(kind))
            return str(np.dtype(dtype))
        except (KeyError, TypeError):  # one that NumPy does not have
            return "float32"


def _plain(name: str) -> str:
    """A name in the form that layers have."""
    return name.strip("/").replace("/", ".")
