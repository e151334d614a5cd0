"""Which pixels made the answer: gradients along the way from a black image, summed."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        layers.Conv2D(3, 3, activation="tanh", input_shape=(6, 6, 1)),
        layers.Flatten(),
        layers.Dense(4, activation="softmax"),
    ]
)


def get_gradients(img_input, top_pred_idx):
    images = tf.cast(img_input, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        preds = model(images)
        top_class = preds[:, top_pred_idx]
    return tape.gradient(top_class, images)


def get_integrated_gradients(img, top, num_steps=50):
    baseline = np.zeros_like(img)
    interpolated = np.array(
        [baseline + (step / num_steps) * (img - baseline) for step in range(num_steps + 1)]
    ).astype(np.float32)
    grads = [get_gradients(tf.expand_dims(image, axis=0), top)[0] for image in interpolated]
    grads = tf.convert_to_tensor(grads, dtype=tf.float32)
    grads = (grads[:-1] + grads[1:]) / 2.0
    return (img - baseline) * tf.reduce_mean(grads, axis=0)


image = np.random.default_rng(2).random((6, 6, 1)).astype("float32")
found = get_integrated_gradients(image, 2)
end, start = model(image[None])[0, 2], model(np.zeros((1, 6, 6, 1)))[0, 2]
assert found.shape == (6, 6, 1)
assert abs(float(tf.reduce_sum(found)) - float(end - start)) < 1e-3  # they add up to the change
