"""Sentences of different lengths: a mask makes the padding count for nothing."""

import keras
import numpy as np
from keras import layers

inputs = keras.Input(shape=(None,), dtype="int32")
x = layers.Embedding(20, 8, mask_zero=True)(inputs)
x = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x)
x = layers.Bidirectional(layers.LSTM(6))(x)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
sequences = keras.utils.pad_sequences([[3, 4], [5, 6, 7], [8]], maxlen=5, padding="post")
assert sequences.tolist()[0] == [3, 4, 0, 0, 0]
long, short = model.predict(sequences, verbose=0), model.predict(sequences[:, :3], verbose=0)
assert np.allclose(long, short, atol=1e-6)
model.fit(sequences, np.array([0, 1, 1]), epochs=2, verbose=0)
masking = layers.Masking(mask_value=-1.0)
values = np.array([[[1.0], [2.0], [-1.0]]], "float32")
gru = layers.GRU(4)
assert np.allclose(gru(masking(values)), gru(values[:, :2]), atol=1e-6)
