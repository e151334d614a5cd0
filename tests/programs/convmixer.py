"""ConvMixer: patches by a strided convolution, depthwise mixing with shortcuts, GELU everywhere."""

import keras
import numpy as np
from keras import layers


def activation_block(x):
    x = layers.Activation("gelu")(x)
    return layers.BatchNormalization()(x)


def conv_stem(x, filters, patch_size):
    x = layers.Conv2D(filters, kernel_size=patch_size, strides=patch_size)(x)
    return activation_block(x)


def conv_mixer_block(x, filters, kernel_size):
    x0 = x
    x = layers.DepthwiseConv2D(kernel_size=kernel_size, padding="same")(x)
    x = layers.Add()([activation_block(x), x0])
    x = layers.Conv2D(filters, kernel_size=1)(x)
    return activation_block(x)


inputs = keras.Input((12, 12, 3))
x = layers.Rescaling(scale=1.0 / 255)(inputs)
x = conv_stem(x, 8, 2)
for _ in range(2):
    x = conv_mixer_block(x, 8, 5)
x = layers.GlobalAvgPool2D()(x)
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=0.01, weight_decay=0.0001),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
rng = np.random.default_rng(0)
y = np.arange(30) % 3
images = rng.integers(0, 60, (30, 12, 12, 3)) + 60 * y.reshape(-1, 1, 1, 1)
checkpoint = keras.callbacks.ModelCheckpoint(
    "best.weights.h5", monitor="val_accuracy", save_best_only=True, save_weights_only=True
)
history = model.fit(
    images, y, validation_data=(images, y), epochs=6, batch_size=10, callbacks=[checkpoint], verbose=0
)
model.load_weights("best.weights.h5")
_, accuracy = model.evaluate(images, y, verbose=0)
assert abs(accuracy - max(history.history["val_accuracy"])) < 1e-6
assert history.history["loss"][-1] < history.history["loss"][0]
