"""Examples of the ops that are most of a layer: convolution, pooling, recurrence and others."""

from __future__ import annotations

import numpy as np

from tests.ops.examples import apart, example, named, normal, positive, truth, weight, whole

FIRST = "channels_first"
STREAM = np.array([7, 0], "uint64")  # seed and counter


for padding in ("valid", "same"):
    example(named("Conv", (1, 1), padding), normal(6, 7, 2), weight(3, 2, 2, 4))
    example(named("ConvBias", (2, 3), padding), normal(8, 7, 2), weight(3, 3, 2, 3), weight(3))
    example(named("MaxPool", (2, 1), padding), apart(6, 4, 3))
    example(named("AveragePool", (2, 2), padding, pool_size=(3, 2)), normal(6, 4, 3))
example(named("Conv", (2, 1), "same", FIRST), normal(4, 6, 7), weight(3, 3, 2, 4))
example(named("MaxPool", (2, 2), "valid", FIRST), apart(3, 6, 4))

for settings in ({}, {"return_sequences": False}, {"go_backwards": True}):
    example(
        named("LSTM", **settings),
        normal(4, 2),
        normal(3),
        normal(3),
        weight(2, 12),
        weight(3, 12),
        weight(12),
    )
example(
    named("LSTM", masked=True),
    normal(4, 2),
    normal(3),
    normal(3),
    weight(2, 12),
    weight(3, 12),
    weight(12),
    truth(4),
)

channels = [weight(3), weight(3), weight(3), [0.5, 1.0, 2.0]]
example(named("BatchNormalization"), normal(4, 3), *channels)
example(named("BatchNormalization", 1), normal(3, 4), *channels)
example(named("BatchNormalization", masked=True), normal(4, 3), *channels, truth(4))
example(named("Normalization"), normal(4, 3), *channels)
example(named("Embedding"), weight(6, 2), whole(6, 3))

example(named("Dropout", 0.4), positive(6), STREAM)
example(named("Dropout", 0.4, (None, 1, 3)), positive(6, 3), STREAM)
example(named("RandomUniform", (4, 3)), STREAM)
example(named("RandomNormal", (4, 3)), STREAM)
