"""Temperatures: a generator of windows, a baseline of common sense, and a GRU with dropout."""

import numpy as np
from keras.layers import GRU, Dense, Flatten
from keras.models import Sequential
from keras.optimizers import RMSprop

rng = np.random.default_rng(0)
t = np.arange(400)
float_data = np.stack([np.sin(t / 8), np.cos(t / 8), rng.normal(size=400) / 5], axis=1)
float_data -= float_data[:200].mean(axis=0)
float_data /= float_data[:200].std(axis=0)


def generator(data, lookback, delay, min_index, max_index, shuffle=False, batch_size=16, step=2):
    if max_index is None:
        max_index = len(data) - delay - 1
    i = min_index + lookback
    while 1:
        if shuffle:
            rows = np.random.randint(min_index + lookback, max_index, size=batch_size)
        else:
            if i + batch_size >= max_index:
                i = min_index + lookback
            rows = np.arange(i, min(i + batch_size, max_index))
            i += len(rows)
        samples = np.zeros((len(rows), lookback // step, data.shape[-1]))
        targets = np.zeros((len(rows),))
        for j, row in enumerate(rows):
            indices = range(rows[j] - lookback, rows[j], step)
            samples[j] = data[indices]
            targets[j] = data[rows[j] + delay][1]
        yield samples, targets


lookback, step, delay = 20, 2, 4
train_gen = generator(float_data, lookback, delay, 0, 250, shuffle=True)
val_gen = generator(float_data, lookback, delay, 251, None)
val_steps = (400 - 251 - lookback) // 16


def evaluate_naive_method():
    errors = []
    for _ in range(val_steps):
        samples, targets = next(val_gen)
        errors.append(np.mean(np.abs(samples[:, -1, 1] - targets)))
    return np.mean(errors)


naive = evaluate_naive_method()
dense = Sequential()
dense.add(Flatten(input_shape=(lookback // step, float_data.shape[-1])))
dense.add(Dense(16, activation="relu"))
dense.add(Dense(1))
dense.compile(optimizer=RMSprop(0.01), loss="mae")
history = dense.fit(
    train_gen, steps_per_epoch=20, epochs=5, validation_data=val_gen, validation_steps=val_steps,
    verbose=0,
)  # fmt: skip
assert history.history["val_loss"][-1] < naive
model = Sequential()
model.add(GRU(8, dropout=0.1, recurrent_dropout=0.1, input_shape=(None, float_data.shape[-1])))
model.add(Dense(1))
model.compile(optimizer=RMSprop(0.02), loss="mae")
history = model.fit(
    train_gen, steps_per_epoch=15, epochs=4, validation_data=val_gen, validation_steps=val_steps,
    verbose=0,
)  # fmt: skip
assert history.history["loss"][-1] < history.history["loss"][0]
