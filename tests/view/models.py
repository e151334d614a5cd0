"""The models that pictures are tried on: each has something a picture may get wrong."""

from __future__ import annotations

from funclab import Input
from funclab.layers import (
    LSTM,
    Activation,
    Add,
    Bidirectional,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Subtract,
    TimeDistributed,
)
from funclab.models import Model


def perceptron() -> Model:
    """The guide's first model: one line of layers."""
    x = Input(shape=(784,))
    y = Dense(64, activation="relu")(x)
    y = Dense(64, activation="relu")(y)
    return Model(x, Dense(10, activation="softmax")(y), name="perceptron")


def called_twice() -> Model:
    """A layer applied to its own output."""
    x = Input(shape=(64,))
    dense = Dense(64, activation="relu")
    return Model(x, Dense(10)(dense(dense(x))), name="called_twice")


def twice(units: int = 2) -> Model:
    """A small layer applied to its own output, in which every name is known."""
    x = Input((4,), name="x")
    shared = Dense(4, activation="relu", name="shared")
    return Model(x, Dense(units, name="out")(shared(shared(x))), name="twice")


def shared_inside() -> Model:
    """A model called twice, with a shared layer inside."""
    x = Input((16,), name="x")
    shared = Dense(16, activation="relu", name="shared")
    twice = Model(x, Dense(2, name="out")(shared(shared(x))), name="twice")
    a, b = Input((16,), name="a"), Input((16,), name="b")
    return Model([a, b], Concatenate()([twice(a), twice(b)]), name="nested")


def two_and_two() -> Model:
    """Two inputs, two outputs, and an input that joins late."""
    main, extra = Input(shape=(100,), name="main"), Input(shape=(5,), name="extra")
    y = Dense(32, activation="relu")(main)
    early = Dense(1, name="early")(y)
    y = Concatenate()([y, extra])
    for _ in range(2):
        y = Dense(64, activation="relu")(y)
    return Model([main, extra], [Dense(1, name="late")(y), early], name="two_and_two")


def alternating() -> Model:
    """A(B(A(B(x)))): two shared layers, whose calls alternate."""
    x = Input(shape=(16,))
    a, b = Dense(16, name="a"), Dense(16, name="b")
    return Model(x, a(b(a(b(x)))), name="alternating")


def shared_encoder() -> Model:
    """One layer called on two inputs."""
    left, right = Input((784,), name="left"), Input((784,), name="right")
    encoder = Dense(64, activation="relu", name="encoder")
    both = Concatenate(name="both")([encoder(left), encoder(right)])
    return Model([left, right], Dense(1, name="same")(both), name="pair")


def siamese() -> Model:
    """One model called on two inputs."""
    x = Input(shape=(64,), name="digit")
    encoder = Model(x, Dense(16)(Dense(32, activation="relu")(x)), name="encoder")
    left, right = Input(shape=(64,), name="left"), Input(shape=(64,), name="right")
    y = Concatenate()([encoder(left), encoder(right)])
    return Model([left, right], Dense(1, name="same")(y), name="siamese")


def inception() -> Model:
    """Four towers of different height, joined."""
    x = Input(shape=(256,), name="image")
    tall = [Dense(64)(Dense(64)(x)) for _ in range(2)]
    return Model(x, Concatenate()([Dense(64)(x), *tall, Dense(64)(x)]), name="inception")


def residual() -> Model:
    """A link that passes two layers by."""
    x = Input(shape=(64,))
    y = Dense(64, activation="relu")(x)
    y = Dense(64)(y)
    return Model(x, Add()([x, y]), name="residual")


def densely() -> Model:
    """Every layer reads all before it."""
    tensors = [Input(shape=(8,))]
    for _ in range(4):
        joined = Concatenate()(tensors) if len(tensors) > 1 else tensors[0]
        tensors.append(Dense(8)(joined))
    return Model(tensors[0], tensors[-1], name="densely")


def several_outputs() -> Model:
    """A model with two inputs and outputs, called on its own outputs."""
    a, b = Input(shape=(8,), name="a"), Input(shape=(8,), name="b")
    both = Model([a, b], [Add()([a, b]), Subtract()([a, b])], name="both")
    c, d = Input(shape=(8,), name="c"), Input(shape=(8,), name="d")
    return Model([c, d], dict(zip("st", both(both([c, d])), strict=True)), name="several")


def wrapped() -> Model:
    """Layers inside wrappers."""
    x = Input(shape=(20, 16))
    y = TimeDistributed(Dense(8, activation="relu"), name="each_step")(x)
    return Model(x, Bidirectional(LSTM(5, return_sequences=True))(y), name="wrapped")


def masked() -> Model:
    """Words with a mask, which Dropout passes on."""
    x = Input(shape=(20,), dtype="int32", name="words")
    y = Dropout(0.3)(Embedding(1000, 16, mask_zero=True)(x))
    return Model(x, LSTM(4)(y), name="masked")


def frozen() -> Model:
    """A shared layer that does not train, and one without weights."""
    x = Input(shape=(8,))
    dense, relu = Dense(8, name="still"), Activation("relu")
    dense.trainable = False
    return Model(x, Dense(2)(relu(dense(relu(dense(x))))), name="frozen")


def operators() -> Model:
    """Ops on tensors, without layers."""
    left, right = Input(shape=(8,), name="left"), Input(shape=(8,), name="right")
    difference = left - right
    return Model([left, right], Dense(1)(difference * difference), name="operators")


def called_elsewhere() -> Model:
    """A layer whose first calls are outside the model."""
    other, x = Input(shape=(4,)), Input(shape=(4,))
    dense = Dense(4, name="dense")
    for _ in range(5):
        dense(other)
    return Model(x, dense(dense(x)), name="elsewhere")


def translated() -> Model:
    """A sequence read by a layer with three outputs, whose states another one begins with."""
    x = Input(shape=(5, 4), name="words")
    y, *states = LSTM(8, return_sequences=True, return_state=True, name="reader")(x)
    return Model(x, [Dense(3)(LSTM(8)(y, initial_state=states)), states[0]], name="translated")


def chain(length: int) -> Model:
    x = y = Input(shape=(4,))
    for _ in range(length):
        y = Dense(4)(y)
    return Model(x, y, name="chain")


HOSTILE = (
    "<script>alert(1)<b>",
    "\"quotes\" & 'more'",
    "n" * 10_000,
    "שלום_עולם",
    "日本語のレイヤー",
    "two\nlines\x00\u202e",
    "]]>&amp;--><!--",
)


def hostile() -> Model:
    """Names that would break a page if they were not escaped."""
    x = y = Input(shape=(4,), name="<svg><title>")
    for name in HOSTILE:
        y = Dense(4, name=name)(y)
    return Model(x, Flatten(name="${x} %s {0}")(y), name="<h1>model")


FLAT = [
    perceptron, called_twice, two_and_two, alternating, siamese, inception, residual, densely,
    several_outputs, wrapped, masked, frozen, operators, called_elsewhere, hostile,
    translated,
]  # fmt: skip
NESTED = [siamese, several_outputs, wrapped]
