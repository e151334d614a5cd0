"""One LSTM reads both sentences: the same weights, whichever side."""

import numpy as np
from tensorflow.keras import Input, layers
from tensorflow.keras.models import Model

lstm = layers.LSTM(6)
left_input = Input(shape=(None, 5))
left_output = lstm(left_input)
right_input = Input(shape=(None, 5))
right_output = lstm(right_input)
merged = layers.concatenate([left_output, right_output], axis=-1)
predictions = layers.Dense(1, activation="sigmoid")(merged)
model = Model([left_input, right_input], predictions)
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
rng = np.random.default_rng(0)
left = rng.normal(size=(40, 4, 5)).astype("float32")
right = rng.normal(size=(40, 7, 5)).astype("float32")
targets = (left[:, -1, 0] > 0).astype("float32")
history = model.fit([left, right], targets, epochs=8, batch_size=10, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert model.count_params() == 4 * 6 * (5 + 6 + 1) + 13
assert len(lstm.weights) == 3
encoder = Model(left_input, left_output)
assert np.allclose(encoder.predict(right, verbose=0), lstm(right), atol=1e-6)
