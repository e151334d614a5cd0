"""Style and content of two pictures: Gram matrices, and a picture that is trained."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
content_image = tf.constant(rng.random((1, 12, 12, 3)).astype("float32"))
style_image = tf.constant((rng.random((1, 12, 12, 3)) ** 3).astype("float32"))
vgg = keras.Sequential(
    [
        keras.layers.Input((12, 12, 3)),
        keras.layers.Conv2D(6, 3, activation="relu", padding="same", name="block1"),
        keras.layers.MaxPooling2D(name="pool1"),
        keras.layers.Conv2D(8, 3, activation="relu", padding="same", name="block2"),
    ]
)
vgg.trainable = False
outputs = [vgg.get_layer(name).output for name in ("block1", "block2")]
extractor = tf.keras.Model(vgg.inputs, outputs)


def gram_matrix(input_tensor):
    result = tf.linalg.einsum("bijc,bijd->bcd", input_tensor, input_tensor)
    input_shape = tf.shape(input_tensor)
    num_locations = tf.cast(input_shape[1] * input_shape[2], tf.float32)
    return result / num_locations


style_targets = [gram_matrix(output) for output in extractor(style_image)]
content_target = extractor(content_image)[-1]
image = tf.Variable(content_image)
opt = tf.keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=1e-1)


@tf.function()
def train_step(image):
    with tf.GradientTape() as tape:
        outputs = extractor(image)
        style_loss = tf.add_n(
            [
                tf.reduce_mean((gram_matrix(output) - target) ** 2)
                for output, target in zip(outputs, style_targets)
            ]
        )
        content_loss = tf.reduce_mean((outputs[-1] - content_target) ** 2)
        loss = (
            style_loss + 0.01 * content_loss + 1e-4 * tf.reduce_sum(tf.image.total_variation(image))
        )
    grad = tape.gradient(loss, image)
    opt.apply_gradients([(grad, image)])
    image.assign(tf.clip_by_value(image, clip_value_min=0.0, clip_value_max=1.0))
    return loss


losses = [float(train_step(image)) for _ in range(20)]
assert losses[-1] < losses[0]
found = image.numpy()
assert found.min() >= 0 and found.max() <= 1 and found.shape == (1, 12, 12, 3)
