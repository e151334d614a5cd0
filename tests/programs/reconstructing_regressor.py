"""A model that also rebuilds a hidden layer, with add_loss in call."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, n_layers, n_neurons, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [
            keras.layers.Dense(n_neurons, activation="relu", kernel_initializer="he_normal")
            for _ in range(n_layers)
        ]

    def call(self, inputs):
        Z = inputs
        for layer in self.hidden:
            Z = layer(Z)
        return inputs + Z


class ReconstructingRegressor(keras.Model):
    def __init__(self, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [keras.layers.Dense(12, activation="relu") for _ in range(3)]
        self.block = ResidualBlock(2, 12)
        self.out = keras.layers.Dense(output_dim)
        self.reconstruction_mean = keras.metrics.Mean(name="reconstruction_error")

    def build(self, batch_input_shape):
        n_inputs = batch_input_shape[-1]
        self.reconstruct = keras.layers.Dense(n_inputs)
        super().build(batch_input_shape)

    def call(self, inputs, training=None):
        Z = inputs
        for layer in self.hidden:
            Z = layer(Z)
        reconstruction = self.reconstruct(Z)
        recon_loss = tf.reduce_mean(tf.square(reconstruction - inputs))
        self.add_loss(0.05 * recon_loss)
        if training:
            self.reconstruction_mean.update_state(recon_loss)
        for _ in range(2):
            Z = self.block(Z)
        return self.out(Z)


rng = np.random.default_rng(0)
X = rng.normal(size=(96, 6)).astype("float32")
y = X[:, :1] * 2 - X[:, 1:2]
model = ReconstructingRegressor(1)
model.compile(loss="mse", optimizer="nadam")
history = model.fit(X, y, epochs=6, batch_size=16, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert float(model.reconstruction_mean.result()) > 0
y_pred = model.predict(X, verbose=0)
assert y_pred.shape == (96, 1)
total = model.evaluate(X, y, batch_size=96, verbose=0)
total = total[0] if isinstance(total, list) else total
assert total > np.mean((y - y_pred) ** 2)
assert len(model.trainable_weights) == 2 * (3 + 2 + 1 + 1)
