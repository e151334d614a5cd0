"""A trained body is frozen, gets a new head, and is then tuned as a whole with a small rate."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(96, 10)).astype("float32")
first, second = (x[:, 0] > 0).astype(int), (x[:, 0] + x[:, 1] > 0).astype(int)
base = keras.Sequential(
    [keras.Input((10,)), layers.Dense(16, activation="relu"), layers.BatchNormalization()],
    name="base",
)
source = keras.Sequential([base, layers.Dense(1, activation="sigmoid")])
source.compile("adam", "binary_crossentropy")
source.fit(x, first, epochs=5, verbose=0)

base.trainable = False
inputs = keras.Input(shape=(10,))
features = base(inputs, training=False)
outputs = layers.Dense(1)(features)
model = keras.Model(inputs, outputs)
model.compile(
    keras.optimizers.Adam(),
    keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy()],
)
kept = [w.copy() for w in base.get_weights()]
assert len(model.trainable_weights) == 2 and len(model.non_trainable_weights) == 6
model.fit(x, second, epochs=5, verbose=0)
assert all(np.array_equal(a, b) for a, b in zip(kept, base.get_weights()))
base.trainable = True
model.compile(keras.optimizers.Adam(1e-3), keras.losses.BinaryCrossentropy(from_logits=True))
model.fit(x, second, epochs=2, verbose=0)
changed = [not np.array_equal(a, b) for a, b in zip(kept, base.get_weights())]
assert changed[:4] == [True] * 4 and changed[4:] == [False, False]  # the statistics stay
