"""Layers that learn alone: goodness of good and bad data, each with an optimizer of its own."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


class FFDense(keras.layers.Layer):
    def __init__(self, units, init_optimizer, num_epochs=10, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(units=units)
        self.relu = keras.layers.ReLU()
        self.optimizer = init_optimizer()
        self.loss_metric = keras.metrics.Mean()
        self.threshold, self.num_epochs = 1.5, num_epochs

    def call(self, x):
        x_norm = ops.norm(x, ord=2, axis=1, keepdims=True) + 1e-4
        return self.relu(self.dense(x / x_norm))

    def forward_forward(self, x_pos, x_neg):
        for _ in range(self.num_epochs):
            with tf.GradientTape() as tape:
                g_pos = ops.mean(ops.power(self.call(x_pos), 2), 1)
                g_neg = ops.mean(ops.power(self.call(x_neg), 2), 1)
                loss = ops.log(
                    1
                    + ops.exp(ops.concatenate([-g_pos + self.threshold, g_neg - self.threshold], 0))
                )
                mean_loss = ops.cast(ops.mean(loss), dtype="float32")
                self.loss_metric.update_state([mean_loss])
            gradients = tape.gradient(mean_loss, self.dense.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.dense.trainable_weights))
        return (
            ops.stop_gradient(self.call(x_pos)),
            ops.stop_gradient(self.call(x_neg)),
            self.loss_metric.result(),
        )


rng = np.random.default_rng(0)
labels = rng.integers(0, 2, 64)
x = rng.normal(0, 0.3, (64, 8)).astype("float32") + labels[:, None] * 2 - 1


def overlay(x, y):
    return np.concatenate([np.eye(2, dtype="float32")[y] * 2, x], 1).astype("float32")


layers = [FFDense(16, lambda: keras.optimizers.Adam(learning_rate=0.03)) for _ in range(2)]
losses = []
for _ in range(4):
    h_pos, h_neg = (
        ops.convert_to_tensor(overlay(x, labels)),
        ops.convert_to_tensor(overlay(x, 1 - labels)),
    )
    for layer in layers:
        h_pos, h_neg, loss = layer.forward_forward(h_pos, h_neg)
    losses.append(float(loss))
assert losses[-1] < losses[0]


def goodness(label):
    h, total = ops.convert_to_tensor(overlay(x, np.full(64, label))), 0
    for layer in layers:
        h = layer(h)
        total = total + ops.mean(ops.power(h, 2), 1)
    return np.array(total)


assert ((goodness(1) > goodness(0)) == labels).mean() > 0.7
