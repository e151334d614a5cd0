"""A variational autoencoder whose layer adds a part of the loss."""

import keras
import numpy as np
from keras import layers, ops


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        shape = (ops.shape(mean)[0], ops.shape(mean)[1])
        noise = keras.random.normal(shape, seed=self.seed_generator)
        kl = -0.5 * ops.mean(1 + log_var - ops.square(mean) - ops.exp(log_var))
        self.add_loss(0.01 * kl)
        return mean + ops.exp(0.5 * log_var) * noise


rng = np.random.default_rng(0)
x = (rng.random((96, 1)) * np.ones((1, 8)) + 0.02 * rng.normal(size=(96, 8))).astype("float32")
original = keras.Input(shape=(8,), name="encoder_input")
h = layers.Dense(16, activation="relu")(original)
mean = layers.Dense(2, name="z_mean")(h)
log_var = layers.Dense(2, name="z_log_var")(h)
encoder = keras.Model(original, [mean, log_var, Sampling()([mean, log_var])], name="encoder")
latent = keras.Input(shape=(2,))
decoder = keras.Model(
    latent, layers.Dense(8)(layers.Dense(16, activation="relu")(latent)), name="decoder"
)
vae = keras.Model(original, decoder(encoder(original)[2]), name="vae")
vae.compile(keras.optimizers.Adam(learning_rate=5e-3), loss=keras.losses.MeanSquaredError())
history = vae.fit(x, x, epochs=30, batch_size=32, verbose=0)
assert history.history["loss"][-1] < 0.3 * history.history["loss"][0]
assert decoder.predict(np.zeros((1, 2)), verbose=0).shape == (1, 8)
