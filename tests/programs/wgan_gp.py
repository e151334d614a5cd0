"""A critic whose gradient is held near a length of 1: a gradient of a gradient."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class WGAN(keras.Model):
    def __init__(self, critic, generator, latent_dim, gp_weight=10.0):
        super().__init__()
        self.critic, self.generator = critic, generator
        self.latent_dim, self.gp_weight = latent_dim, gp_weight

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

    def gradient_penalty(self, batch_size, real, fake):
        alpha = tf.random.uniform((batch_size, 1), 0.0, 1.0)
        interpolated = real + alpha * (fake - real)
        with tf.GradientTape() as gp_tape:
            gp_tape.watch(interpolated)
            pred = self.critic(interpolated, training=True)
        grads = gp_tape.gradient(pred, [interpolated])[0]
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=1))
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        batch_size = tf.shape(real)[0]
        for _ in range(2):
            noise = tf.random.normal((batch_size, self.latent_dim))
            with tf.GradientTape() as tape:
                fake = self.generator(noise, training=True)
                cost = tf.reduce_mean(self.critic(fake, training=True)) - tf.reduce_mean(
                    self.critic(real, training=True)
                )
                d_loss = cost + self.gp_weight * self.gradient_penalty(batch_size, real, fake)
            grads = tape.gradient(d_loss, self.critic.trainable_variables)
            self.d_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((batch_size, self.latent_dim)), training=True)
            g_loss = -tf.reduce_mean(self.critic(fake, training=True))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return {"d_loss": d_loss, "g_loss": g_loss}


critic = keras.Sequential([keras.Input((2,)), layers.Dense(16, activation="tanh"), layers.Dense(1)])
generator = keras.Sequential(
    [keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(2)]
)
wgan = WGAN(critic, generator, 3)
wgan.compile(keras.optimizers.Adam(1e-2, beta_1=0.5), keras.optimizers.Adam(1e-2, beta_1=0.5))
points = np.random.default_rng(0).normal(1.0, 0.2, (64, 2)).astype("float32")
history = wgan.fit(points, batch_size=16, epochs=3, verbose=0)
assert np.isfinite(history.history["d_loss"]).all() and np.isfinite(history.history["g_loss"]).all()
