"""Letters from strips of a picture: the CTC loss, and the best path as text."""

import keras
import numpy as np
from keras import layers, ops

rng = np.random.default_rng(0)
characters = ["a", "b", "c"]
char_to_num = layers.StringLookup(vocabulary=characters, mask_token=None)
num_to_char = layers.StringLookup(
    vocabulary=char_to_num.get_vocabulary(), mask_token=None, invert=True
)
assert char_to_num.get_vocabulary() == ["[UNK]", "a", "b", "c"]
words = ["".join(rng.choice(characters, 3)) for _ in range(48)]
images = np.zeros((48, 4, 12, 1), "float32")
for image, word in zip(images, words):
    for place, letter in enumerate(word):
        image[characters.index(letter), place * 4 + 1 : place * 4 + 3] = 1
labels = np.stack([np.array(char_to_num(np.array(list(word)))) for word in words])
assert labels.shape == (48, 3) and labels.min() >= 1

input_img = layers.Input(shape=(4, 12, 1), name="image")
x = layers.Permute((2, 1, 3))(input_img)
x = layers.Reshape(target_shape=(12, 4))(x)
x = layers.Dense(12, activation="relu")(x)
x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.1))(x)
x = layers.Dense(len(char_to_num.get_vocabulary()) + 1, activation="linear")(x)
model = keras.Model(input_img, x)
model.compile(optimizer=keras.optimizers.Adam(0.03), loss=keras.losses.CTC())
history = model.fit(images, labels, epochs=30, batch_size=16, verbose=0)
assert history.history["loss"][-1] < 0.7 * history.history["loss"][0]
logits = model.predict(images[:4], verbose=0)
decoded, scores = ops.ctc_decode(logits, np.full((4,), 12), strategy="greedy", mask_index=0)
assert np.array(decoded).shape[0] == 1 and np.array(decoded).shape[1] == 4
text = b"".join(np.array(num_to_char(np.array([1, 2, 3]))).astype("S").tolist()).decode()
assert text == "abc"
