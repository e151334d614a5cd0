"""Word vectors from a file are put into an Embedding that does not learn."""

import os

import numpy as np
from keras.layers import Conv1D, Dense, Embedding, Flatten, GlobalMaxPooling1D, MaxPooling1D
from keras.models import Sequential

rng = np.random.default_rng(0)
words = ["good", "fine", "great", "bad", "poor", "awful", "film", "plot", "it", "was"]
with open("vectors.txt", "w", encoding="utf-8") as file:
    for word in words:
        sign = 1 if word in words[:3] else -1 if word in words[3:6] else 0
        values = rng.normal(0, 0.1, 6) + sign
        file.write(" ".join([word, *map(str, values)]) + "\n")
embeddings_index = {}
with open("vectors.txt", encoding="utf-8") as file:
    for line in file:
        values = line.split()
        embeddings_index[values[0]] = np.asarray(values[1:], dtype="float32")
os.remove("vectors.txt")
word_index = {word: i + 1 for i, word in enumerate([*words, "unknown"])}
max_words, embedding_dim, maxlen = 12, 6, 10
embedding_matrix = np.zeros((max_words, embedding_dim))
for word, i in word_index.items():
    embedding_vector = embeddings_index.get(word)
    if i < max_words and embedding_vector is not None:
        embedding_matrix[i] = embedding_vector
labels = rng.integers(0, 2, 80)
data = np.zeros((80, maxlen), "int64")
data[:, :4] = rng.integers(7, 11, (80, 4))
data[:, 5] = np.where(labels, rng.integers(1, 4, 80), rng.integers(4, 7, 80))
model = Sequential()
model.add(Embedding(max_words, embedding_dim, input_shape=(maxlen,)))
model.add(Flatten())
model.add(Dense(8, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.layers[0].set_weights([embedding_matrix])
model.layers[0].trainable = False
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
history = model.fit(data, labels, epochs=10, batch_size=16, validation_split=0.2, verbose=0)
assert history.history["acc"][-1] > 0.8
assert np.allclose(model.layers[0].get_weights()[0], embedding_matrix)
assert model.count_params() - sum(int(np.prod(w.shape)) for w in model.trainable_weights) == 72
conv = Sequential(
    [
        Embedding(max_words, 4),
        Conv1D(8, 3, activation="relu"),
        MaxPooling1D(2),
        Conv1D(8, 3, activation="relu"),
        GlobalMaxPooling1D(),
        Dense(1),
    ]
)
conv.compile(optimizer="adam", loss="mse")
assert conv.fit(data, labels, epochs=3, verbose=0).history["loss"][-1] < 1
assert conv.predict(data[:3], verbose=0).shape == (3, 1)
