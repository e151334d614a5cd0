"""Two clouds of points and a line between them, with variables and a tape."""

import numpy as np
import tensorflow as tf

num_samples_per_class = 60
rng = np.random.default_rng(0)
cov = [[1, 0.5], [0.5, 1]]
negative_samples = rng.multivariate_normal(mean=[0, 3], cov=cov, size=num_samples_per_class)
positive_samples = rng.multivariate_normal(mean=[3, 0], cov=cov, size=num_samples_per_class)
inputs = np.vstack((negative_samples, positive_samples)).astype(np.float32)
targets = np.vstack(
    (
        np.zeros((num_samples_per_class, 1), dtype="float32"),
        np.ones((num_samples_per_class, 1), dtype="float32"),
    )
)
W = tf.Variable(initial_value=tf.random.uniform(shape=(2, 1)))
b = tf.Variable(initial_value=tf.zeros(shape=(1,)))


def model(inputs):
    return tf.matmul(inputs, W) + b


def square_loss(targets, predictions):
    return tf.reduce_mean(tf.square(targets - predictions))


@tf.function
def training_step(inputs, targets):
    with tf.GradientTape() as tape:
        loss = square_loss(targets, model(inputs))
    grad_loss_wrt_W, grad_loss_wrt_b = tape.gradient(loss, [W, b])
    W.assign_sub(grad_loss_wrt_W * 0.1)
    b.assign_sub(grad_loss_wrt_b * 0.1)
    return loss


losses = [float(training_step(inputs, targets)) for _ in range(40)]
assert losses[-1] < losses[0] and losses[-1] < 0.1
predictions = model(inputs)
assert ((predictions[:, 0] > 0.5).numpy() == (targets[:, 0] > 0.5)).mean() > 0.95
time = tf.Variable(0.0)
with tf.GradientTape() as outer_tape:
    with tf.GradientTape() as inner_tape:
        position = 4.9 * time**2
    speed = inner_tape.gradient(position, time)
acceleration = outer_tape.gradient(speed, time)
assert abs(float(acceleration) - 9.8) < 1e-5
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    result = tf.square(x)
assert float(tape.gradient(result, x)) == 6.0
