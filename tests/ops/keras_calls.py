"""Calls of `ops`, a line each in keras_calls.txt, and what Keras makes of them.

`KERAS_BACKEND=jax python -m tests.ops.keras_calls`, run by a Python that has Keras, records the
results and the gradients of new calls in keras_calls.json; without that file, those of all.
"""

from __future__ import annotations

import ast
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
RECORD = HERE / "keras_calls.json"
AT_ONCE = "# Only on arrays"
"""The heading of calls whose result has a shape that depends on the numbers."""

rng = np.random.default_rng(9)
INPUTS: dict[str, Any] = {
    "X": rng.normal(size=(2, 3)),
    "Y": rng.normal(size=(2, 3)),
    "U": rng.uniform(-0.9, 0.9, (2, 3)),
    "P": rng.uniform(1.2, 3, (2, 3)),
    "ROW": rng.normal(size=3),
    "VECTOR": rng.normal(size=5),
    "SHORT": rng.normal(size=3),
    "CUBE": rng.normal(size=(2, 3, 4)),
    "IMAGE": rng.normal(size=(1, 4, 4, 2)),
    "SQUARES": rng.normal(size=(2, 3, 3)) + 2 * np.eye(3),
    "TALL": rng.normal(size=(4, 3)),
    "KERNEL": rng.normal(size=(2, 2, 2, 3)),
    "WORDS": rng.normal(size=(2, 5, 4)),
    "HEADS": rng.normal(size=(1, 3, 4, 2)),
    "NUMBERS": [[np.nan, np.inf, -np.inf], [0.0, 1.5, -2.5]],
    "ZEROS": [[0.0, 1.5, 0.0], [2.0, 0.0, 1.0]],
    "GAPS": [[1.5, np.nan, 0.25, 2.0], [np.nan, 3.0, 1.0, -1.0], [0.5, 0.75, np.nan, -4.0]],
    "I": np.array([[3, 0, 5], [1, 4, 2]], "int32"),
    "J": np.array([[1, 2, 3], [4, 5, 6]], "int32"),
    "IDS": np.array([2, 0, 2, 1, 0], "int32"),
    "B": np.array([[True, False, True], [False, False, True]]),
    "COLORS": rng.uniform(size=(2, 4, 5, 3)),
    "MAPS": [[0.9, 0.3, 0.43, -0.2, 1.1, -0.73], [-1.3, 0.1, 3.21, 0.1, 2, -1.63]],
    "CORNERS": [[[0, 0], [4, 0], [0, 3], [4, 3]]] * 2,
    "MOVED": [
        [[0.3, 0.2], [3.6, -0.4], [0.5, 2.7], [4.4, 3.2]],
        [[-0.2, 0.5], [4.2, 0.3], [0.1, 3.3], [3.5, 2.6]],
    ],
    "BYTES": rng.integers(0, 256, (2, 4, 5, 3)).astype("uint8"),
}
INPUTS = {
    name: np.asarray(x, getattr(x, "dtype", "float32")).astype(
        "float32" if np.asarray(x).dtype.kind == "f" else np.asarray(x).dtype
    )
    for name, x in INPUTS.items()
}
POSITIVE = INPUTS["SQUARES"] @ INPUTS["SQUARES"].swapaxes(1, 2) + np.eye(3, dtype="float32")
INPUTS["POSITIVE"] = POSITIVE.astype("float32")


def calls(at_once: bool | None = None) -> list[str]:
    """The calls; all, or only those under the heading AT_ONCE, or only the others."""
    everywhere, _, arrays = (HERE / "keras_calls.txt").read_text().partition(AT_ONCE)
    texts = {None: everywhere + arrays, True: arrays, False: everywhere}
    return [line for line in texts[at_once].splitlines() if line.startswith("ops.")]


def inputs_of(call: str) -> dict[str, Any]:
    """The inputs that a call names."""
    names = {node.id: None for node in ast.walk(ast.parse(call)) if isinstance(node, ast.Name)}
    return {name: INPUTS[name] for name in names if name in INPUTS}


def run(call: str, ops: Any, inputs: dict[str, Any]) -> Any:
    """What a call returns when `ops` is this module."""
    return eval(call, {"ops": ops, "np": np, **inputs})


def weights(shape: Any) -> Any:
    """The weight of each element of an output in the sum whose gradient is taken."""
    return np.cos(np.arange(1, np.prod(shape, dtype=int) + 1)).reshape(shape).astype("float32")


def is_float(x: Any) -> bool:
    return "float" in str(getattr(x, "dtype", ""))


def record() -> None:
    import jax
    import keras

    def numbers(x: Any) -> list[Any]:
        return [float(f"{float(i):.9g}") for i in np.asarray(x).reshape(-1)]

    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    lines = []
    for call in calls():
        if call in known:
            lines.append(f"{json.dumps(call)}: {json.dumps(known[call])}")
            continue
        inputs = inputs_of(call)
        outputs = [np.asarray(x) for x in jax.tree.leaves(run(call, keras.ops, inputs))]
        entry: dict[str, Any] = {"outputs": [[str(x.dtype), x.shape, numbers(x)] for x in outputs]}
        floats = {name: x for name, x in inputs.items() if is_float(x)}
        if floats and call in calls(at_once=False):

            def total(floats: Any, call: str = call, inputs: Any = inputs) -> Any:
                made = jax.tree.leaves(run(call, keras.ops, {**inputs, **floats}))
                return sum(jax.numpy.sum(x * weights(x.shape)) for x in made if is_float(x))

            with suppress(NotImplementedError):  # JAX does not know every gradient
                if any(is_float(x) for x in outputs):
                    slopes = jax.grad(total)(floats)
                    entry["gradients"] = {name: numbers(x) for name, x in slopes.items()}
        lines.append(f"{json.dumps(call)}: {json.dumps(entry)}")
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    record()
