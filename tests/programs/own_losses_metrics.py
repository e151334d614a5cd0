"""A loss with settings, and a metric that counts over an epoch."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class CustomMSE(keras.losses.Loss):
    def __init__(self, regularization_factor=0.1, name="custom_mse"):
        super().__init__(name=name)
        self.regularization_factor = regularization_factor

    def call(self, y_true, y_pred):
        mse = tf.math.reduce_mean(tf.square(y_true - y_pred), axis=-1)
        reg = tf.math.reduce_mean(tf.square(0.5 - y_pred), axis=-1)
        return mse + reg * self.regularization_factor


class CategoricalTruePositives(keras.metrics.Metric):
    def __init__(self, name="categorical_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.true_positives = self.add_weight(name="ctp", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = tf.reshape(tf.argmax(y_pred, axis=1), shape=(-1, 1))
        values = tf.cast(tf.cast(y_true, "int32") == tf.cast(y_pred, "int32"), "float32")
        self.true_positives.assign_add(tf.reduce_sum(values))

    def result(self):
        return self.true_positives

    def reset_state(self):
        self.true_positives.assign(0.0)


def huber_fn(y_true, y_pred):
    error = y_true - y_pred
    return tf.where(tf.abs(error) < 1, tf.square(error) / 2, tf.abs(error) - 0.5)


rng = np.random.default_rng(0)
x, labels = rng.normal(size=(40, 4)), rng.integers(0, 3, (40, 1))
classifier = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
classifier.compile("sgd", "sparse_categorical_crossentropy", metrics=[CategoricalTruePositives()])
history = classifier.fit(x, labels, epochs=2, verbose=0)
count = classifier.evaluate(x, labels, verbose=0)[1]
assert count == (classifier.predict(x, verbose=0).argmax(1) == labels[:, 0]).sum()
line = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
line.compile("sgd", loss=CustomMSE())
found, y = line.predict(x, verbose=0)[:, 0], x.sum(1)
expected = np.mean((y - found) ** 2 + 0.1 * (0.5 - found) ** 2)
assert abs(line.evaluate(x, y, verbose=0) - expected) < 1e-4
line.compile("sgd", loss=huber_fn)
error = np.abs(y - found)
assert (
    abs(line.evaluate(x, y, verbose=0) - np.mean(np.where(error < 1, error**2 / 2, error - 0.5)))
    < 1e-4
)
