"""A metric of one's own with two states, used by fit and by hand."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class RootMeanSquaredError(keras.metrics.Metric):
    def __init__(self, name="rmse", **kwargs):
        super().__init__(name=name, **kwargs)
        self.mse_sum = self.add_weight(name="mse_sum", initializer="zeros")
        self.total_samples = self.add_weight(
            name="total_samples", initializer="zeros", dtype="int32"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.one_hot(y_true, depth=tf.shape(y_pred)[1])
        mse = tf.reduce_sum(tf.square(y_true - y_pred))
        self.mse_sum.assign_add(mse)
        num_samples = tf.shape(y_pred)[0]
        self.total_samples.assign_add(num_samples)

    def result(self):
        return tf.sqrt(self.mse_sum / tf.cast(self.total_samples, tf.float32))

    def reset_state(self):
        self.mse_sum.assign(0.0)
        self.total_samples.assign(0)


rng = np.random.default_rng(0)
labels = rng.integers(0, 3, 70).astype("int32")
images = (np.eye(3, 8)[labels] + rng.normal(0, 0.2, (70, 8))).astype("float32")
model = keras.Sequential(
    [layers.Dense(12, activation="relu"), layers.Dense(3, activation="softmax")]
)
model.compile(
    optimizer="rmsprop",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy", RootMeanSquaredError()],
)
history = model.fit(images, labels, epochs=5, batch_size=16, verbose=0)
assert history.history["rmse"][-1] < history.history["rmse"][0]
test_metrics = model.evaluate(images, labels, verbose=0)
difference = np.eye(3)[labels] - model.predict(images, verbose=0)
assert abs(test_metrics[2] - np.sqrt((difference**2).sum() / 70)) < 1e-4
metric = RootMeanSquaredError()
metric.update_state(np.array([0, 1]), np.eye(3, dtype="float32")[[0, 1]])
assert float(metric.result()) == 0.0 and int(metric.total_samples) == 2
metric.update_state(np.array([0]), np.eye(3, dtype="float32")[[1]])
assert abs(float(metric.result()) - np.sqrt(2 / 3)) < 1e-6
metric.reset_state()
assert int(metric.total_samples.numpy()) == 0
