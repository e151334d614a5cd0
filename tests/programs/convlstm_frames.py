"""The next picture of a film, by convolutional LSTMs."""

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(0)
films = np.zeros((16, 5, 8, 8, 1), "float32")
for film, row, column in zip(films, rng.integers(0, 3, 16), rng.integers(0, 8, 16)):
    for time, frame in enumerate(film):
        frame[row + time, column] = 1


def create_shifted_frames(data):
    return data[:, 0 : data.shape[1] - 1, :, :], data[:, 1 : data.shape[1], :, :]


x_train, y_train = create_shifted_frames(films)
inp = layers.Input(shape=(None, *x_train.shape[2:]))
x = layers.ConvLSTM2D(
    filters=4, kernel_size=(3, 3), padding="same", return_sequences=True, activation="relu"
)(inp)
x = layers.BatchNormalization()(x)
x = layers.ConvLSTM2D(filters=4, kernel_size=(1, 1), padding="same", return_sequences=True)(x)
x = layers.Conv3D(filters=1, kernel_size=(3, 3, 3), activation="sigmoid", padding="same")(x)
model = keras.models.Model(inp, x)
model.compile(loss=keras.losses.binary_crossentropy, optimizer=keras.optimizers.Adam(0.02))
history = model.fit(x_train, y_train, batch_size=4, epochs=5, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
frames = films[0, :3]
for _ in range(2):
    new_prediction = np.squeeze(model.predict(np.expand_dims(frames, axis=0), verbose=0), axis=0)
    predicted_frame = np.expand_dims(new_prediction[-1, ...], axis=0)
    frames = np.concatenate((frames, predicted_frame), axis=0)
assert frames.shape == (5, 8, 8, 1) and frames.min() >= 0 and frames.max() <= 1
