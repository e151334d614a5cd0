"""Activation, initializer, regularizer, constraint, loss and metric, each written by hand."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


def my_softplus(z):
    return tf.math.log(1.0 + tf.exp(z))


def my_glorot_initializer(shape, dtype=tf.float32):
    stddev = tf.sqrt(2.0 / (shape[0] + shape[1]))
    return tf.random.normal(shape, stddev=stddev, dtype=dtype)


def my_l1_regularizer(weights):
    return tf.reduce_sum(tf.abs(0.01 * weights))


def my_positive_weights(weights):
    return tf.where(weights < 0.0, tf.zeros_like(weights), weights)


class MyL1Regularizer(keras.regularizers.Regularizer):
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, weights):
        return tf.reduce_sum(tf.abs(self.factor * weights))

    def get_config(self):
        return {"factor": self.factor}


def create_huber(threshold=1.0):
    def huber_fn(y_true, y_pred):
        error = y_true - y_pred
        is_small_error = tf.abs(error) < threshold
        squared_loss = tf.square(error) / 2
        linear_loss = threshold * tf.abs(error) - threshold**2 / 2
        return tf.where(is_small_error, squared_loss, linear_loss)

    return huber_fn


class HuberMetric(keras.metrics.Metric):
    def __init__(self, threshold=1.0, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold
        self.huber_fn = create_huber(threshold)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        sample_metrics = self.huber_fn(y_true, y_pred)
        self.total.assign_add(tf.reduce_sum(sample_metrics))
        self.count.assign_add(tf.cast(tf.size(y_true), tf.float32))

    def result(self):
        return self.total / self.count

    def get_config(self):
        base_config = super().get_config()
        return {**base_config, "threshold": self.threshold}


m = HuberMetric(2.0)
assert float(m(tf.constant([[2.0]]), tf.constant([[10.0]]))) == 14.0
m(tf.constant([[0.0], [5.0]]), tf.constant([[1.0], [9.25]]))
assert abs(float(m.result()) - 7.0) < 1e-6 and len(m.variables) == 2
m.reset_state()

rng = np.random.default_rng(42)
X = rng.normal(size=(120, 5)).astype("float32")
y = (X @ np.arange(5) / 5).astype("float32").reshape(-1, 1)
layer = keras.layers.Dense(
    1,
    activation=my_softplus,
    kernel_initializer=my_glorot_initializer,
    kernel_regularizer=my_l1_regularizer,
    kernel_constraint=my_positive_weights,
)
model = keras.models.Sequential(
    [keras.layers.Input(shape=[5]), keras.layers.Dense(16, activation="relu"), layer]
)
model.compile(
    loss=create_huber(2.0),
    optimizer="nadam",
    metrics=["mae", HuberMetric(2.0, name="huber_metric")],
)
history = model.fit(X, np.abs(y), epochs=8, validation_split=0.2, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert layer.get_weights()[0].min() >= 0
assert abs(float(model.losses[0]) - 0.01 * np.abs(layer.get_weights()[0]).sum()) < 1e-5
logs = model.evaluate(X, np.abs(y), verbose=0, return_dict=True)
assert abs(logs["loss"] - logs["huber_metric"] - float(model.losses[0])) < 1e-4
model.save("my_model_with_many_custom_parts.keras")
again = keras.models.load_model(
    "my_model_with_many_custom_parts.keras",
    custom_objects={
        "my_l1_regularizer": my_l1_regularizer,
        "my_positive_weights": my_positive_weights,
        "my_glorot_initializer": my_glorot_initializer,
        "my_softplus": my_softplus,
        "huber_fn": create_huber(2.0),
        "HuberMetric": HuberMetric,
    },
)
assert np.allclose(again.predict(X[:3], verbose=0), model.predict(X[:3], verbose=0), atol=1e-6)
strong = keras.layers.Dense(2, kernel_regularizer=MyL1Regularizer(0.5), kernel_initializer="ones")
strong(X)
assert abs(float(strong.losses[0]) - 5.0) < 1e-5
