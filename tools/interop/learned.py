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


def models(keras: Any) -> dict[str, tuple[Any, list[Any]]]:
    """Models with the data that they read."""
    layers, rng = keras.layers, np.random.RandomState(0)
    keras.utils.set_random_seed(0)

    def model(inputs: Any, outputs: Any, name: str) -> Any:
        made = keras.Model(inputs, outputs, name=name)
        for weight in made.weights:  # statistics and biases of a trained model, not 0 and 1
            value = np.array(weight.value if not hasattr(weight, "numpy") else weight.numpy())
            weight.assign(value + 0.05 * rng.rand(*value.shape))
        return made

    image = keras.Input((8, 8, 1), name="image")
    y = layers.Conv2D(4, 3, padding="same", name="strokes")(image)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.Activation("relu", name="relu")(y)
    y = layers.MaxPooling2D(name="pool")(y)
    y = layers.GlobalAveragePooling2D(name="mean")(y)
    reader = model(image, layers.Dense(5, activation="softmax", name="digit")(y), "reader")

    a, b = (keras.Input((6,), name=name) for name in ("a", "b"))
    inner = keras.Input((6,), name="inner")
    tower = keras.Model(inner, layers.Dense(4, activation="tanh", name="arm")(inner), name="tower")
    gap = layers.Subtract(name="gap")([tower(a), tower(b)])
    twins = model([a, b], layers.Dense(1, activation="sigmoid", name="same")(gap), "twins")

    steps = keras.Input((7, 3), name="steps")
    y = layers.LSTM(5, return_sequences=True, name="memory")(steps)
    y = layers.LayerNormalization(name="level")(y)
    series = model(steps, layers.Dense(2, name="next")(layers.Flatten(name="flat")(y)), "series")

    words = keras.Input((6, 8), name="words")
    y = layers.MultiHeadAttention(2, 4, name="heads")(words, words)
    y = layers.Add(name="sum")([words, y])
    y = layers.GlobalAveragePooling1D(name="mean")(y)
    looks = model(words, layers.Dense(3, activation="softmax", name="answer")(y), "looks")

    tall = keras.Input((12, 12, 2), name="tall")
    y = layers.SeparableConv2D(6, 3, strides=2, activation="gelu", name="parts")(tall)
    side = layers.Conv2D(6, 1, name="side")(y)
    y = layers.Multiply(name="gate")([y, layers.Activation("sigmoid", name="open")(side)])
    y = layers.Conv2DTranspose(3, 3, strides=2, name="back")(y)
    mask = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(y)
    masks = model(tall, mask, "masks")

    sizes = {
        reader: [(4, 8, 8, 1)], twins: [(4, 6)] * 2, series: [(4, 7, 3)], looks: [(4, 6, 8)],
        masks: [(4, 12, 12, 2)],
    }  # fmt: skip
    data = {made: [rng.rand(*shape).astype("float32") for shape in sizes[made]] for made in sizes}
    return {made.name: (made, data[made]) for made in sizes}


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
