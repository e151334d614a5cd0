"""A network learns y'' = -y from its own second derivative, with one tape inside another."""

import numpy as np
import tensorflow as tf

tf.random.set_seed(0)
model = tf.keras.Sequential(
    [tf.keras.layers.Dense(16, activation="tanh", input_shape=(1,)), tf.keras.layers.Dense(1)]
)
x = tf.constant(np.linspace(0, 1.5, 24).reshape(-1, 1), dtype=tf.float32)
optimizer = tf.keras.optimizers.Adam(learning_rate=0.02)


def residual():
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = model(x)
        dy = inner.gradient(y, x)
    return y, dy, outer.gradient(dy, x)


losses = []
for step in range(60):
    with tf.GradientTape() as tape:
        y, dy, ddy = residual()
        loss = (
            tf.reduce_mean(tf.square(ddy + y))
            + tf.square(y[0, 0] - 0.0)
            + tf.square(dy[0, 0] - 1.0)
        )
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    losses.append(float(loss))
assert losses[-1] < 0.2 * losses[0]
kernel, bias, last, _ = model.get_weights()
h = np.tanh(x.numpy() @ kernel + bias)
y, dy, ddy = residual()
assert np.allclose(dy, (1 - h**2) * kernel[0] @ last, atol=1e-4)
assert np.allclose(ddy, (-2 * h * (1 - h**2) * kernel[0] ** 2) @ last, atol=1e-3)
