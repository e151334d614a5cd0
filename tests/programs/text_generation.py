"""Letters one after the other, by an LSTM and a temperature."""

import keras
import numpy as np
from keras import layers

text = "the cat sat on the mat. the dog sat on the log. " * 6
chars = sorted(list(set(text)))
char_indices = dict((c, i) for i, c in enumerate(chars))
indices_char = dict((i, c) for i, c in enumerate(chars))
maxlen, step = 10, 3
sentences, next_chars = [], []
for i in range(0, len(text) - maxlen, step):
    sentences.append(text[i : i + maxlen])
    next_chars.append(text[i + maxlen])
x = np.zeros((len(sentences), maxlen, len(chars)), dtype="bool")
y = np.zeros((len(sentences), len(chars)), dtype="bool")
for i, sentence in enumerate(sentences):
    for t, char in enumerate(sentence):
        x[i, t, char_indices[char]] = 1
    y[i, char_indices[next_chars[i]]] = 1
model = keras.Sequential(
    [
        keras.Input(shape=(maxlen, len(chars))),
        layers.LSTM(24),
        layers.Dense(len(chars), activation="softmax"),
    ]
)
model.compile(
    loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(learning_rate=0.01)
)


def sample(preds, temperature=1.0):
    preds = np.asarray(preds).astype("float64")
    preds = np.log(preds) / temperature
    exp_preds = np.exp(preds)
    preds = exp_preds / np.sum(exp_preds)
    return np.argmax(np.random.multinomial(1, preds, 1))


history = model.fit(x, y, batch_size=16, epochs=15, verbose=0)
assert history.history["loss"][-1] < 1.5
sentence = text[:maxlen]
for _ in range(12):
    x_pred = np.zeros((1, maxlen, len(chars)))
    for t, char in enumerate(sentence):
        x_pred[0, t, char_indices[char]] = 1.0
    next_char = indices_char[sample(model.predict(x_pred, verbose=0)[0], 0.2)]
    sentence = sentence[1:] + next_char
assert len(sentence) == maxlen and set(sentence) <= set(chars)
