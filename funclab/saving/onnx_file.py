"""Models as ONNX files, for programs that run models outside of Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

from funclab.errors import (
    ArgumentError,
    ConfigError,
    MissingPackageError,
    NotBuiltError,
    NotSupportedError,
)
from funclab.files import replacing
from funclab.graph import structure
from funclab.graph.locks import read
from funclab.graph.tape import Tape
from funclab.graph.value import Call, Constant, Value, Variable
from funclab.layers.base import values_of
from funclab.models.model import Model
from funclab.saving.onnx_ops import SPELLED, WRITERS, kind_of
from funclab.saving.onnx_writer import Writer, unknown_length

OPSET = 20
"""The version of the ONNX operators that is written."""
MOST_BYTES = 2_000_000_000
"""An ONNX file is one Protocol Buffers message, which has at most 2 GB."""


def export(model: Model, filepath: Any, format: str = "onnx") -> None:
    """Write a model to an ONNX file, for inference: without dropout, loss and optimizer.

    Lengths that are None stay open. The file at `filepath` is replaced completely or not at all.

    model: the model.
    filepath: the name of the file, such as "model.onnx".
    format: "onnx", the only format.
    Raises: MissingPackageError without the package onnx; NotSupportedError for a layer or op that
    ONNX does not have; FileError when the file cannot be written.
    """
    if format != "onnx":
        raise ArgumentError(
            f"A model is exported to ONNX. Received: format={format!r}.",
            why="funclab does not write the formats of TensorFlow.",
            fix='leave `format` out; or use model.save("model.keras"), which Keras reads.',
        )
    onnx = _onnx()
    with Tape(training=False) as tape:
        inputs = _inputs(model)
        outputs = structure.flatten(model(inputs))
    if tape.updates:
        raise _refused(tape.updates[0], "it changes what the layer remembers")
    writer = _File(onnx)
    ends = structure.flatten(inputs), outputs
    message = read(model.variables, lambda: writer.model(model, *ends))
    with replacing(filepath) as new:
        new.write_bytes(message)


class _File(Writer):
    """A file as it is written: the graph of a model, with everything that it needs."""

    def model(self, model: Model, inputs: Sequence[Value], outputs: Sequence[Value]) -> bytes:
        names = getattr(model, "input_names", None) or [f"input_{i}" for i in range(len(inputs))]
        ends = getattr(model, "output_names", None) or [f"output_{i}" for i in range(len(outputs))]
        self.names = {value: self.new(name) for value, name in zip(inputs, names, strict=True)}
        starts = [self._end(self.names[value], value) for value in inputs]
        made = [self.new(name) for name in ends]
        self.write(outputs)
        self.scope = ()
        for value, name in zip(outputs, made, strict=True):
            self.nodes.append(self.onnx.helper.make_node("Identity", [self.names[value]], [name]))
        finish = [self._end(name, value) for name, value in zip(made, outputs)]
        total = sum(array.nbytes for array in self.arrays.values())
        if total > MOST_BYTES:
            raise ConfigError(
                f"{model.name} is too large for an ONNX file: its weights take {total:,} bytes.",
                why="such a file holds at most 2 GB.",
                fix='use model.save("model.keras").',
            )
        helper = self.onnx.helper
        arrays = [self.onnx.numpy_helper.from_array(a, name) for name, a in self.arrays.items()]
        graph = helper.make_graph(self.nodes, model.name, starts, finish, arrays)
        opset = helper.make_opsetid("", OPSET)
        whole = helper.make_model(
            graph,
            opset_imports=[opset],
            ir_version=helper.find_min_ir_version_for([opset]),
            producer_name="funclab",
        )
        self.onnx.checker.check_model(whole, full_check=True)
        return whole.SerializeToString()

    def write(self, outputs: Iterable[Value]) -> None:
        """Write the nodes for everything that these values need, in order."""
        calls: set[Call] = set()
        waiting = list(outputs)
        while waiting:
            value = waiting.pop()
            if value in self.names:
                continue
            if value.origin is None:
                self._write_start(value)
            elif value.origin not in calls:
                calls.add(value.origin)
                waiting += value.origin.inputs
        for call in sorted(calls, key=lambda call: call.time):
            self._write_call(call)

    def _write_start(self, value: Value) -> None:
        """Write a value that is not the result of an op."""
        if isinstance(value, (Variable, Constant)):
            name = value.path if isinstance(value, Variable) else "constant"
            self.names[value] = self.array(name, value.array)
        elif value.zeros_like is None:
            raise unknown_length("A recurrent layer, or one that asks how large the batch is,")

    def _write_call(self, call: Call) -> None:
        kind = kind_of(call.op)
        for value in call.inputs:
            if value not in self.names:
                self.names[value] = self._zeros(value)
        self.scope = call.scope or self.scope
        if kind in WRITERS:
            made = WRITERS[kind](self, call.op, call.outputs[0], *call.inputs)
            self.names |= zip(call.outputs, [made] if isinstance(made, str) else made)
        elif kind in SPELLED:
            with Tape(training=False):
                spelled = structure.flatten(SPELLED[kind](call.op, *call.inputs))
            self.write(spelled)
            self.names |= {old: self.names[new] for old, new in zip(call.outputs, spelled)}
        else:
            raise _refused(call, "ONNX does not have it, or not with the same meaning")

    def _zeros(self, value: Value) -> str:
        """Zeros, for as many samples as another value has."""
        assert value.zeros_like is not None
        self.write([value.zeros_like])
        shape = self.node("Shape", self.names[value.zeros_like], start=0, end=1)
        rest = self.constant(value.shape[1:])
        whole = self.node("Concat", shape, rest, axis=0)
        return self.node("Expand", self.constant(0, value.dtype), whole)

    def _end(self, name: str, value: Value) -> Any:
        """An input or an output of the model."""
        open_batch = value.shape[:1] == (None,)
        shape = ("batch", *value.shape[1:]) if open_batch else value.shape
        return self.onnx.helper.make_tensor_value_info(name, self.dtype(value.dtype), shape)


def _inputs(model: Model) -> Any:
    """Values in place of the model's inputs."""
    known = getattr(model, "input_structure", None)
    if known is not None:
        return structure.map_structure(lambda x: Value(x.shape, x.dtype, x.name), known)
    config = model.get_build_config()
    if not config:
        raise NotBuiltError(
            f"{model.name} has no shapes yet, so it cannot be exported.",
            why="a model without a graph learns the shapes of its inputs when it is called.",
            fix="call it on a batch of data first.",
        )
    values = values_of(config["input_shape"], model.dtype)
    return structure.map_structure(lambda x: Value((None, *x.shape[1:]), x.dtype), values)


def _refused(call: Call, why: str) -> NotSupportedError:
    layer = call.scope[-1] if call.scope else call.op.name
    return NotSupportedError(
        f"{layer} cannot be written to ONNX: the op {type(call.op).__name__}.",
        why=f"{why}.",
        fix=f"build the model without {layer}, or with other ops.",
    )


def _onnx() -> Any:
    try:
        for part in ("checker", "helper", "numpy_helper"):
            import_module(f"onnx.{part}")
        return import_module("onnx")
    except ImportError as error:
        raise MissingPackageError(
            "To export a model, funclab needs the package onnx, which is not installed.",
            why="it writes files in the ONNX format.",
            fix='install it with pip install "funclab[onnx]".',
        ) from error
