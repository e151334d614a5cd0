"""Wide, deep and cross: one-hot words and embeddings, and a layer that multiplies with its input."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
soil = rng.choice(["clay", "sand", "peat"], 90)
height = rng.normal(300, 50, 90).astype("float32")
target = ((soil == "sand") * 1 + (height > 300)).astype("int64")


def get_dataset(batch_size, shuffle=False):
    features = {"soil": soil.astype(str), "height": height}
    dataset = tf.data.Dataset.from_tensor_slices((features, target))
    if shuffle:
        dataset = dataset.shuffle(90)
    return dataset.batch(batch_size)


def encode(features, label):
    return {**features, "soil": lookup(features["soil"])}, label


lookup = layers.StringLookup(vocabulary=["clay", "peat", "sand"], num_oov_indices=0)
inputs = {
    "soil": layers.Input(name="soil", shape=(), dtype="int64"),
    "height": layers.Input(name="height", shape=(), dtype="float32"),
}
normalize = layers.Normalization(axis=None)
normalize.adapt(height)
number = normalize(keras.ops.expand_dims(inputs["height"], -1))
one_hot = layers.CategoryEncoding(num_tokens=3, output_mode="one_hot")(inputs["soil"])
wide = layers.BatchNormalization()(layers.concatenate([one_hot, number]))
deep = layers.concatenate([layers.Embedding(3, 4)(inputs["soil"]), number])
x0 = cross = layers.concatenate([one_hot, number])
for _ in range(2):
    x = layers.Dense(4)(cross)
    cross = x0 * x + cross
for units in [8, 8]:
    deep = layers.Dense(units)(deep)
    deep = layers.BatchNormalization()(deep)
    deep = layers.ReLU()(deep)
    deep = layers.Dropout(0.1)(deep)
merged = layers.concatenate([wide, deep, cross])
model = keras.Model(inputs=inputs, outputs=layers.Dense(units=3, activation="softmax")(merged))
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.02),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
history = model.fit(get_dataset(15, shuffle=True).map(encode), epochs=10, verbose=0)
_, accuracy = model.evaluate(get_dataset(30).map(encode), verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0] and accuracy > 0.6
encoded = np.array(normalize(height.reshape(-1, 1)))
assert abs(encoded.mean()) < 1e-3 and abs(encoded.std() - 1) < 1e-2
