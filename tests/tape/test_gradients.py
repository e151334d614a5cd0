"""Gradients of GradientTape against differences, and against Keras on TensorFlow and JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import funclab
from funclab import GradientTape, Variable, layers, ops
from funclab.engine.written_out import SLOPES
from funclab.errors import NotSupportedError
from tests.tape.random_programs import COUNT, FILE, inputs, program

KERAS = dict(np.load(FILE))


def value_and_gradients(run: Any, arrays: Any) -> tuple[Any, list[Any]]:
    variables = [Variable(array) for array in arrays]
    with GradientTape() as tape:
        value = run(*variables)
    grads = tape.gradient(value, variables, unconnected_gradients="zero")
    return value.numpy(), [g.numpy() for g in grads]


@pytest.mark.parametrize("seed", range(COUNT))
def test_random_programs_have_the_gradients_of_keras(seed):
    value, grads = value_and_gradients(program(seed, ops), inputs(seed))

    found = np.concatenate([np.reshape(part, -1) for part in (value, *grads)])
    for backend in ("tensorflow", "jax"):
        wanted = KERAS[f"{backend}_{seed}"]
        scale = max(1.0, np.abs(wanted[1:]).max())
        np.testing.assert_allclose(found[0], wanted[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found[1:], wanted[1:], rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize("seed", range(COUNT))
def test_random_programs_have_the_gradients_of_differences(seed):
    run, arrays = program(seed, ops), inputs(seed, "float64")
    _, grads = value_and_gradients(run, arrays)

    rng = np.random.default_rng(seed)
    along = [rng.standard_normal(array.shape) for array in arrays]
    slope = sum(float((g * d).sum()) for g, d in zip(grads, along))
    held = Held()
    program(seed, held)(*arrays)
    step = 1e-6
    ends = []
    for sign in (1, -1):
        held.begin_again()
        moved = [Variable(a + sign * step * d) for a, d in zip(arrays, along)]
        ends.append(float(program(seed, held)(*moved)))
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-6)


class Held:
    """`ops`, where what `stop_gradient` was given the first time stays, as its gradient says."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.left: list[Any] | None = None

    def begin_again(self) -> None:
        self.left = list(self.kept)

    def stop_gradient(self, x: Any) -> Any:
        if self.left is not None:
            return self.left.pop(0)
        self.kept.append(np.array(x))
        return x

    def __getattr__(self, name: str) -> Any:
        return getattr(ops, name)


TWICE = {
    "square": lambda x: ops.sum(ops.square(x) * x),
    "power and division": lambda x: ops.sum(ops.abs(x) ** 3 / (1.0 + x * x)),
    "waves": lambda x: ops.sum(ops.sin(x) * ops.cos(x) + ops.tanh(x) * ops.sigmoid(x)),
    "exponentials": lambda x: ops.sum(ops.exp(x) * ops.log(x + 4.0) + ops.sqrt(x + 4.0)),
    "softmax": lambda x: ops.sum(ops.softmax(x) * ops.square(x)),
    "log_softmax": lambda x: ops.sum(ops.square(ops.log_softmax(x))),
    "logsumexp": lambda x: ops.sum(ops.square(ops.logsumexp(x, axis=-1))),
    "ramps": lambda x: ops.sum(ops.square(ops.elu(x) + ops.silu(x) + ops.selu(x))),
    "softplus": lambda x: ops.sum(ops.softplus(x) * ops.softsign(x)),
    "gelu": lambda x: ops.sum(ops.gelu(x) + ops.gelu(x, approximate=False)),
    "products": lambda x: ops.sum(ops.square(ops.matmul(x, ops.transpose(x)))),
    "einsum": lambda x: ops.sum(ops.square(ops.einsum("ij,kj->ik", x, x))),
    "extremes": lambda x: ops.sum(ops.square(ops.max(x, axis=0)) * ops.min(x, axis=0)),
    "pairs": lambda x: ops.sum(ops.square(ops.maximum(x, 0.3 * x * x) + ops.minimum(x, x**3))),
    "rearranged": lambda x: ops.sum(
        ops.square(ops.concatenate([x[:, 1:], ops.flip(x, 1)], 1))
        * ops.reshape(ops.tile(x, (1, 3))[:, :7], (3, 7))
    ),
    "chosen": lambda x: ops.sum(ops.where(x > 0.0, x**3, ops.square(ops.take(x, [2, 0, 1], 0)))),
    "split": lambda x: ops.sum(ops.square(ops.split(x, 2, axis=1)[0]) * ops.split(x, 2, axis=1)[1]),
    "layer norm": lambda x: ops.sum(ops.square(layers.LayerNormalization(dtype="float64")(x)) * x),
    "relu and leaky": lambda x: ops.sum(ops.square(ops.relu(x)) * ops.leaky_relu(x)),
    "losses": lambda x: ops.sum(
        ops.square(ops.categorical_crossentropy(ops.softmax(x[::-1]), x, from_logits=True))
    ),
    "binary loss": lambda x: ops.sum(
        ops.square(ops.binary_crossentropy(ops.sigmoid(x[::-1]), x, from_logits=True))
    ),
    "sparse loss": lambda x: ops.sum(
        ops.square(ops.sparse_categorical_crossentropy(np.array([0, 2, 1]), x, from_logits=True))
    ),
    "mean squared error": lambda x: ops.square(
        funclab.losses.MeanSquaredError(dtype="float64")(x[::-1], x * x)
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_the_gradient_of_a_gradient_is_that_of_differences(name):
    run = TWICE[name]
    rng = np.random.default_rng(5)
    start, weights = rng.uniform(-1.2, 1.2, (3, 4)), rng.standard_normal((3, 4))

    def slope(array: Any) -> tuple[float, Any]:
        x = Variable(array)
        with GradientTape() as outer:
            with GradientTape() as inner:
                y = run(x)
            g = inner.gradient(y, x)
            product = ops.sum(g * weights)
        return float(product), outer.gradient(product, x).numpy()

    _, second = slope(start)
    along, step = rng.standard_normal((3, 4)), 1e-6
    ends = [slope(start + sign * step * along)[0] for sign in (1, -1)]

    measured = (ends[0] - ends[1]) / (2 * step)
    assert (second * along).sum() == pytest.approx(measured, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("op", SLOPES, ids=lambda op: op.__name__)
def test_a_slope_that_is_written_out_is_that_of_differences(op):
    x, step = np.linspace(0.2, 0.9, 8), 1e-6

    found = np.asarray(SLOPES[op](x, op()(x)))
    measured = (np.asarray(op()(x + step)) - np.asarray(op()(x - step))) / (2 * step)
    assert found == pytest.approx(measured, rel=1e-8)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(3, 2, activation="tanh", dtype="float64"),
        layers.Conv2D(3, 2, strides=2, padding="same", dtype="float64"),
        layers.Conv2DTranspose(2, 3, dtype="float64"),
        layers.DepthwiseConv2D(2, dtype="float64"),
        layers.AveragePooling2D(2, dtype="float64"),
        layers.UpSampling2D(2, dtype="float64"),
        layers.BatchNormalization(dtype="float64"),
        layers.Dense(3, activation="relu", dtype="float64"),
        layers.Dense(3, activation="sigmoid", dtype="float64"),
    ],
    ids=lambda layer: layer.name,
)
def test_a_gradient_penalty_through_a_layer_has_the_gradients_of_differences(layer):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2, 4, 4, 2))
    layer(x)
    weights = layer.trainable_weights
    kernel = weights[0] if weights else Variable(x)

    def penalty() -> tuple[Any, Any]:
        with GradientTape() as outer:
            images = ops.convert_to_tensor(x, "float64") if weights else kernel
            with GradientTape() as inner:
                inner.watch(images)
                y = layer(images, **({"training": True} if "batch" in layer.name else {}))
                score = ops.sum(ops.square(y))
            g = inner.gradient(score, images)
            value = ops.mean(ops.square(ops.sqrt(ops.sum(ops.square(g))) - 1.0))
        return float(value), outer.gradient(value, kernel).numpy()

    _, found = penalty()
    along, step, start = rng.standard_normal(kernel.shape), 1e-6, kernel.numpy()
    ends = []
    for sign in (1, -1):
        kernel.assign(start + sign * step * along)
        ends.append(penalty()[0])
    kernel.assign(start)

    measured = (ends[0] - ends[1]) / (2 * step)
    assert (found * along).sum() == pytest.approx(measured, rel=2e-5, abs=1e-5)


def test_an_op_without_a_second_gradient_is_named():
    x = Variable(np.random.default_rng(0).normal(size=(1, 5, 4)).astype("float32"))
    lstm = layers.LSTM(3)

    with GradientTape() as outer:
        with GradientTape() as inner:
            y = ops.sum(lstm(x))
        g = ops.sum(ops.square(inner.gradient(y, x)))
    with pytest.raises(NotSupportedError, match="lstm has no second gradient"):
        outer.gradient(g, x)
