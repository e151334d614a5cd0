"""Every pixel gets a class: down by strides, up by transposed convolutions."""

import keras
import numpy as np
from keras import layers


def get_model(img_size, num_classes):
    inputs = keras.Input(shape=(*img_size, 3))
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(8, 3, strides=2, activation="relu", padding="same")(x)
    x = layers.Conv2D(8, 3, activation="relu", padding="same")(x)
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu", padding="same", strides=2)(x)
    x = layers.Conv2DTranspose(8, 3, activation="relu", padding="same")(x)
    x = layers.Conv2DTranspose(8, 3, activation="relu", padding="same", strides=2)(x)
    outputs = layers.Conv2D(num_classes, 3, activation="softmax", padding="same")(x)
    return keras.Model(inputs, outputs)


model = get_model(img_size=(16, 16), num_classes=3)
assert model.output_shape == (None, 16, 16, 3)
rng = np.random.default_rng(0)
input_imgs = np.zeros((24, 16, 16, 3), "float32")
targets = np.zeros((24, 16, 16, 1), "uint8")
for image, mask in zip(input_imgs, targets):
    row, column = rng.integers(2, 8, 2)
    image[row : row + 6, column : column + 6] = 255
    mask[row : row + 6, column : column + 6] = 1
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
callbacks = [keras.callbacks.ModelCheckpoint("segmentation.keras", save_best_only=True)]
history = model.fit(
    input_imgs[:18], targets[:18], epochs=12, batch_size=6, callbacks=callbacks,
    validation_data=(input_imgs[18:], targets[18:]), verbose=0,
)  # fmt: skip
assert history.history["val_loss"][-1] < history.history["val_loss"][0]
best = keras.models.load_model("segmentation.keras")
loss, accuracy = best.evaluate(input_imgs[18:], targets[18:], verbose=0)
assert abs(loss - min(history.history["val_loss"])) < 1e-4 and accuracy > 0.7
mask = np.argmax(best.predict(input_imgs[:1], verbose=0)[0], axis=-1)
mask *= 127
assert mask.shape == (16, 16) and set(np.unique(mask)) <= {0, 127, 254}
