"""Many classes: labels in one-hot and as integers give the same loss."""

import copy

import numpy as np
from keras import layers, models
from keras.utils import to_categorical

rng = np.random.default_rng(1)
train_labels = rng.integers(0, 5, 150)
train_data = rng.normal(size=(150, 12)) + 2 * np.eye(5, 12)[train_labels]
one_hot_train_labels = to_categorical(train_labels)
assert one_hot_train_labels.shape == (150, 5)
model = models.Sequential(
    [
        layers.Input((12,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(5, activation="softmax"),
    ]
)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train_data, one_hot_train_labels, epochs=40, batch_size=16, verbose=0)
first = model.evaluate(train_data, one_hot_train_labels, verbose=0)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
second = model.evaluate(train_data, train_labels, verbose=0)
assert np.allclose(first, second, atol=1e-5) and first[1] > 0.6
test_labels_copy = copy.copy(train_labels)
rng.shuffle(test_labels_copy)
chance = float(np.mean(train_labels == test_labels_copy))
assert first[1] > chance
predictions = model.predict(train_data, verbose=0)
assert np.allclose(predictions.sum(axis=1), 1, atol=1e-5)
assert (np.argmax(predictions[0]) == train_labels[0]) in (True, False)
