"""Two views of each image come near, others go away: a loss over the batch in train_step."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class ContrastiveModel(keras.Model):
    def __init__(self, width, temperature):
        super().__init__()
        self.temperature = temperature
        self.encoder = keras.Sequential(
            [layers.Input((6,)), layers.Dense(width, activation="relu"), layers.Dense(width)]
        )
        self.projection_head = keras.Sequential(
            [layers.Input((width,)), layers.Dense(width, activation="relu"), layers.Dense(4)]
        )

    def compile(self, contrastive_optimizer, **kwargs):
        super().compile(**kwargs)
        self.contrastive_optimizer = contrastive_optimizer
        self.loss_tracker = keras.metrics.Mean(name="c_loss")
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="c_acc")

    @property
    def metrics(self):
        return [self.loss_tracker, self.accuracy]

    def contrastive_loss(self, projections_1, projections_2):
        projections_1 = tf.math.l2_normalize(projections_1, axis=1)
        projections_2 = tf.math.l2_normalize(projections_2, axis=1)
        similarities = tf.matmul(projections_1, projections_2, transpose_b=True) / self.temperature
        labels = tf.range(tf.shape(projections_1)[0])
        self.accuracy.update_state(labels, similarities)
        self.accuracy.update_state(labels, tf.transpose(similarities))
        loss_1_2 = keras.losses.sparse_categorical_crossentropy(
            labels, similarities, from_logits=True
        )
        loss_2_1 = keras.losses.sparse_categorical_crossentropy(
            labels, tf.transpose(similarities), from_logits=True
        )
        return tf.reduce_mean((loss_1_2 + loss_2_1) / 2)

    def train_step(self, data):
        first = data + tf.random.normal(tf.shape(data), stddev=0.05)
        second = data + tf.random.normal(tf.shape(data), stddev=0.05)
        with tf.GradientTape() as tape:
            loss = self.contrastive_loss(
                self.projection_head(self.encoder(first)),
                self.projection_head(self.encoder(second)),
            )
        weights = self.encoder.trainable_weights + self.projection_head.trainable_weights
        gradients = tape.gradient(loss, weights)
        self.contrastive_optimizer.apply_gradients(zip(gradients, weights))
        self.loss_tracker.update_state(loss)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        loss = self.contrastive_loss(
            self.projection_head(self.encoder(data)), self.projection_head(self.encoder(data))
        )
        self.loss_tracker.update_state(loss)
        return {m.name: m.result() for m in self.metrics}


x = np.random.default_rng(0).normal(size=(96, 6)).astype("float32")
model = ContrastiveModel(16, 0.1)
model.compile(contrastive_optimizer=keras.optimizers.Adam(0.01))
history = model.fit(x, epochs=6, batch_size=16, validation_data=(x,), verbose=0)
assert {"c_loss", "c_acc", "val_c_loss", "val_c_acc"} <= set(history.history)
assert history.history["c_acc"][-1] > history.history["c_acc"][0]
