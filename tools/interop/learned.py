"""What views of learned models compute, beside a real Keras: outputs of calls, and gradients.

    KERAS_BACKEND=jax python -m tools.interop.learned

Five models of Keras are moved to funclab. For the same data, each call's output is compared with
that of `keras.Model(inputs, layer.output)`, and the gradient of each output with respect to each
input with that of the backend. Then each view is given the model of Keras itself, and what it shows
is compared with what Keras computes. `make interop` runs it with TensorFlow, JAX and PyTorch.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

import funclab
from funclab.errors import FunclabError
from funclab.view.learned.look import Look
from funclab.view.learned.packed import unpacked

CLOSE = {"rtol": 2e-4, "atol": 2e-5}
"""Both libraries compute in float32, in another order."""
STEEPEST = 1e-5
"""How far a gradient may be off, as a part of its largest number."""


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
    """The gradients of a model's first answers with respect to its inputs, by the backend. (The sum
    of all answers of a softmax is always 1.)"""

    def total(*arrays: Any) -> Any:
        made = model(arrays[0] if len(arrays) == 1 else list(arrays), training=False)
        return made[..., 0].sum() if hasattr(made, "sum") else summed(made[..., 0])

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


class Compared:
    """What was compared, and what differs."""

    def __init__(self) -> None:
        self.count, self.wrong = 0, list[str]()

    def add(self, name: str, own: Any, expected: Any, **close: float) -> None:
        self.count += 1
        own, expected = np.asarray(own), np.asarray(expected)
        if own.shape != expected.shape:
            self.wrong.append(f"{name}: {own.shape} in place of {expected.shape}")
        elif not np.allclose(own, expected, **(close or CLOSE)):
            self.wrong.append(f"{name}, by up to {float(np.abs(own - expected).max()):.2g}")


def outputs_and_gradients(keras: Any, model: Any, data: list[Any], found: Compared) -> None:
    """Each call's output, and the gradients with respect to the inputs."""
    ours, given = funclab.from_keras(model), data[0] if len(data) == 1 else data
    look = Look(ours, given)
    for layer in model.layers[len(data) :]:
        calls = [place for place in look.places if place.startswith(f"{layer.name}[")]
        calls = [place for place in calls if "/" not in place]
        if len(calls) == 1:
            expected = keras.Model(model.inputs, layer.output).predict(given, verbose=0)
            found.add(f"{model.name}: {calls[0]}", look.values(calls)[0], expected)
    slopes = funclab.gradients(ours.output[..., 0], ours.inputs, given)
    for i, (own, expected) in enumerate(zip(slopes, gradients_of(model, data), strict=True)):
        off = STEEPEST * float(np.abs(expected).max())
        found.add(f"{model.name}: the gradient of input {i}", own, expected, rtol=0, atol=off)


def seen_inside(keras: Any, model: Any, given: Any, found: Compared) -> None:
    """The stored numbers of each call, and one number that is made of its parts."""
    view = funclab.inside(model, given)
    inner, kept = view.inner, view.facts["kept"]
    for i, call in enumerate(inner.listed):
        layer = None if "/" in call.path else model.get_layer(call.name.partition("[")[0])
        if layer is None or call.node.is_input or not view.facts["whole"] or "[" in call.name:
            continue
        made = keras.Model(model.inputs, layer.output).predict(given, verbose=0)
        stored = unpacked(view.facts["calls"][i]["data"])
        found.add(
            f"{model.name}, inside: {call.path}", stored.reshape(made[kept].shape), made[kept]
        )
        at, channel = (0, 0), call.plane[2] - 1
        if number := inner.number(i, 1, at, channel):
            expected = made[1].reshape(call.plane)[(*at, channel)]
            found.add(f"{model.name}, one number of {call.path}", number.result, expected)


def asked_what_if(model: Any, data: list[Any], given: Any, found: Compared) -> None:
    """The answers to a sample, and to it with one number changed."""
    try:
        view = funclab.whatif(model, given, face="change")
    except FunclabError as error:
        assert error.fix and error.why, error  # a mask is no single answer
        return
    cell, value = len(view.study.cells) - 1, 0.75
    changed = [array[:1].copy() for array in data]
    for changes, arrays in (([], [a[:1] for a in data]), ([cell, value], changed)):
        if changes:
            part, own = view.study.cells.find(cell)
            part.put(arrays[part.number][0], own, value)
        answers = view.study.told_answer(f"[0,false,{changes}]")
        expected = model.predict(arrays[0] if len(arrays) == 1 else arrays, verbose=0)
        found.add(f"{model.name}, what if {changes}", answers, expected.reshape(-1))


def counted_mistakes(model: Any, given: Any, found: Compared) -> None:
    """The table of counts, or the predictions."""
    expected = model.predict(given, verbose=0)
    if expected.ndim > 2:
        return
    truth = np.arange(len(expected)) % 2
    view = funclab.mistakes(model, given, truth)
    if view.found.kind == "numbers":
        found.add(f"{model.name}, predictions", view.found.values, expected[:, 0])
        return
    answer = expected.argmax(axis=1) if expected.shape[1] > 1 else expected[:, 0] >= 0.5
    found.add(f"{model.name}, wrong answers", view.found.wrong, answer != truth)
    found.add(f"{model.name}, probabilities", view.found.values.reshape(expected.shape), expected)


def embedded(keras: Any, model: Any, given: Any, found: Compared) -> None:
    """The rows of numbers that are points, before the last layer."""
    if len(model.output.shape) > 2:
        return
    view = funclab.embedding(model, given)
    expected = keras.Model(model.inputs, model.layers[-1].input).predict(given, verbose=0)
    found.add(f"{model.name}, embedding", view.rows.points, expected)


def main() -> int:
    import keras

    found = Compared()
    for model, data in models(keras).values():
        given = data[0] if len(data) == 1 else data
        weights = [np.array(array) for array in model.get_weights()]
        outputs_and_gradients(keras, model, data, found)
        seen_inside(keras, model, given, found)
        asked_what_if(model, data, given, found)
        counted_mistakes(model, given, found)
        embedded(keras, model, given, found)
        for before, after in zip(weights, model.get_weights(), strict=True):
            found.add(f"{model.name}: a weight", after, before)
    print(f"{found.count} numbers and arrays of five models of Keras: {len(found.wrong)} differ")
    print("\n".join(found.wrong), end="\n" if found.wrong else "")
    return bool(found.wrong)


if __name__ == "__main__":
    sys.exit(main())
