"""Functional models put together at random, the same ones in Keras and in funclab.

`grown(keras, seed)` is a compiled model with shared layers, nested models, masks, several inputs
and outputs. `observe` says what it predicts, and what it does in three training steps. To record
anew what a real Keras 3 does, with a Python that has keras and jax, from the root of the project:

    KERAS_BACKEND=jax python -m tests.parity.random_graphs
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.case import Random, start_value

RECORD = Path(__file__).parent / "random_graphs.npz"
UNLIKE = {
    135: "Keras on JAX has a gradient of nan where a vector to be normalized is zero",
    174: "a batch normalization is called twice; Keras runs the later call first, as it is deeper",
}
"""Seeds that are left out, and why."""
SEEDS = [seed for seed in range(202) if seed not in UNLIKE]
BATCH = 6
STEPS = 3
MOST = 600
"""A tensor with more numbers in a sample is made smaller before it is used again."""

Make = Callable[[Any, "Draw"], Any]


class Draw:
    """Seeded choices."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def number(self, low: int, high: int) -> int:
        """A whole number, `high` included."""
        return int(self.random.randint(low, high + 1))

    def of(self, several: Any) -> Any:
        return several[self.number(0, len(several) - 1)]

    def chance(self, share: float) -> bool:
        return bool(self.random.uniform() < share)

    def activation(self) -> str:
        return self.of(["relu", "tanh", "sigmoid", "elu", "gelu", "softplus", "linear", "silu"])

    def window(self, **more: Any) -> dict[str, Any]:
        """The settings of a sliding window; Keras takes strides or dilation, not both."""
        spread = self.chance(0.2)
        kept = {"strides": 1 if spread else self.number(1, 2), "padding": "same"}
        return kept | ({"dilation_rate": 2} if spread else {}) | more


def rnn(layers: Any, draw: Draw, **more: Any) -> Any:
    kind = draw.of([layers.LSTM, layers.GRU, layers.SimpleRNN])
    return kind(draw.number(2, 4), go_backwards=draw.chance(0.2), **more)


def both_ways(layers: Any, draw: Draw, **more: Any) -> Any:
    inner = draw.of([layers.LSTM, layers.GRU, layers.SimpleRNN])(draw.number(2, 3), **more)
    return layers.Bidirectional(inner, merge_mode=draw.of(["concat", "sum", "ave", "mul"]))


def one(name: str, **settings: Any) -> Make:
    """Makes the layer of this name with these settings; a setting may be a function of a Draw."""

    def make(layers: Any, draw: Draw) -> Any:
        made = {key: value(draw) if callable(value) else value for key, value in settings.items()}
        return getattr(layers, name)(**made)

    return make


def sliding(name: str, **settings: Any) -> Make:
    def make(layers: Any, draw: Draw) -> Any:
        made = {key: value(draw) if callable(value) else value for key, value in settings.items()}
        return getattr(layers, name)(kernel_size=draw.number(1, 3), **draw.window(**made))

    return make


def units(draw: Draw) -> int:
    return draw.number(2, 5)


ANYWHERE = (
    one("Dense", units=units, activation=Draw.activation),
    one("BatchNormalization", epsilon=0.01),
    one("LayerNormalization", epsilon=0.01),
    one("RMSNormalization", epsilon=0.01),
    one("UnitNormalization"),
    one("GroupNormalization", groups=1, epsilon=0.01),
    one("Activation", activation=Draw.activation),
    one("LeakyReLU"),
    one("PReLU"),
    one("ELU"),
    one("Rescaling", scale=0.5, offset=0.1),
)
LAYERS: dict[int, tuple[Make, ...]] = {
    2: (*ANYWHERE, one("Softmax"), one("RepeatVector", n=lambda draw: draw.number(2, 4))),
    3: (
        *ANYWHERE,
        lambda layers, draw: rnn(layers, draw),
        lambda layers, draw: rnn(layers, draw, return_sequences=True),
        lambda layers, draw: both_ways(layers, draw),
        lambda layers, draw: both_ways(layers, draw, return_sequences=True),
        lambda layers, draw: layers.TimeDistributed(layers.Dense(units(draw), "tanh")),
        sliding("Conv1D", filters=units, activation=Draw.activation),
        sliding("SeparableConv1D", filters=units),
        sliding("DepthwiseConv1D"),
        one("Conv1DTranspose", filters=units, kernel_size=2, strides=2),
        one("MaxPooling1D", pool_size=2, padding="same"),
        one("AveragePooling1D", pool_size=2, padding="same"),
        one("GlobalAveragePooling1D"),
        one("GlobalMaxPooling1D"),
        one("ZeroPadding1D", padding=1),
        one("Cropping1D", cropping=(1, 0)),
        one("UpSampling1D", size=2),
        one("Flatten"),
        one("Permute", dims=(2, 1)),
        one("Masking"),
    ),
    4: (
        *ANYWHERE,
        *(sliding("Conv2D", filters=units, activation=Draw.activation),) * 2,
        sliding("SeparableConv2D", filters=units),
        sliding("DepthwiseConv2D", depth_multiplier=lambda draw: draw.number(1, 2)),
        one("Conv2DTranspose", filters=units, kernel_size=3, strides=2, padding="same"),
        one("MaxPooling2D", pool_size=2, padding="same"),
        one("AveragePooling2D", pool_size=2, padding="same"),
        one("GlobalAveragePooling2D"),
        one("GlobalMaxPooling2D"),
        one("ZeroPadding2D", padding=((1, 0), (0, 1))),
        one("Cropping2D", cropping=((1, 0), (0, 1))),
        one("UpSampling2D", size=2, interpolation=lambda draw: draw.of(["nearest", "bilinear"])),
        one("Flatten"),
        one("Permute", dims=(2, 1, 3)),
    ),
}  # fmt: skip
MERGES = ("Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Subtract")
OPS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda ops, x: x * 0.5 + 0.1,
    lambda ops, x: ops.tanh(x),
    lambda ops, x: ops.abs(x),
    lambda ops, x: ops.mean(x, axis=-1, keepdims=True),
    lambda ops, x: ops.square(x) / 4.0,
    lambda ops, x: -x,
    lambda ops, x: ops.expand_dims(ops.mean(x, axis=1), 1) + x,
)


class Growth:
    """A model that grows call by call. No tensor is left over: each is used, or an output."""

    def __init__(self, keras: Any, seed: int, inner: bool = False) -> None:
        self.keras, self.draw, self.inner = keras, Draw(seed), inner
        self.inputs: list[Any] = []
        self.tensors: list[Any] = []
        self.unused: list[Any] = []
        self.called: list[tuple[Any, tuple[Any, ...]]] = []
        """Layers called so far, each with the shape it was called on."""

    def model(self) -> Any:
        draw = self.draw
        for _ in range(draw.number(1, 3)):
            self.begin()
        grow = [*[self.layer] * 4, self.merge, self.merge, self.again, self.operation, self.nest]
        for _ in range(draw.number(5, 11)):
            draw.of(grow)()
        kept = draw.number(1, 2)
        ends, rest = self.unused[-kept:], self.unused[:-kept]
        if rest:
            layers = self.keras.layers
            rows = [x if len(x.shape) == 2 else layers.Flatten()(x) for x in rest]
            row = layers.Concatenate()(rows) if len(rows) > 1 else rows[0]
            ends.append(layers.Dense(2)(row))
        ends = [self.keras.layers.Dense(3)(x) if is_in(x, self.inputs) else x for x in ends]
        return self.keras.Model(self.inputs, ends)

    def begin(self) -> None:
        """A new input: numbers of one, two or three axes, or words with a mask."""
        layers, draw, Input = self.keras.layers, self.draw, self.keras.Input
        kind = draw.of(["row", "steps", "masked steps", "image", "words", "words"])
        if kind == "words":
            words = Input((draw.number(3, 5),), dtype="int32")
            self.inputs.append(words)
            self.add(layers.Embedding(9, draw.number(2, 4), mask_zero=draw.chance(0.7))(words))
            return
        shapes = {"row": (draw.number(2, 5),), "image": (5, draw.number(4, 5), 2)}
        x = Input(shapes.get(kind, (draw.number(3, 5), draw.number(2, 4))))
        self.inputs.append(x)
        self.add(layers.Masking()(x) if kind == "masked steps" else x)

    def add(self, x: Any) -> None:
        self.tensors.append(x)
        self.unused.append(x)

    def pick(self) -> Any:
        """A tensor made so far, an unused one rather than another."""
        x = self.draw.of(self.unused if self.draw.chance(0.7) else self.tensors)
        self.unused = [other for other in self.unused if other is not x]
        return x

    def call(self, layer: Any, x: Any) -> None:
        y = layer(x)
        self.called.append((layer, tuple(x.shape)))
        if np.prod(y.shape[1:]) > MOST:
            y = self.keras.layers.Dense(1)(y)
        self.add(y)

    def layer(self) -> None:
        x = self.pick()
        self.call(self.draw.of(LAYERS[len(x.shape)])(self.keras.layers, self.draw), x)

    def again(self) -> None:
        """A layer that was called before, once more: it is shared."""
        x = self.pick()
        fits = [layer for layer, shape in self.called if shape == tuple(x.shape)]
        if fits:
            self.call(self.draw.of(fits), x)
        else:
            self.call(self.keras.layers.Dense(units(self.draw)), x)

    def merge(self) -> None:
        x = self.pick()
        alike = [y for y in self.tensors if tuple(y.shape) == tuple(x.shape) and y is not x]
        y = self.draw.of(alike) if alike else self.keras.layers.Dense(x.shape[-1])(x)
        self.unused = [other for other in self.unused if other is not y]
        self.add(getattr(self.keras.layers, self.draw.of(MERGES))()([x, y]))

    def operation(self) -> None:
        self.add(self.draw.of(OPS)(self.keras.ops, self.pick()))

    def nest(self) -> None:
        """A model inside the model, called once or twice."""
        x = self.pick()
        start = self.keras.Input(x.shape[1:])
        y = start
        for _ in range(self.draw.number(1, 3)):
            y = self.draw.of(LAYERS[len(y.shape)])(self.keras.layers, self.draw)(y)
        model = self.keras.Model(start, y)
        self.call(model, x)
        if self.draw.chance(0.4):
            self.call(model, self.keras.ops.tanh(x))


def is_in(x: Any, several: list[Any]) -> bool:
    return any(x is other for other in several)


def grown(keras: Any, seed: int) -> Any:
    model = Growth(keras, seed).model()
    model.compile(keras.optimizers.SGD(0.01), ["mse"] * len(model.outputs))
    return model


def observe(keras: Any, seed: int) -> dict[str, np.ndarray]:
    """What a model predicts with seeded weights, its losses in three steps, its weights after."""
    keras.backend.clear_session(free_memory=False)
    random = Random(seed)
    model = grown(keras, seed)
    model.set_weights([start_value(w.shape, random) for w in model.get_weights()])
    x = [data(tensor, random) for tensor in model.inputs]
    before = model.predict(x, batch_size=BATCH, verbose=0)
    before = before if isinstance(before, list) else [before]
    y = [random.standard_normal(array.shape).astype("float32") for array in before]
    losses = [model.train_on_batch(x, y, return_dict=True)["loss"] for _ in range(STEPS)]
    sums = [[np.sum(w), np.sum(np.square(w))] for w in model.get_weights()]
    return {
        "predictions": np.concatenate([np.ravel(array) for array in before]).astype("float32"),
        "losses": np.asarray(losses, "float32"),
        "weights": np.asarray(sums, "float32"),
    }


def data(tensor: Any, random: Any) -> np.ndarray:
    """A batch for this input; some steps of a sequence, and some words, are zero."""
    shape = (BATCH, *tensor.shape[1:])
    if str(tensor.dtype).endswith("int32"):
        return random.randint(0, 9, shape).astype("int32")
    values = random.standard_normal(shape)
    if len(shape) == 3:
        values *= random.uniform(size=(*shape[:2], 1)) < 0.8
    return values.astype("float32")


def main() -> None:
    import keras

    records = {}
    for seed in SEEDS:
        for name, array in observe(keras, seed).items():
            records[f"{seed} {name}"] = array
        print(f"seed {seed} of {SEEDS[-1]}", end="\r", file=sys.stderr)
    records["versions"] = np.array([f"keras {keras.__version__}", f"numpy {np.__version__}"])
    np.savez_compressed(RECORD, **records)


if __name__ == "__main__":
    main()
