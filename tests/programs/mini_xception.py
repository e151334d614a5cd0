"""Separable convolutions, normalization before activation, and shortcuts of their own size."""

import keras
import numpy as np
from keras import layers

inputs = keras.Input(shape=(24, 24, 3))
x = layers.Rescaling(1.0 / 255)(inputs)
x = layers.Conv2D(filters=8, kernel_size=5, use_bias=False)(x)
for size in [8, 12, 16]:
    residual = x
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.SeparableConv2D(size, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.SeparableConv2D(size, 3, padding="same", use_bias=False)(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    residual = layers.Conv2D(size, 1, strides=2, padding="same", use_bias=False)(residual)
    x = layers.add([x, residual])
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.5)(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs=inputs, outputs=outputs)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
rng = np.random.default_rng(0)
labels = np.arange(32) % 2
images = rng.integers(0, 120, (32, 24, 24, 3)).astype("float32")
images[labels == 1, :, :12] += 120
before = model.evaluate(images, labels, verbose=0)[0]
history = model.fit(images, labels, epochs=10, batch_size=8, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
separable = [layer for layer in model.layers if isinstance(layer, layers.SeparableConv2D)]
assert [tuple(w.shape) for w in separable[0].weights] == [(3, 3, 8, 1), (1, 1, 8, 8)]
assert sum(int(np.prod(w.shape)) for w in model.non_trainable_weights) == 2 * (
    8 + 8 + 8 + 12 + 12 + 16
)
assert before > 0
