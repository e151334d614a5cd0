"""A recurrent cell with normalization, and forecasts of many steps from every step."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


def generate_time_series(batch_size, n_steps):
    rng = np.random.default_rng(42)
    freq1, freq2, offsets1, offsets2 = rng.random((4, batch_size, 1))
    time = np.linspace(0, 1, n_steps)
    series = 0.5 * np.sin((time - offsets1) * (freq1 * 10 + 10))
    series += 0.2 * np.sin((time - offsets2) * (freq2 * 20 + 20))
    return series[..., np.newaxis].astype(np.float32)


class LNSimpleRNNCell(keras.layers.Layer):
    def __init__(self, units, activation="tanh", **kwargs):
        super().__init__(**kwargs)
        self.state_size = units
        self.output_size = units
        self.simple_rnn_cell = keras.layers.SimpleRNNCell(units, activation=None)
        self.layer_norm = keras.layers.LayerNormalization()
        self.activation = keras.activations.get(activation)

    def call(self, inputs, states):
        outputs, _new_states = self.simple_rnn_cell(inputs, states)
        norm_outputs = self.activation(self.layer_norm(outputs))
        return norm_outputs, [norm_outputs]


n_steps, ahead = 20, 4
series = generate_time_series(64, n_steps + ahead)
X = series[:, :n_steps]
Y = np.empty((64, n_steps, ahead), "float32")
for step_ahead in range(1, ahead + 1):
    Y[..., step_ahead - 1] = series[..., step_ahead : step_ahead + n_steps, 0]


def last_time_step_mse(Y_true, Y_pred):
    return keras.metrics.MeanSquaredError()(Y_true[:, -1], Y_pred[:, -1])


def last_mse(Y_true, Y_pred):
    return tf.reduce_mean(tf.square(Y_true[:, -1] - Y_pred[:, -1]), axis=-1)


model = keras.models.Sequential(
    [
        keras.layers.Input(shape=[None, 1]),
        keras.layers.RNN(LNSimpleRNNCell(8), return_sequences=True),
        keras.layers.RNN(LNSimpleRNNCell(8), return_sequences=True),
        keras.layers.TimeDistributed(keras.layers.Dense(ahead)),
    ]
)
model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01), metrics=[last_mse])
history = model.fit(X[:48], Y[:48], epochs=4, validation_data=(X[48:], Y[48:]), verbose=0)
assert history.history["val_last_mse"][-1] < history.history["val_last_mse"][0]
assert model.predict(X[:2], verbose=0).shape == (2, n_steps, ahead)
naive = float(keras.losses.MeanSquaredError()(Y[:, -1, :1], X[:, -1]))
assert naive > 0
wavenet = keras.models.Sequential()
wavenet.add(keras.layers.Input(shape=[None, 1]))
for rate in (1, 2, 4) * 2:
    wavenet.add(keras.layers.Conv1D(6, 2, padding="causal", activation="relu", dilation_rate=rate))
wavenet.add(keras.layers.Conv1D(ahead, kernel_size=1))
wavenet.compile(loss="mse", optimizer="adam", metrics=[last_mse])
losses = wavenet.fit(X, Y, epochs=3, verbose=0).history["loss"]
assert losses[-1] < losses[0]
early = wavenet.predict(X[:1, :10], verbose=0)
assert np.allclose(early, wavenet.predict(X[:1], verbose=0)[:, :10], atol=1e-5)
