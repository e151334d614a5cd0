"""Dropout stays on while predicting, for a spread of answers."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


keras.utils.set_random_seed(42)
x = np.random.default_rng(0).normal(size=(50, 3)).astype("float32")
model = keras.models.Sequential(
    [
        keras.layers.Input((3,)),
        keras.layers.Dense(32, activation="elu", kernel_constraint=keras.constraints.max_norm(1.0)),
        MCDropout(rate=0.5),
        keras.layers.Dense(1),
    ]
)
model.compile("nadam", "mse")
model.fit(x, x[:, 0], epochs=3, verbose=0)
y_probas = np.stack([model.predict(x, verbose=0) for _ in range(20)])
assert y_probas.std(axis=0).min() > 0
plain = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5)])
assert np.array_equal(plain(x, training=False), x)
dropped = plain(x, training=True).numpy()
assert set(np.unique(np.round(dropped / x, 4))) == {0.0, 2.0}
assert tf.reduce_all(tf.norm(model.layers[0].kernel, axis=0) <= 1.0001)
