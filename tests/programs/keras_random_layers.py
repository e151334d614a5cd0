"""Layers that draw numbers: a SeedGenerator as state, and the same seeds that give the same."""

import keras
import numpy as np
from keras import ops


class RandomNoise(keras.layers.Layer):
    def __init__(self, noise_rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.noise_rate = noise_rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        noise = keras.random.uniform(
            minval=-self.noise_rate, maxval=self.noise_rate, shape=ops.shape(inputs),
            seed=self.seed_generator,
        )  # fmt: skip
        return inputs + noise


class Sampling(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch, dim = ops.shape(z_mean)[0], ops.shape(z_mean)[1]
        epsilon = keras.random.normal(shape=(batch, dim), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


layer = RandomNoise(0.5, seed=3)
x = np.zeros((4, 3), "float32")
assert np.array_equal(layer(x), x)
first, second = np.array(layer(x, training=True)), np.array(layer(x, training=True))
assert not np.array_equal(first, second) and np.abs(first).max() <= 0.5
again = RandomNoise(0.5, seed=3)
assert np.array_equal(again(x, training=True), first)
assert np.array_equal(keras.random.normal((2, 3), seed=7), keras.random.normal((2, 3), seed=7))
inputs = keras.Input((3,))
mean, var = keras.layers.Dense(2)(inputs), keras.layers.Dense(2)(inputs)
vae = keras.Model(inputs, Sampling()([mean, var]))
rows = np.random.default_rng(0).normal(size=(500, 3)).astype("float32")
assert not np.array_equal(vae.predict(rows, verbose=0), vae.predict(rows, verbose=0))
drawn = np.array(keras.random.categorical(np.log([[0.1, 0.9]]), 400, seed=1))
assert drawn.shape == (1, 400) and 0.8 < drawn.mean() < 1
cut = np.array(keras.random.truncated_normal((1000,), mean=1.0, stddev=0.5, seed=2))
assert np.abs(cut - 1).max() <= 1.0001 and abs(cut.mean() - 1) < 0.1
shuffled = np.array(keras.random.shuffle(np.arange(10), seed=4))
assert sorted(shuffled) == list(range(10))
whole = np.array(keras.random.randint((200,), 2, 5, seed=5))
assert set(whole.tolist()) == {2, 3, 4}
assert (np.array(keras.random.dropout(np.ones((100,), "float32"), 0.5, seed=6)) == 0).any()
