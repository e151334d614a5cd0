"""Convolutions that do not look ahead, so that pictures can be drawn pixel by pixel."""

import keras
import numpy as np
from keras import layers, ops


class PixelConvLayer(layers.Layer):
    def __init__(self, mask_type, **kwargs):
        super().__init__()
        self.mask_type = mask_type
        self.conv = layers.Conv2D(**kwargs)

    def build(self, input_shape):
        self.conv.build(input_shape)
        kernel_shape = ops.shape(self.conv.kernel)
        self.mask = np.zeros(shape=kernel_shape)
        self.mask[: kernel_shape[0] // 2, ...] = 1.0
        self.mask[kernel_shape[0] // 2, : kernel_shape[1] // 2, ...] = 1.0
        if self.mask_type == "B":
            self.mask[kernel_shape[0] // 2, kernel_shape[1] // 2, ...] = 1.0

    def call(self, inputs):
        self.conv.kernel.assign(self.conv.kernel * self.mask)
        return self.conv(inputs)


class ResidualBlock(layers.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = layers.Conv2D(filters=filters, kernel_size=1, activation="relu")
        self.pixel_conv = PixelConvLayer(
            mask_type="B", filters=filters // 2, kernel_size=3, activation="relu", padding="same"
        )
        self.conv2 = layers.Conv2D(filters=filters, kernel_size=1, activation="relu")

    def call(self, inputs):
        x = self.conv2(self.pixel_conv(self.conv1(inputs)))
        return layers.add([inputs, x])


inputs = keras.Input(shape=(6, 6, 1), batch_size=None)
x = PixelConvLayer(mask_type="A", filters=8, kernel_size=5, activation="relu", padding="same")(inputs)
x = ResidualBlock(filters=8)(x)
out = layers.Conv2D(filters=1, kernel_size=1, activation="sigmoid", padding="valid")(x)
pixel_cnn = keras.Model(inputs, out)
data = np.zeros((24, 6, 6, 1), "float32")
data[:, ::2] = 1
pixel_cnn.compile(optimizer=keras.optimizers.Adam(learning_rate=0.02), loss="binary_crossentropy")
history = pixel_cnn.fit(x=data, y=data, batch_size=8, epochs=8, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
first = pixel_cnn.predict(data[:1], verbose=0)
changed = data[:1].copy()
changed[0, 4, 3] = 1 - changed[0, 4, 3]
second = pixel_cnn.predict(changed, verbose=0)
assert np.allclose(first[0, :4], second[0, :4], atol=1e-6)
assert np.allclose(first[0, 4, :4], second[0, 4, :4], atol=1e-6)
