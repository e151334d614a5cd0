"""Texts go into the model itself, after a layer that turns them into numbers."""

import re
import string

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

texts = np.array(["<br />Great FILM!", "awful film", "great, great", "Awful; awful"] * 8)
labels = np.array([1, 0, 1, 0] * 8)


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped = tf.strings.regex_replace(lowercase, "<br />", " ")
    return tf.strings.regex_replace(stripped, "[%s]" % re.escape(string.punctuation), "")


vectorize = layers.TextVectorization(
    standardize=custom_standardization, max_tokens=100, output_mode="int", output_sequence_length=4
)
raw = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(8)
vectorize.adapt(raw.map(lambda x, y: x))
assert "great" in vectorize.get_vocabulary() and "br" not in vectorize.get_vocabulary()
train = raw.map(lambda x, y: (vectorize(x), y)).cache().prefetch(tf.data.AUTOTUNE)
inputs = tf.keras.Input(shape=(None,), dtype="int64")
x = layers.Embedding(100, 8)(inputs)
x = layers.Dropout(0.1)(x)
x = layers.GlobalAveragePooling1D()(x)
model = tf.keras.Model(inputs, layers.Dense(1)(x))
model.compile(
    loss=tf.keras.losses.BinaryCrossentropy(from_logits=True),
    optimizer=tf.keras.optimizers.Adam(0.05),
    metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.0)],
)
model.fit(train, epochs=15, verbose=0)
export = tf.keras.Sequential([vectorize, model, layers.Activation("sigmoid")])
found = export.predict(np.array(["a great one", "awful"]), verbose=0)
assert found[0, 0] > 0.5 > found[1, 0]
