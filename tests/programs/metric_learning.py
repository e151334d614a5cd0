"""Anchors and positives of each class: similarities as logits, the diagonal is right."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

num_classes = 4
rng = np.random.default_rng(0)
centres = rng.normal(size=(num_classes, 8))


class AnchorPositivePairs(keras.utils.Sequence):
    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def __len__(self):
        return self.steps

    def __getitem__(self, _idx):
        x = np.empty((2, num_classes, 8), dtype=np.float32)
        for class_idx in range(num_classes):
            x[0, class_idx] = centres[class_idx] + rng.normal(0, 0.2, 8)
            x[1, class_idx] = centres[class_idx] + rng.normal(0, 0.2, 8)
        return x


class EmbeddingModel(keras.Model):
    def train_step(self, data):
        if isinstance(data, tuple):
            data = data[0]
        anchors, positives = data[0], data[1]
        with tf.GradientTape() as tape:
            anchor_embeddings = self(anchors, training=True)
            positive_embeddings = self(positives, training=True)
            similarities = ops.einsum("ae,pe->ap", anchor_embeddings, positive_embeddings)
            similarities /= 0.2
            sparse_labels = ops.arange(num_classes)
            loss = self.compute_loss(y=sparse_labels, y_pred=similarities)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(sparse_labels, similarities)
        return {m.name: m.result() for m in self.metrics}


inputs = layers.Input(shape=(8,))
x = layers.Dense(16, activation="relu")(inputs)
embeddings = layers.UnitNormalization()(layers.Dense(units=4, activation=None)(x))
model = EmbeddingModel(inputs, embeddings)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
history = model.fit(AnchorPositivePairs(steps=10), epochs=6, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
found = model.predict(centres, verbose=0)
assert np.allclose((found**2).sum(1), 1, atol=1e-4)
gram = np.einsum("ae,be->ab", found, found)
assert (gram.argsort(1)[:, -1] == np.arange(num_classes)).all()
