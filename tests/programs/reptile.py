"""Meta-learning by weights alone: train on a task, go a part of the way, go on."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)


def task(n=16):
    amplitude, phase = rng.uniform(0.5, 2), rng.uniform(0, 3)
    x = rng.uniform(-3, 3, (n, 1)).astype("float32")
    return x, (amplitude * np.sin(x + phase)).astype("float32")


model = keras.Sequential([layers.Input((1,)), layers.Dense(16, activation="tanh"), layers.Dense(1)])
optimizer = keras.optimizers.SGD(learning_rate=0.05)
for meta_iter in range(10):
    cur_meta_step_size = (1 - meta_iter / 10) * 0.25
    old_vars = [var.numpy().copy() for var in model.trainable_variables]
    x, y = task()
    for images, labels in tf.data.Dataset.from_tensor_slices((x, y)).batch(8).repeat(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images) - labels) ** 2)
        grads = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(grads, model.trainable_weights))
    new_vars = [var.numpy().copy() for var in model.trainable_variables]
    for index, var in enumerate(model.trainable_variables):
        var.assign(old_vars[index] + (new_vars[index] - old_vars[index]) * cur_meta_step_size)
assert np.allclose(
    model.get_weights()[0],
    old_vars[0] + (new_vars[0] - old_vars[0]) * cur_meta_step_size,
    atol=1e-6,
)
assert optimizer.iterations.numpy() == 40
