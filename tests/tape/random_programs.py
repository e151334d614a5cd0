"""Random programs in the functions that `keras.ops` and `funclab.ops` share, of two matrices and a
vector, and the gradients that Keras computes of them.

`KERAS_BACKEND=tensorflow .venv/interop/bin/python -m tests.tape.random_programs`, then the same
with `jax`, writes `random_programs.npz`: of each program its value and three gradients.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

COUNT = 100
FILE = Path(__file__).with_suffix(".npz")
SHAPES = ((3, 4), (4, 3), (4,))


def inputs(seed: int, dtype: str = "float32") -> list[np.ndarray]:
    rng = np.random.default_rng(1000 + seed)
    return [rng.uniform(-1.5, 1.5, shape).astype(dtype) for shape in SHAPES]


def program(seed: int, ops: Any) -> Callable[..., Any]:
    """A function of the three inputs that returns a number."""
    alone = [
        ops.tanh, ops.sigmoid, ops.softplus, ops.silu, ops.sin, ops.square, ops.abs, ops.relu,
        ops.elu, ops.log_softmax, ops.softmax, lambda x: ops.exp(ops.tanh(x)),
        lambda x: ops.sqrt(ops.square(x) + 0.5), lambda x: ops.log(ops.abs(x) + 1.5),
        lambda x: ops.gelu(x, approximate=True), lambda x: x - ops.mean(x, axis=-1, keepdims=True),
        lambda x: ops.cumsum(x, axis=-1), lambda x: ops.flip(x, axis=0), lambda x: x[::-1] * 0.5,
        lambda x: ops.where(x > 0.1, x, x * x), lambda x: ops.clip(x, -1.0, 1.0),
        lambda x: x / (1.0 + ops.square(x)), lambda x: x * ops.max(x, axis=0, keepdims=True),
        lambda x: ops.stop_gradient(x) * x, lambda x: x - ops.logsumexp(x, axis=-1, keepdims=True),
    ]  # fmt: skip
    together = [
        ops.add, ops.multiply, ops.subtract, ops.maximum, ops.minimum,
        lambda x, y: x / (ops.abs(y) + 1.0), lambda x, y: ops.power(ops.abs(x) + 0.5, y),
        lambda x, y: ops.concatenate([x[:, :2], y[:, 2:]], axis=1),
        lambda x, y: ops.matmul(ops.matmul(x, ops.transpose(y)), x) * 0.3,
        lambda x, y: ops.reshape(ops.reshape(x, (-1,)) * ops.reshape(y, (-1,)), x.shape),
        lambda x, y: ops.take(ops.stack([x, y]), [1, 0], axis=0)[0],
    ]  # fmt: skip

    def run(a: Any, b: Any, c: Any) -> Any:
        rng = np.random.default_rng(seed)
        made = [a, ops.transpose(b), a + c, ops.matmul(a, b) @ a * 0.2]
        for _ in range(6):
            x, y = (made[i] for i in rng.integers(len(made), size=2))
            if rng.uniform() < 0.6:
                made.append(alone[rng.integers(len(alone))](x))
            else:
                made.append(together[rng.integers(len(together))](x, y))
        return ops.sum(made[-1]) + ops.mean(ops.square(made[-2])) + ops.max(made[-3])

    return run


def _with_tensorflow(run: Callable[..., Any], arrays: Any) -> Any:
    import tensorflow as tf

    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as tape:
        value = run(*variables)
    return value, tape.gradient(value, variables, unconnected_gradients="zero")


def _with_jax(run: Callable[..., Any], arrays: Any) -> Any:
    import jax

    return jax.value_and_grad(lambda *xs: run(*xs), argnums=(0, 1, 2))(*arrays)


def main() -> None:
    import keras

    backend = os.environ["KERAS_BACKEND"]
    compute = {"tensorflow": _with_tensorflow, "jax": _with_jax}[backend]
    stored = dict(np.load(FILE)) if FILE.exists() else {}
    for seed in range(COUNT):
        value, grads = compute(program(seed, keras.ops), inputs(seed))
        parts = [np.asarray(part).reshape(-1) for part in (value, *grads)]
        stored[f"{backend}_{seed}"] = np.concatenate(parts)
    np.savez_compressed(FILE, **stored)


if __name__ == "__main__":
    main()
