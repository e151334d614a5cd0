"""A network without Keras' layers: variables, matrix products, and a loop of one's own."""

import math

import numpy as np
import tensorflow as tf


class NaiveDense:
    def __init__(self, input_size, output_size, activation):
        self.activation = activation
        w_initial_value = tf.random.uniform((input_size, output_size), minval=0, maxval=1e-1)
        self.W = tf.Variable(w_initial_value)
        self.b = tf.Variable(tf.zeros((output_size,)))

    def __call__(self, inputs):
        return self.activation(tf.matmul(inputs, self.W) + self.b)

    @property
    def weights(self):
        return [self.W, self.b]


class NaiveSequential:
    def __init__(self, layers):
        self.layers = layers

    def __call__(self, inputs):
        x = inputs
        for layer in self.layers:
            x = layer(x)
        return x

    @property
    def weights(self):
        weights = []
        for layer in self.layers:
            weights += layer.weights
        return weights


class BatchGenerator:
    def __init__(self, images, labels, batch_size=32):
        assert len(images) == len(labels)
        self.index, self.images, self.labels, self.batch_size = 0, images, labels, batch_size
        self.num_batches = math.ceil(len(images) / batch_size)

    def next(self):
        images = self.images[self.index : self.index + self.batch_size]
        labels = self.labels[self.index : self.index + self.batch_size]
        self.index += self.batch_size
        return images, labels


learning_rate = 0.5


def update_weights(gradients, weights):
    for g, w in zip(gradients, weights):
        w.assign_sub(g * learning_rate)


def one_training_step(model, images_batch, labels_batch):
    with tf.GradientTape() as tape:
        predictions = model(images_batch)
        per_sample_losses = tf.keras.losses.sparse_categorical_crossentropy(
            labels_batch, predictions
        )
        average_loss = tf.reduce_mean(per_sample_losses)
    gradients = tape.gradient(average_loss, model.weights)
    update_weights(gradients, model.weights)
    return average_loss


def fit(model, images, labels, epochs, batch_size=32):
    losses = []
    for _ in range(epochs):
        batch_generator = BatchGenerator(images, labels, batch_size)
        for _ in range(batch_generator.num_batches):
            images_batch, labels_batch = batch_generator.next()
            losses.append(float(one_training_step(model, images_batch, labels_batch)))
    return losses


rng = np.random.default_rng(0)
labels = rng.integers(0, 3, 96)
images = (np.eye(3, 16)[labels] + 0.1 * rng.random((96, 16))).astype("float32")
model = NaiveSequential(
    [
        NaiveDense(input_size=16, output_size=24, activation=tf.nn.relu),
        NaiveDense(input_size=24, output_size=3, activation=tf.nn.softmax),
    ]
)
assert len(model.weights) == 4
losses = fit(model, images, labels, epochs=30)
assert losses[-1] < 0.8 * losses[0]
predictions = model(images).numpy()
matches = np.argmax(predictions, axis=1) == labels
assert matches.mean() > 0.5
