"""A small ResNet from a class of units, with partial for the usual arguments."""

from functools import partial

import numpy as np
from tensorflow import keras

DefaultConv2D = partial(
    keras.layers.Conv2D, kernel_size=3, strides=1, padding="same", use_bias=False,
    kernel_initializer="he_normal",
)  # fmt: skip


class ResidualUnit(keras.layers.Layer):
    def __init__(self, filters, strides=1, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)
        self.main_layers = [
            DefaultConv2D(filters, strides=strides),
            keras.layers.BatchNormalization(),
            self.activation,
            DefaultConv2D(filters),
            keras.layers.BatchNormalization(),
        ]
        self.skip_layers = []
        if strides > 1:
            self.skip_layers = [
                DefaultConv2D(filters, kernel_size=1, strides=strides),
                keras.layers.BatchNormalization(),
            ]

    def call(self, inputs):
        Z = inputs
        for layer in self.main_layers:
            Z = layer(Z)
        skip_Z = inputs
        for layer in self.skip_layers:
            skip_Z = layer(skip_Z)
        return self.activation(Z + skip_Z)


model = keras.models.Sequential()
model.add(keras.layers.Input(shape=[16, 16, 3]))
model.add(DefaultConv2D(8, kernel_size=7, strides=2))
model.add(keras.layers.BatchNormalization())
model.add(keras.layers.Activation("relu"))
model.add(keras.layers.MaxPool2D(pool_size=3, strides=2, padding="same"))
prev_filters = 8
for filters in [8] * 2 + [16] * 2:
    strides = 1 if filters == prev_filters else 2
    model.add(ResidualUnit(filters, strides=strides))
    prev_filters = filters
model.add(keras.layers.GlobalAvgPool2D())
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(4, activation="softmax"))
rng = np.random.default_rng(0)
y = rng.integers(0, 4, 32)
X = rng.normal(0, 0.1, (32, 16, 16, 3)) + (y / 4).reshape(-1, 1, 1, 1)
model.compile(loss="sparse_categorical_crossentropy", optimizer="nadam", metrics=["accuracy"])
history = model.fit(X, y, epochs=5, batch_size=8, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
units = [layer for layer in model.layers if isinstance(layer, ResidualUnit)]
assert [len(unit.trainable_weights) for unit in units] == [6, 6, 9, 6]
kernel = 3 * 3 * 8 * 16 + 3 * 3 * 16 * 16 + 8 * 16
assert units[2].count_params() == kernel + 3 * 4 * 16
assert model.layers[4].output.shape == (None, 4, 4, 8)
