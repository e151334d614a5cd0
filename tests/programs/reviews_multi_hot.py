"""Reviews as rows of zeros and ones; the best epoch is read from history, then a new fit."""

import numpy as np
from keras import layers, models

rng = np.random.default_rng(0)
dimension = 60
good, bad = np.arange(10, 20), np.arange(20, 30)
labels = rng.integers(0, 2, 240)
sequences = [
    np.concatenate([rng.integers(30, dimension, 8), rng.choice(good if label else bad, 3)])
    for label in labels
]


def vectorize_sequences(sequences, dimension=dimension):
    results = np.zeros((len(sequences), dimension))
    for i, sequence in enumerate(sequences):
        results[i, sequence] = 1.0
    return results


x = vectorize_sequences(sequences)
y = np.asarray(labels).astype("float32")
x_val, partial_x_train, x_test = x[:60], x[60:180], x[180:]
y_val, partial_y_train, y_test = y[:60], y[60:180], y[180:]


def build():
    model = models.Sequential()
    model.add(layers.Dense(16, activation="relu", input_shape=(dimension,)))
    model.add(layers.Dense(16, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


model = build()
history = model.fit(
    partial_x_train,
    partial_y_train,
    epochs=20,
    batch_size=16,
    validation_data=(x_val, y_val),
    verbose=0,
)
history_dict = history.history
assert sorted(history_dict) == ["accuracy", "loss", "val_accuracy", "val_loss"]
best = int(np.argmin(history_dict["val_loss"])) + 1
model = build()
model.fit(x[:180], y[:180], epochs=best, batch_size=16, verbose=0)
results = model.evaluate(x_test, y_test, verbose=0)
assert len(results) == 2 and results[1] > 0.7
assert model.predict(x_test, verbose=0).shape == (60, 1)
