"""Noise is removed step by step: a schedule, sinusoidal embeddings, and a slow copy of the network."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

SIZE = 8


@keras.saving.register_keras_serializable(package="diffusion")
def sinusoidal_embedding(x):
    frequencies = ops.exp(ops.linspace(ops.log(1.0), ops.log(100.0), 4))
    angular_speeds = ops.cast(2.0 * math.pi * frequencies, "float32")
    return ops.concatenate([ops.sin(angular_speeds * x), ops.cos(angular_speeds * x)], axis=3)


def get_network():
    noisy_images = keras.Input(shape=(SIZE, SIZE, 1))
    noise_variances = keras.Input(shape=(1, 1, 1))
    e = layers.Lambda(sinusoidal_embedding, output_shape=(1, 1, 8))(noise_variances)
    e = layers.UpSampling2D(size=SIZE, interpolation="nearest")(e)
    x = layers.Concatenate()([layers.Conv2D(6, 1)(noisy_images), e])
    skip = x = layers.Conv2D(8, 3, padding="same", activation="swish")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(8, 3, padding="same", activation=keras.activations.swish)(x)
    x = layers.UpSampling2D(size=2, interpolation="bilinear")(x)
    x = layers.Concatenate()([x, skip])
    x = layers.Conv2D(1, 1, kernel_initializer="zeros")(x)
    return keras.Model([noisy_images, noise_variances], x, name="residual_unet")


class DiffusionModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.normalizer = layers.Normalization()
        self.network = get_network()
        self.ema_network = keras.models.clone_model(self.network)

    def compile(self, **kwargs):
        super().compile(**kwargs)
        self.noise_loss_tracker = keras.metrics.Mean(name="n_loss")
        self.image_loss_tracker = keras.metrics.Mean(name="i_loss")

    @property
    def metrics(self):
        return [self.noise_loss_tracker, self.image_loss_tracker]

    def diffusion_schedule(self, diffusion_times):
        start_angle, end_angle = ops.arccos(0.95), ops.arccos(0.02)
        angles = ops.cast(start_angle + diffusion_times * (end_angle - start_angle), "float32")
        return ops.sin(angles), ops.cos(angles)

    def denoise(self, noisy_images, noise_rates, signal_rates, training):
        network = self.network if training else self.ema_network
        pred_noises = network([noisy_images, noise_rates**2], training=training)
        return pred_noises, (noisy_images - noise_rates * pred_noises) / signal_rates

    def generate(self, num_images, diffusion_steps):
        images = keras.random.normal(shape=(num_images, SIZE, SIZE, 1))
        for step in range(diffusion_steps):
            times = ops.ones((num_images, 1, 1, 1)) - step / diffusion_steps
            noise_rates, signal_rates = self.diffusion_schedule(times)
            pred_noises, pred_images = self.denoise(images, noise_rates, signal_rates, False)
            next_noise, next_signal = self.diffusion_schedule(times - 1 / diffusion_steps)
            images = next_signal * pred_images + next_noise * pred_noises
        images = self.normalizer.mean + pred_images * self.normalizer.variance**0.5
        return ops.clip(images, 0.0, 1.0)

    def train_step(self, images):
        images = self.normalizer(images, training=True)
        noises = keras.random.normal(shape=ops.shape(images))
        times = keras.random.uniform(shape=(8, 1, 1, 1), minval=0.0, maxval=1.0)
        noise_rates, signal_rates = self.diffusion_schedule(times)
        noisy_images = signal_rates * images + noise_rates * noises
        with tf.GradientTape() as tape:
            pred_noises, pred_images = self.denoise(noisy_images, noise_rates, signal_rates, True)
            noise_loss = self.loss(noises, pred_noises)
            image_loss = self.loss(images, pred_images)
        gradients = tape.gradient(noise_loss, self.network.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.network.trainable_weights))
        self.noise_loss_tracker.update_state(noise_loss)
        self.image_loss_tracker.update_state(image_loss)
        for weight, ema_weight in zip(self.network.weights, self.ema_network.weights):
            ema_weight.assign(0.9 * ema_weight + (1 - 0.9) * weight)
        return {m.name: m.result() for m in self.metrics}


images = np.zeros((32, SIZE, SIZE, 1), "float32")
images[:, 2:6, 2:6] = 1
model = DiffusionModel()
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=0.01, weight_decay=1e-4),
    loss=keras.losses.MeanAbsoluteError(),
)
model.normalizer.adapt(images)
history = model.fit(images, batch_size=8, epochs=8, verbose=0)
assert history.history["n_loss"][-1] < history.history["n_loss"][0]
made = np.array(model.generate(3, 4))
assert made.shape == (3, SIZE, SIZE, 1) and 0 <= made.min() and made.max() <= 1
assert not np.allclose(model.network.get_weights()[0], model.ema_network.get_weights()[0])
