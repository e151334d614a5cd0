"""Dark images become lighter, without any targets: four losses in train_step and test_step."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def color_constancy_loss(x):
    mean_rgb = tf.reduce_mean(x, axis=(1, 2), keepdims=True)
    mr, mg, mb = mean_rgb[:, :, :, 0], mean_rgb[:, :, :, 1], mean_rgb[:, :, :, 2]
    return tf.sqrt(tf.square(mr - mg) ** 2 + tf.square(mr - mb) ** 2 + tf.square(mb - mg) ** 2 + 1e-12)


def exposure_loss(x, mean_val=0.6):
    x = tf.reduce_mean(x, axis=3, keepdims=True)
    mean = tf.nn.avg_pool2d(x, ksize=4, strides=4, padding="VALID")
    return tf.reduce_mean(tf.square(mean - mean_val))


def illumination_smoothness_loss(x):
    h_tv = tf.reduce_sum(tf.square(x[:, 1:, :, :] - x[:, :-1, :, :]))
    w_tv = tf.reduce_sum(tf.square(x[:, :, 1:, :] - x[:, :, :-1, :]))
    batch_size = tf.cast(tf.shape(x)[0], dtype=tf.float32)
    return 2 * (h_tv + w_tv) / (60.0 * batch_size)


class ZeroDCE(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        inputs = keras.Input(shape=[None, None, 3])
        conv1 = layers.Conv2D(6, 3, activation="relu", padding="same")(inputs)
        conv2 = layers.Conv2D(6, 3, activation="relu", padding="same")(conv1)
        joined = layers.Concatenate(axis=-1)([conv1, conv2])
        self.dce_model = keras.Model(
            inputs, layers.Conv2D(12, 3, activation="tanh", padding="same")(joined)
        )

    def compile(self, learning_rate, **kwargs):
        super().compile(**kwargs)
        self.optimizer = keras.optimizers.Adam(learning_rate=learning_rate)
        self.total_loss_tracker = keras.metrics.Mean(name="total_loss")
        self.exposure_loss_tracker = keras.metrics.Mean(name="exposure_loss")

    @property
    def metrics(self):
        return [self.total_loss_tracker, self.exposure_loss_tracker]

    def get_enhanced_image(self, data, output):
        x = data
        for i in range(0, 3 * 4, 3):
            r = output[:, :, :, i : i + 3]
            x = x + r * (tf.square(x) - x)
        return x

    def call(self, data):
        return self.get_enhanced_image(data, self.dce_model(data))

    def compute_losses(self, data, output):
        enhanced_image = self.get_enhanced_image(data, output)
        exposure = 10 * exposure_loss(enhanced_image)
        total = exposure + 5 * tf.reduce_mean(color_constancy_loss(enhanced_image))
        total += illumination_smoothness_loss(output)
        return {"total_loss": total, "exposure_loss": exposure}

    def train_step(self, data):
        with tf.GradientTape() as tape:
            losses = self.compute_losses(data, self.dce_model(data))
        gradients = tape.gradient(losses["total_loss"], self.dce_model.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.dce_model.trainable_weights))
        self.total_loss_tracker.update_state(losses["total_loss"])
        self.exposure_loss_tracker.update_state(losses["exposure_loss"])
        return {metric.name: metric.result() for metric in self.metrics}

    def test_step(self, data):
        losses = self.compute_losses(data, self.dce_model(data))
        self.total_loss_tracker.update_state(losses["total_loss"])
        self.exposure_loss_tracker.update_state(losses["exposure_loss"])
        return {metric.name: metric.result() for metric in self.metrics}


images = (np.random.default_rng(0).random((12, 8, 8, 3)) * 0.3).astype("float32")
train = tf.data.Dataset.from_tensor_slices(images).batch(4, drop_remainder=True)
model = ZeroDCE()
model.compile(learning_rate=0.01)
history = model.fit(train, validation_data=train, epochs=6, verbose=0)
assert history.history["val_exposure_loss"][-1] < history.history["val_exposure_loss"][0]
assert np.array(model(images[:2])).mean() > images[:2].mean()
