"""Runs an op as a plan would: forward into arrays that are ready, and backward into slots."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from funclab.graph.op import Op
from tests.ops.examples import BATCH, Example

for path in sorted(Path(__file__).parent.glob("examples_*.py")):
    importlib.import_module(f"tests.ops.{path.stem}")


def several(out: Any) -> tuple[Any, ...]:
    return out if isinstance(out, tuple) else (out,)


def has_gradient(example: Example) -> bool:
    given = [str(array.dtype) for array in example.arrays(BATCH)]
    made = several(example.op.dtype(*given))
    return example.op.differentiable and all(
        any(kind.startswith("float") for kind in side) for side in (given, made)
    )


def rooms(op: Op, arrays: list[Any], fill: Any) -> tuple[Any, list[Any]]:
    """Room for the outputs, and for the work arrays, filled by `fill`."""
    outputs = tuple(fill(array) for array in several(op.compute(*arrays)))
    work = op.scratch([array.shape for array in arrays], str(outputs[0].dtype))
    return outputs[0] if op.n_outputs == 1 else outputs, [fill(x) for x in work]


def forward(op: Op, arrays: list[Any], fill: Any) -> tuple[list[Any], Any, list[Any]]:
    """Run forward on copies, into room filled by `fill`: the copies, the outputs and the work."""
    inputs = [array.copy() for array in arrays]
    out, work = rooms(op, inputs, fill)
    inputs = [array.copy() for array in arrays]
    op.forward(*op.bind(*inputs, out, *work))
    return inputs, out, work


def gradients(op: Op, arrays: list[Any], g: Any, fill: Any) -> list[Any]:
    """The slots after vjp, which were filled by `fill` before."""
    inputs, out, work = forward(op, arrays, np.zeros_like)
    slots = [
        fill(x) if x.dtype.kind == "f" and index not in op.mutates else None
        for index, x in enumerate(inputs)
    ]
    op.vjp(*op.bind(g, *inputs, out, *work, *slots))
    return slots


def random_like(out: Any) -> Any:
    rng = np.random.default_rng(1)
    arrays = tuple(rng.standard_normal(array.shape).astype(array.dtype) for array in several(out))
    return arrays if isinstance(out, tuple) else arrays[0]
