"""Sentences as sequences of word numbers, with Keras 2's Tokenizer."""

import numpy as np
from tensorflow.keras.layers import Dense, Embedding, GlobalAveragePooling1D
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.text import Tokenizer

sentences = ["the film was good", "a bad film", "good, good story!", "the story was bad"] * 6
labels = np.array([1, 0, 1, 0] * 6)
tokenizer = Tokenizer(num_words=50, oov_token="<OOV>")
tokenizer.fit_on_texts(sentences)
sequences = tokenizer.texts_to_sequences(sentences)
padded = pad_sequences(sequences, maxlen=5, padding="post", truncating="post")
assert padded.shape == (24, 5) and tokenizer.word_index["<OOV>"] == 1
model = Sequential(
    [
        Embedding(50, 8, input_length=5),
        GlobalAveragePooling1D(),
        Dense(6, activation="relu"),
        Dense(1, activation="sigmoid"),
    ]
)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(padded, labels, epochs=60, verbose=0)
found = model.predict(
    pad_sequences(
        tokenizer.texts_to_sequences(["good film", "bad story"]), maxlen=5, padding="post"
    )
)
assert found[0, 0] > found[1, 0]
