"""Columns of numbers and words, each through a layer of its own, in one model."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

rng = np.random.default_rng(0)
n = 64
frame = {
    "age": rng.integers(20, 70, n).astype("float32"),
    "pay": rng.normal(3000, 500, n).astype("float32"),
    "kind": np.array(["cat", "dog", "bird"])[rng.integers(0, 3, n)],
    "level": rng.integers(1, 4, n),
}
target = ((frame["age"] > 45) ^ (frame["kind"] == "dog")).astype("int32")
dataset = tf.data.Dataset.from_tensor_slices((dict(frame), target)).shuffle(n).batch(16)


def encode_numerical(feature, name, dataset):
    normalizer = layers.Normalization()
    normalizer.adapt(dataset.map(lambda x, y: x[name]).map(lambda x: tf.expand_dims(x, -1)))
    return normalizer(feature)


def encode_categorical(feature, name, dataset, is_string):
    lookup = (layers.StringLookup if is_string else layers.IntegerLookup)(output_mode="binary")
    lookup.adapt(dataset.map(lambda x, y: x[name]).map(lambda x: tf.expand_dims(x, -1)))
    return lookup(feature)


inputs = {
    "age": tf.keras.Input(shape=(1,), name="age"),
    "pay": tf.keras.Input(shape=(1,), name="pay"),
    "kind": tf.keras.Input(shape=(1,), name="kind", dtype="string"),
    "level": tf.keras.Input(shape=(1,), name="level", dtype="int64"),
}
encoded = [
    encode_numerical(inputs["age"], "age", dataset),
    encode_numerical(inputs["pay"], "pay", dataset),
    encode_categorical(inputs["kind"], "kind", dataset, True),
    encode_categorical(inputs["level"], "level", dataset, False),
]
x = layers.concatenate(encoded)
x = layers.Dense(16, activation="relu")(x)
model = tf.keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(dataset, epochs=30, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
sample = {"age": 60, "pay": 3100, "kind": "dog", "level": 2}
found = model.predict(
    {name: tf.convert_to_tensor([value]) for name, value in sample.items()}, verbose=0
)
assert found.shape == (1, 1)
