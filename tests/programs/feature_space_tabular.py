"""A table of numbers, words and codes, encoded by a FeatureSpace before and inside a model."""

import keras
import numpy as np
import tensorflow as tf
from keras.utils import FeatureSpace

rng = np.random.default_rng(0)
count = 96
table = {
    "age": rng.integers(20, 80, count).astype("float32"),
    "pressure": rng.normal(120, 15, count).astype("float32"),
    "sex": rng.integers(0, 2, count).astype("int32"),
    "pain": rng.choice(["none", "typical", "other"], count),
    "region": rng.choice(["north", "south", "east"], count),
}
target = ((table["age"] > 50) & (table["pain"] != "none")).astype("float32")
dataset = tf.data.Dataset.from_tensor_slices((table, target)).batch(16)

space = FeatureSpace(
    features={
        "age": FeatureSpace.float_discretized(num_bins=5),
        "pressure": "float_normalized",
        "sex": FeatureSpace.integer_categorical(num_oov_indices=0),
        "pain": "string_categorical",
        "region": FeatureSpace.string_hashed(num_bins=8),
    },
    crosses=[FeatureSpace.cross(("sex", "pain"), crossing_dim=12)],
    output_mode="concat",
)
space.adapt(dataset.map(lambda x, _: x))
for x, _ in dataset.take(1):
    encoded = space(x)
    assert encoded.shape == (16, 5 + 1 + 2 + 4 + 8 + 12)

features = space.get_encoded_features()
x = keras.layers.Dense(16, activation="relu")(features)
outputs = keras.layers.Dense(1, activation="sigmoid")(x)
training_model = keras.Model(features, outputs)
training_model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
prepared = dataset.map(lambda x, y: (space(x), y))
history = training_model.fit(prepared, epochs=5, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
inference_model = keras.Model(space.get_inputs(), outputs)
sample = {name: tf.convert_to_tensor([[values[0]]]) for name, values in table.items()}
prediction = inference_model.predict(sample, verbose=0)
assert prediction.shape == (1, 1) and 0 < prediction[0, 0] < 1
