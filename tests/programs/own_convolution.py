"""A convolution that is changed by a subclass, and weights that are standardized first."""

import keras
import numpy as np
from keras import layers, ops


class StandardizedConv2D(layers.Conv2D):
    def convolution_op(self, inputs, kernel):
        mean = ops.mean(kernel, axis=(0, 1, 2), keepdims=True)
        var = ops.var(kernel, axis=(0, 1, 2), keepdims=True)
        return ops.conv(
            inputs,
            (kernel - mean) / ops.sqrt(var + 1e-10),
            padding="valid",
            strides=list(self.strides),
            data_format="channels_last",
        )


model = keras.Sequential(
    [
        keras.layers.Input(shape=(8, 8, 1)),
        StandardizedConv2D(4, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ]
)
rng = np.random.default_rng(0)
y = np.eye(2)[np.arange(24) % 2]
x = rng.random((24, 8, 8, 1)).astype("float32")
x[::2, :4] += 1
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(x, y, batch_size=8, epochs=6, validation_split=0.25, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
layer = model.layers[0]
kernel, bias = layer.get_weights()
standard = (kernel - kernel.mean((0, 1, 2))) / np.sqrt(kernel.var((0, 1, 2)) + 1e-10)
window = (x[0, :3, :3, :, None] * standard).sum((0, 1, 2)) + bias
assert np.allclose(np.array(layer(x[:1]))[0, 0, 0], np.maximum(window, 0), atol=1e-4)
