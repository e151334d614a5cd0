"""An image is changed so that a filter answers more, and a style is kept by its Gram matrix."""

import keras
import numpy as np
import tensorflow as tf

model = keras.Sequential(
    [
        keras.Input((10, 10, 3)),
        keras.layers.Conv2D(4, 3, name="c1"),
        keras.layers.Conv2D(6, 3, activation="relu", name="c2"),
    ]
)
extractor = keras.Model(
    inputs=model.inputs, outputs={layer.name: layer.output for layer in model.layers}
)


def compute_loss(image, filter_index):
    activation = extractor(image)["c2"]
    return tf.reduce_mean(activation[:, 2:-2, 2:-2, filter_index])


@tf.function
def gradient_ascent_step(img, filter_index, learning_rate):
    with tf.GradientTape() as tape:
        tape.watch(img)
        loss = compute_loss(img, filter_index)
    grads = tape.gradient(loss, img)
    grads = tf.math.l2_normalize(grads)
    img += learning_rate * grads
    return loss, img


img = (tf.random.uniform((1, 10, 10, 3)) - 0.5) * 0.25
losses = []
best = int(np.argmax([float(compute_loss(img, i)) for i in range(6)]))
for _ in range(10):
    loss, img = gradient_ascent_step(img, best, 1.0)
    losses.append(float(loss))
assert losses[-1] > losses[0]


def gram_matrix(x):
    x = tf.transpose(x, (2, 0, 1))
    features = tf.reshape(x, (tf.shape(x)[0], -1))
    return tf.matmul(features, tf.transpose(features))


style = extractor(tf.random.uniform((1, 10, 10, 3)))["c1"][0]
combination = tf.Variable(tf.random.uniform((1, 10, 10, 3)))
optimizer = keras.optimizers.Adam(0.05)
history = []
for _ in range(12):
    with tf.GradientTape() as tape:
        loss = (
            tf.reduce_mean(
                tf.square(gram_matrix(style) - gram_matrix(extractor(combination)["c1"][0]))
            )
            / 1e3
        )
    grads = tape.gradient(loss, combination)
    optimizer.apply_gradients([(grads, combination)])
    history.append(float(loss))
assert history[-1] < history[0]
