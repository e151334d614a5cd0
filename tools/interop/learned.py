"""What views of learned models compute, beside a real Keras: outputs of calls, and gradients.

    KERAS_BACKEND=jax python -m tools.interop.learned

Five models of Keras are moved to funclab. For the same data, each call's output is compared with
that of `keras.Model(inputs, layer.output)`, and the gradient of each output with respect to each
input with that of the backend. `make interop` runs it with TensorFlow, JAX and PyTorch.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

import funclab
from funclab.view.learned.look import Look

CLOSE = {"rtol": 2e-4, "atol": 2e-5}
"""Both libraries compute in float32, in another order."""


def reader(keras: Any) -> Any:
    """A convolution with normalization."""
    layers, image = keras.layers, keras.Input((8, 8, 1), name="image")
    y = layers.Conv2D(4, 3, padding="same", name="strokes")(image)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.Activation("relu", name="relu")(y)
    y = layers.MaxPooling2D(name="pool")(y)
    y = layers.GlobalAveragePooling2D(name="mean")(y)
    return keras.Model(image, layers.Dense(5, activation="softmax", name="digit")(y), name="reader")


def twins(keras: Any) -> Any:
    """A model that is called twice, and two inputs."""
    layers, (a, b) = keras.layers, (keras.Input((6,), name=name) for name in ("a", "b"))
    inner = keras.Input((6,), name="inner")
    tower = keras.Model(inner, layers.Dense(4, activation="tanh", name="arm")(inner), name="tower")
    gap = layers.Subtract(name="gap")([tower(a), tower(b)])
    return keras.Model(
        [a, b], layers.Dense(1, activation="sigmoid", name="same")(gap), name="twins"
    )


def series(keras: Any) -> Any:
    """A recurrent layer and layer normalization."""
    layers, steps = keras.layers, keras.Input((7, 3), name="steps")
    y = layers.LSTM(5, return_sequences=True, name="memory")(steps)
    y = layers.Flatten(name="flat")(layers.LayerNormalization(name="level")(y))
    return keras.Model(steps, layers.Dense(2, name="next")(y), name="series")


def looks(keras: Any) -> Any:
    """Attention with a residual connection."""
    layers, words = keras.layers, keras.Input((6, 8), name="words")
    y = layers.MultiHeadAttention(2, 4, name="heads")(words, words)
    y = layers.GlobalAveragePooling1D(name="mean")(layers.Add(name="sum")([words, y]))
    return keras.Model(words, layers.Dense(3, activation="softmax", name="answer")(y), name="looks")


def masks(keras: Any) -> Any:
    """Separable and transposed convolutions, and a gate."""
    layers, tall = keras.layers, keras.Input((12, 12, 2), name="tall")
    y = layers.SeparableConv2D(6, 3, strides=2, activation="gelu", name="parts")(tall)
    side = layers.Activation("sigmoid", name="open")(layers.Conv2D(6, 1, name="side")(y))
    y = layers.Multiply(name="gate")([y, side])
    y = layers.Conv2DTranspose(3, 3, strides=2, name="back")(y)
    mask = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(y)
    return keras.Model(tall, mask, name="masks")


def models(keras: Any) -> dict[str, tuple[Any, list[Any]]]:
    """The models with data for them; statistics and biases are those of a trained model, not 0
    and 1."""
    keras.utils.set_random_seed(0)
    rng, found = np.random.RandomState(0), {}
    for build in (reader, twins, series, looks, masks):
        model = build(keras)
        for weight in model.weights:
            value = keras.ops.convert_to_numpy(weight.value)
            weight.assign(value + 0.05 * rng.rand(*value.shape))
        shapes = [(4, *tensor.shape[1:]) for tensor in model.inputs]
        found[model.name] = (model, [rng.rand(*shape).astype("float32") for shape in shapes])
    return found


def gradients_of(model: Any, data: list[Any]) -> list[Any]:
    """The gradients of the sum of a model's output with respect to its inputs, by the backend."""

    def total(*arrays: Any) -> Any:
        made = model(arrays[0] if len(arrays) == 1 else list(arrays), training=False)
        return made.sum() if hasattr(made, "sum") else summed(made)

    backend = os.environ["KERAS_BACKEND"]
    if backend == "jax":
        import jax

        return [np.array(g) for g in jax.grad(total, tuple(range(len(data))))(*data)]
    if backend == "torch":
        import torch

        tensors = [torch.tensor(array, requires_grad=True) for array in data]
        total(*tensors).backward()
        return [tensor.grad.numpy() for tensor in tensors]
    import tensorflow as tf

    summed = tf.reduce_sum
    tensors = [tf.constant(array) for array in data]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        loss = total(*tensors)
    return [g.numpy() for g in tape.gradient(loss, tensors)]


def main() -> int:
    import keras

    wrong, compared = [], 0
    for name, (model, data) in models(keras).items():
        ours = funclab.from_keras(model)
        given = data[0] if len(data) == 1 else data
        look = Look(ours, given)
        for layer in model.layers[len(data) :]:
            calls = [place for place in look.places if place.startswith(f"{layer.name}[")]
            calls = [place for place in calls if "/" not in place]
            if len(calls) != 1:
                continue
            expected = keras.Model(model.inputs, layer.output).predict(given, verbose=0)
            compared += 1
            if not np.allclose(look.values(calls)[0], expected, **CLOSE):
                wrong.append(f"{name}: the output of {calls[0]}")
        found = funclab.gradients(ours.output, ours.inputs, given)
        for i, (own, expected) in enumerate(zip(found, gradients_of(model, data), strict=True)):
            compared += 1
            off = float(np.abs(own - expected).max())
            if not np.allclose(own, expected, **CLOSE):
                wrong.append(f"{name}: the gradient of input {i}, by up to {off:.2g}")
    print(f"{compared} outputs and gradients of five models of Keras: {len(wrong)} differ")
    print("\n".join(wrong), end="\n" if wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
