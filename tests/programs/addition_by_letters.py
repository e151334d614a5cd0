"""Sums as text: letters in, letters out, with RepeatVector between two LSTMs."""

import numpy as np
import tensorflow.keras as keras
from tensorflow.keras import layers


class CharacterTable:
    def __init__(self, chars):
        self.chars = sorted(set(chars))
        self.char_indices = {c: i for i, c in enumerate(self.chars)}
        self.indices_char = dict(enumerate(self.chars))

    def encode(self, C, num_rows):
        x = np.zeros((num_rows, len(self.chars)))
        for i, c in enumerate(C):
            x[i, self.char_indices[c]] = 1
        return x

    def decode(self, x, calc_argmax=True):
        if calc_argmax:
            x = x.argmax(axis=-1)
        return "".join(self.indices_char[i] for i in x)


chars = "0123456789+ "
ctable = CharacterTable(chars)
rng = np.random.default_rng(0)
questions = [f"{a}+{b}" for a, b in rng.integers(0, 5, (120, 2))]
expected = [str(sum(map(int, q.split("+")))) for q in questions]
x = np.stack([ctable.encode(q, 3) for q in questions]).astype(bool)
y = np.stack([ctable.encode(e.ljust(1), 1) for e in expected]).astype(bool)
model = keras.Sequential()
model.add(keras.Input(shape=(3, len(chars))))
model.add(layers.LSTM(24))
model.add(layers.RepeatVector(1))
for _ in range(1):
    model.add(layers.LSTM(24, return_sequences=True))
model.add(layers.Dense(len(chars), activation="softmax"))
model.compile(
    loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.02), metrics=["accuracy"]
)
for _ in range(3):
    model.fit(x, y, batch_size=16, epochs=6, validation_data=(x[:20], y[:20]), verbose=0)
preds = np.argmax(model.predict(x[:40], verbose=0), axis=-1)
guesses = [ctable.decode(pred, calc_argmax=False) for pred in preds]
assert np.mean([guess == e for guess, e in zip(guesses, expected)]) > 0.3
assert ctable.decode(y[0]) == expected[0]
