"""Real-valued non-volume preserving transformations: a density by change of variables."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops, regularizers


def Coupling(input_shape, output_dim=16, reg=0.01):
    inputs = layers.Input(shape=(input_shape,))
    t = layers.Dense(output_dim, activation="relu", kernel_regularizer=regularizers.l2(reg))(inputs)
    t = layers.Dense(input_shape, activation="linear", kernel_regularizer=regularizers.l2(reg))(t)
    s = layers.Dense(output_dim, activation="relu", kernel_regularizer=regularizers.l2(reg))(inputs)
    s = layers.Dense(input_shape, activation="tanh", kernel_regularizer=regularizers.l2(reg))(s)
    return keras.Model(inputs=inputs, outputs=[s, t])


class RealNVP(keras.Model):
    def __init__(self, num_coupling_layers):
        super().__init__()
        self.num_coupling_layers = num_coupling_layers
        self.masks = np.array([[0, 1], [1, 0]] * (num_coupling_layers // 2), dtype="float32")
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.layers_list = [Coupling(2) for i in range(num_coupling_layers)]

    @property
    def metrics(self):
        return [self.loss_tracker]

    def call(self, x, training=True):
        log_det_inv = 0
        direction = -1 if training else 1
        for i in range(self.num_coupling_layers)[::direction]:
            x_masked = x * self.masks[i]
            reversed_mask = 1 - self.masks[i]
            s, t = self.layers_list[i](x_masked)
            s, t = s * reversed_mask, t * reversed_mask
            gate = (direction - 1) / 2
            x = (
                reversed_mask * (x * ops.exp(direction * s) + direction * t * ops.exp(gate * s))
                + x_masked
            )
            log_det_inv += gate * ops.sum(s, axis=1)
        return x, log_det_inv

    def log_loss(self, x):
        y, logdet = self(x)
        log_normal = -0.5 * ops.sum(ops.square(y), axis=1) - np.log(2 * np.pi)
        return -ops.mean(log_normal + logdet)

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.log_loss(data)
        g = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(g, self.trainable_variables))
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}

    def test_step(self, data):
        self.loss_tracker.update_state(self.log_loss(data))
        return {"loss": self.loss_tracker.result()}


rng = np.random.default_rng(0)
angle = rng.random(160) * np.pi
moons = np.stack([np.cos(angle), np.sin(angle)], 1) + rng.normal(0, 0.1, (160, 2))
norm = layers.Normalization()
norm.adapt(moons)
normalized_data = np.array(norm(moons))
model = RealNVP(num_coupling_layers=4)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01))
history = model.fit(
    normalized_data, batch_size=32, epochs=6, verbose=0, validation_split=0.2
)
assert history.history["loss"][-1] < history.history["loss"][0] and "val_loss" in history.history
z, log_det = model(normalized_data[:8])
back, _ = model(z, training=False) if False else model(np.array(z), training=False)
assert np.allclose(back, normalized_data[:8], atol=1e-3)
