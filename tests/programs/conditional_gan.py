"""A generator that is told what to draw: labels as extra channels, for both networks."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

latent_dim, num_classes, size = 6, 2, 8


class ConditionalGAN(keras.Model):
    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.gen_loss_tracker = keras.metrics.Mean(name="generator_loss")
        self.disc_loss_tracker = keras.metrics.Mean(name="discriminator_loss")

    @property
    def metrics(self):
        return [self.gen_loss_tracker, self.disc_loss_tracker]

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, data):
        real_images, one_hot_labels = data
        image_one_hot_labels = one_hot_labels[:, :, None, None]
        image_one_hot_labels = ops.repeat(image_one_hot_labels, repeats=[size * size])
        image_one_hot_labels = ops.reshape(image_one_hot_labels, (-1, size, size, num_classes))
        batch_size = ops.shape(real_images)[0]
        noise = keras.random.normal(shape=(batch_size, latent_dim), seed=self.seed_generator)
        random_vector_labels = ops.concatenate([noise, one_hot_labels], axis=1)
        generated_images = self.generator(random_vector_labels)
        fake = ops.concatenate([generated_images, image_one_hot_labels], -1)
        real = ops.concatenate([real_images, image_one_hot_labels], -1)
        combined_images = ops.concatenate([fake, real], axis=0)
        labels = ops.concatenate([ops.ones((batch_size, 1)), ops.zeros((batch_size, 1))], axis=0)
        with tf.GradientTape() as tape:
            predictions = self.discriminator(combined_images)
            d_loss = self.loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))
        misleading_labels = ops.zeros((batch_size, 1))
        with tf.GradientTape() as tape:
            fake_images = self.generator(random_vector_labels)
            fake = ops.concatenate([fake_images, image_one_hot_labels], -1)
            g_loss = self.loss_fn(misleading_labels, self.discriminator(fake))
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        self.gen_loss_tracker.update_state(g_loss)
        self.disc_loss_tracker.update_state(d_loss)
        return {
            "g_loss": self.gen_loss_tracker.result(),
            "d_loss": self.disc_loss_tracker.result(),
        }


discriminator = keras.Sequential(
    [
        keras.layers.InputLayer((size, size, 1 + num_classes)),
        layers.Conv2D(8, (3, 3), strides=(2, 2), padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.GlobalMaxPooling2D(),
        layers.Dense(1),
    ]
)
generator = keras.Sequential(
    [
        keras.layers.InputLayer((latent_dim + num_classes,)),
        layers.Dense(4 * 4 * 8),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Reshape((4, 4, 8)),
        layers.Conv2DTranspose(8, (4, 4), strides=(2, 2), padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(1, (7, 7), padding="same", activation="sigmoid"),
    ]
)
y = keras.utils.to_categorical(np.arange(32) % 2, 2)
images = np.zeros((32, size, size, 1), "float32")
images[::2, :4] = 1
dataset = tf.data.Dataset.from_tensor_slices((images, y)).shuffle(32).batch(8)
gan = ConditionalGAN(discriminator, generator)
gan.compile(
    d_optimizer=keras.optimizers.Adam(learning_rate=0.003),
    g_optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)
before = generator.get_weights()[0].copy()
history = gan.fit(dataset, epochs=4, verbose=0)
assert list(history.history) == ["g_loss", "d_loss"] or set(history.history) == {"g_loss", "d_loss"}
assert np.isfinite(history.history["g_loss"]).all()
assert history.history["d_loss"][-1] < history.history["d_loss"][0] + 0.5
assert not np.allclose(before, generator.get_weights()[0])
mixed = np.concatenate([np.zeros((3, latent_dim)), np.eye(2)[[0, 1, 0]]], 1)
assert generator.predict(mixed, verbose=0).shape == (3, size, size, 1)
