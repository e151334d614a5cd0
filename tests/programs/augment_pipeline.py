"""Images are changed at random in the pipeline, not in the model."""

import numpy as np
import tensorflow as tf

AUTOTUNE = tf.data.experimental.AUTOTUNE
images = np.random.default_rng(0).integers(0, 256, (40, 12, 12, 3)).astype("uint8")
labels = np.arange(40) % 2


def prepare(image, label):
    image = tf.cast(image, tf.float32) / 255.0
    image = tf.image.resize(image, (8, 8))
    return image, tf.one_hot(label, 2)


def augment(image, label):
    image = tf.image.random_flip_left_right(image)
    image = tf.image.random_brightness(image, max_delta=0.1)
    return tf.clip_by_value(image, 0.0, 1.0), label


train = (
    tf.data.Dataset.from_tensor_slices((images, labels))
    .map(prepare, num_parallel_calls=AUTOTUNE)
    .cache()
    .shuffle(40)
    .map(augment, num_parallel_calls=AUTOTUNE)
    .batch(10)
    .prefetch(AUTOTUNE)
)
batch, one_hot = next(iter(train))
assert batch.shape == (10, 8, 8, 3) and one_hot.shape == (10, 2)
assert float(tf.reduce_min(batch)) >= 0 and float(tf.reduce_max(batch)) <= 1
model = tf.keras.Sequential(
    [
        tf.keras.layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 3)),
        tf.keras.layers.MaxPooling2D(),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(2, activation="softmax"),
    ]
)
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, epochs=2, verbose=0)
assert len(history.epoch) == 2
