"""Examples of the ops that are most of a layer: convolution, pooling, recurrence and others."""

from collections.abc import Callable

import numpy as np

from funclab.ops.nn.recurrent import ACTIVATIONS
from tests.ops.examples import (
    Array,
    Op,
    apart,
    example,
    named,
    normal,
    positive,
    truth,
    weight,
    whole,
)  # fmt: skip

LAST, FIRST = "channels_last", "channels_first"
STREAM = np.array([7, 0], "uint64")  # seed and counter

for padding in ("valid", "same"):
    example(named("Conv", (1, 1), padding), normal(6, 7, 2), weight(3, 2, 2, 4))
    example(named("ConvBias", (2, 3), padding), normal(8, 7, 2), weight(3, 3, 2, 3), weight(3))
    example(named("MaxPool", (2, 1), padding), apart(6, 4, 3))
    example(named("AveragePool", (2, 2), padding, pool_size=(3, 2)), normal(6, 4, 3))
example(named("Conv", (2, 1), "same", FIRST), normal(4, 6, 7), weight(3, 3, 2, 4))
example(named("MaxPool", (2, 2), "valid", FIRST), apart(3, 6, 4))
for padding in ("valid", "same"):
    example(named("Conv", (2,), padding, LAST, (1,)), normal(7, 4), weight(3, 2, 4))
    example(
        named("Conv", (1, 2, 1), padding, LAST, (1,) * 3), normal(4, 6, 3, 2), weight(2, 3, 2, 2, 4)
    )
    example(named("MaxPool", (1, 2, 2), padding, LAST, (2, 3, 2)), apart(4, 6, 3, 2))
    example(named("AveragePool", (2, 1, 2), padding, LAST, (2, 1, 3)), normal(4, 2, 6, 3))
example(
    named("Conv", (1,) * 3, "same", FIRST, (1, 2, 1)), normal(4, 2, 4, 3), weight(2, 2, 1, 4, 2)
)
example(named("AveragePool", (1,) * 3, "same", FIRST, (2, 2, 2)), normal(2, 3, 4, 3))
for groups in (4, 8):  # each filter sees one channel
    example(named("Conv", (1, 2), "same"), normal(6, 7, 4), weight(3, 2, 1, groups))
for name in ("AdaptiveMaxPool", "AdaptiveAveragePool"):
    example(named(name, (3,)), apart(4, 2))
    example(named(name, (2, 3)), apart(4, 7, 2))
    example(named(name, (1, 4, 3), FIRST), apart(2, 2, 3, 4))
TRANSPOSED = [  # strides, padding, format, output padding, dilation, size of the kernel
    ((2,), "valid", LAST, None, (1,), (3,)),
    ((3,), "same", LAST, (1,), (1,), (2,)),
    ((1, 1), "valid", LAST, None, (2, 1), (2, 3)),
    ((2, 3), "same", LAST, None, (1, 1), (3, 2)),
    ((3, 2), "valid", LAST, (2, 0), (1, 1), (2, 2)),
    ((3, 2), "same", FIRST, (2, 1), (1, 1), (1, 4)),
    ((2, 1, 2), "same", LAST, None, (1, 1, 1), (3, 2, 1)),
]
for *settings, size in TRANSPOSED:
    lengths = (3, 4, 2)[: len(size)]
    shape = (*lengths, 4) if settings[2] == LAST else (4, *lengths)
    example(named("ConvTranspose", *settings), normal(*shape), weight(*size, 2, 4))
for curve in ("bilinear", "bicubic", "lanczos3", "lanczos5"):
    example(named("UpSample", (2, 3), curve), normal(4, 3, 2))
for curve in ("nearest", "bilinear", "bicubic"):
    example(named("Resize", (3, 6), curve, True), normal(4, 3, 2))
example(named("Resize", (2, 5), "bilinear", False, FIRST), normal(2, 4, 3))
example(named("UpSample", (3, 2), "bilinear", FIRST), normal(2, 4, 3))
TRANSFORM = np.array([[0.9, 0.3, 0.43, -0.2, 1.1, -0.73, 0.01, -0.02]])
for mode in ("constant", "nearest", "wrap", "mirror", "reflect"):
    example(named("AffineTransform", "bilinear", mode, 0.5), normal(4, 3, 2), TRANSFORM)
example(named("AffineTransform", "nearest", "reflect"), normal(4, 3, 2), TRANSFORM)
example(named("AffineTransform", data_format=FIRST), normal(2, 4, 3), TRANSFORM)

channels = [weight(3), weight(3), weight(3), [0.5, 1.0, 2.0]]
example(named("BatchNormalization"), normal(4, 3), *channels)
example(named("BatchNormalization", 1), normal(3, 4), *channels)
example(named("BatchNormalization", masked=True), normal(4, 3), *channels, truth(4))
example(named("Normalization"), normal(4, 3), *channels)
example(named("LayerNormalization"), normal(4, 3), weight(3), weight(3))
example(named("LayerNormalization", (1, 2), 0.1), normal(4, 3), weight(4, 3), weight(4, 3))
example(named("LayerNormalization", (1,), scaled=False), normal(4, 3), weight(4))
example(named("LayerNormalization", moved=False), normal(3), weight(3))
example(named("RMSNormalization", (-1,), 0.1), normal(4, 3), weight(3))
example(named("RMSNormalization", (1,), scaled=False), normal(4, 3))
example(named("Embedding"), weight(6, 2), whole(6, 3))

example(named("Dropout", 0.4), positive(6), STREAM)
example(named("Dropout", 0.4, (None, 1, 3)), positive(6, 3), STREAM)
example(named("RandomUniform", (4, 3)), STREAM)
example(named("RandomNormal", (4, 3)), STREAM)

# Settings of Conv: strides, padding, data format, dilation.
example(named("Conv", (1, 1), "same", LAST, (2, 3)), normal(6, 7, 2), weight(3, 2, 2, 3))
example(named("Conv", (2, 2), "same"), normal(7, 8, 6), weight(3, 3, 6, 3))
example(named("Conv", (3, 3)), normal(8, 8, 1), weight(2, 2, 1, 2))  # strides leave pixels unseen
example(named("ConvBias"), normal(4, 4, 6), weight(2, 2, 3, 4), weight(4))  # two groups
example(named("Conv"), normal(4, 4, 3), weight(2, 2, 1, 6))  # a group for each channel
example(named("Conv", (1, 1), "same", FIRST), normal(6, 4, 3), weight(2, 2, 3, 4))
example(named("Conv"), normal(4, 4, 6), weight(1, 1, 6, 4))
# In tiles. The error goes with the largest output, so the weights are as small as a layer's: with
# weights of 1, single precision gives outputs near zero three times the error allowed here.
example(
    named("Conv"),
    normal(18, 18, 24),
    lambda batch, rng: rng.standard_normal((3, 3, 24, 24)) / 15,
)
example(
    named("ConvBias", (1,), "valid", LAST, (1,)),
    normal(40, 40),
    lambda batch, rng: rng.standard_normal((4, 40, 40)) / 15,
    weight(40),
)
example(named("Conv", (2, 2)), normal(4, 7, 2), weight(1, 1, 2, 4))
example(named("ConvBias", (2,), "same", LAST, (1,)), normal(6, 2), weight(3, 2, 4), weight(4))
example(named("Conv", (1,), "valid", FIRST, (2,)), normal(2, 8), weight(3, 2, 4))

example(named("MaxPool", (1, 2), "same", pool_size=(3, 3)), apart(4, 6, 2))
example(named("MaxPool", (2,), "same", pool_size=(3,)), apart(7, 3))
example(named("AveragePool", (2, 1), "same", FIRST, (3, 2)), normal(3, 6, 4))
example(named("AveragePool", (1,), "valid", LAST, (3,)), normal(6, 2))


def recurrent(op: Op, *more: object) -> None:
    """x (batch, 4, 2), states of 3 units, kernel, recurrent kernel, bias."""
    width = 3 * type(op).gates
    bias = (2, width) if getattr(op, "reset_after", False) else (width,)
    small = [uniform(*shape) for shape in ((2, width), (3, width), bias)]
    example(op, normal(4, 2), *[normal(3)] * type(op).state_count, *small, *more)


def uniform(*shape: int) -> Callable[..., Array]:
    """Numbers from -0.5 to 0.5 in a shape without the batch: linear gates do not explode."""
    return lambda batch, rng: rng.uniform(-0.5, 0.5, shape)


BACKWARDS = {"return_sequences": False, "go_backwards": True}
for name, own in (("LSTM", {}), ("SimpleRNN", {}), ("GRU", {}), ("GRU", {"reset_after": False})):
    for settings in ({}, {"return_sequences": False}, {"go_backwards": True}):
        recurrent(named(name, **own, **settings))
    for activation in ACTIVATIONS:
        gates = {} if name == "SimpleRNN" else {"recurrent_activation": activation}
        recurrent(named(name, activation=activation, **own, **gates))
    recurrent(named(name, **own, masked=True), truth(4))
    recurrent(named(name, **own, dropped=True), normal(3))
    recurrent(named(name, **own, masked=True, dropped=True), truth(4), normal(3))
    recurrent(named(name, **own, **BACKWARDS, masked=True), truth(4))

example(named("BatchNormalization", -1, 0.1, 0.5), normal(4, 2, 3), *channels)
example(named("Normalization", 1), normal(3, 4), *channels)
example(named("Embedding"), weight(6, 2), whole(6))
example(named("Dropout", 1.0), normal(3), STREAM)
example(named("RandomNormal", (3,), "float32", 2.0, 0.5), STREAM)
