"""Recurrent layers in ONNX: its own layers where they are equivalent, else step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import ops
from funclab.graph.value import Value
from funclab.layers.recurrent import steps as stepping
from funclab.saving.onnx_writer import Writer, unknown_length

FAR = np.iinfo(np.int64).max
RECURRENT = {"SimpleRNN": ("RNN", [0]), "GRU": ("GRU", [0, 1, 2]), "LSTM": ("LSTM", [0, 3, 1, 2])}
"""ONNX's names of recurrent layers, and the order of their gates in ONNX."""


def recurrent_layer(writer: Writer, op: Any, output: Value, *inputs: Value) -> list[str]:
    """A recurrent layer of ONNX: time axis first, weights transposed, two biases."""
    kind, order = RECURRENT[type(op).__name__]
    (x, states, kernel, recurrent, bias, *_), _ = op.by_name(inputs)
    width = states[0].shape[-1] or 0
    gates = writer.constant(np.arange(len(order) * width).reshape(-1, width)[order].reshape(-1))
    front = writer.constant([0])
    steps = writer.node("Transpose", writer.cast(x), perm=(1, 0, 2))
    if op.go_backwards:
        ends = map(writer.constant, ([FAR], [-FAR], [0], [-1]))
        steps = writer.node("Slice", steps, *ends)
    weights = [
        writer.node("Transpose", writer.node("Gather", writer.cast(w), gates, axis=1), perm=(1, 0))
        for w in (kernel, recurrent)
    ]
    settings = {"linear_before_reset": int(op.reset_after)} if kind == "GRU" else {}
    if settings.get("linear_before_reset"):
        both = writer.node("Reshape", writer.cast(bias), writer.constant([-1]))
    else:
        none = writer.constant(np.zeros(len(order) * width), output.dtype)
        own = writer.node("Gather", writer.cast(bias), gates, axis=0)
        both = writer.node("Concat", own, none, axis=0)
    fed = [*weights, both, *map(writer.cast, states)]
    fed = [writer.node("Unsqueeze", name, front) for name in fed]
    names, count = (steps, *fed[:3], "", *fed[3:]), 1 + len(states)
    made, *last = writer.nodes_outputs(kind, count, *names, hidden_size=width, **settings)
    last = [writer.node("Squeeze", name, front) for name in last]
    if not op.return_sequences:
        return [last[0], *last]
    made = writer.node("Squeeze", made, writer.constant([1]))
    return [writer.node("Transpose", made, perm=(1, 0, 2)), *last]


def recurrence(op: Any, *inputs: Any) -> Any:
    """Step by step: ONNX has no recurrent layers with masks."""
    (x, states, kernel, recurrent, bias, mask, _), _ = op.by_name(inputs)
    name = type(op).__name__
    if x.shape[1] is None:
        raise unknown_length(f"{'An' if name == 'LSTM' else 'A'} {name} with a mask")
    first, second = (bias[0], bias[1]) if getattr(op, "reset_after", False) else (bias, None)
    names = [op.activation, getattr(op, "recurrent_activation", None)]
    functions = [getattr(ops, name, ops.copy) for name in names if name]

    def step(z: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        new = stepping.RULES_OF_STEPS[name](z, states, states[0], (recurrent, second), *functions)
        return new[0], new

    z = ops.add(ops.matmul(x, kernel), first)
    return stepping.loop(z, list(states), mask, step, op.return_sequences, op.go_backwards)
