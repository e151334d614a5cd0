"""Noise is taken out of images by convolutions."""

import numpy as np
from keras.layers import Conv2D, Input, MaxPooling2D, UpSampling2D
from keras.models import Model

rng = np.random.default_rng(0)
x = np.zeros((48, 8, 8, 1), "float32")
for image, row in zip(x, rng.integers(0, 8, 48)):
    image[row] = 1
noisy = np.clip(x + 0.3 * rng.normal(size=x.shape), 0.0, 1.0)
input_img = Input(shape=(8, 8, 1))
h = Conv2D(8, (3, 3), activation="relu", padding="same")(input_img)
h = MaxPooling2D((2, 2), padding="same")(h)
encoded = Conv2D(8, (3, 3), activation="relu", padding="same")(h)
h = UpSampling2D((2, 2))(encoded)
decoded = Conv2D(1, (3, 3), activation="sigmoid", padding="same")(h)
autoencoder = Model(input_img, decoded)
autoencoder.compile(optimizer="adadelta", loss="binary_crossentropy")
autoencoder.optimizer.learning_rate.assign(1.0)
history = autoencoder.fit(
    noisy, x, epochs=10, batch_size=16, shuffle=True, validation_data=(noisy, x), verbose=0
)
assert history.history["val_loss"][-1] < history.history["val_loss"][0]
assert Model(input_img, encoded).predict(noisy[:2], verbose=0).shape == (2, 4, 4, 8)
