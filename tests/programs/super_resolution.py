"""Small pictures become large ones: channels turn into places, and the quality in decibel."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


class DepthToSpace(layers.Layer):
    def __init__(self, block_size):
        super().__init__()
        self.block_size = block_size

    def call(self, inputs):
        batch, height, width, depth = ops.shape(inputs)
        depth = depth // (self.block_size**2)
        x = ops.reshape(inputs, [batch, height, width, self.block_size, self.block_size, depth])
        x = ops.transpose(x, [0, 1, 3, 2, 4, 5])
        return ops.reshape(x, [batch, height * self.block_size, width * self.block_size, depth])


conv_args = {"activation": "relu", "kernel_initializer": "orthogonal", "padding": "same"}
inputs = keras.Input(shape=(None, None, 1))
x = layers.Conv2D(16, 5, **conv_args)(inputs)
x = layers.Conv2D(8, 3, **conv_args)(x)
x = layers.Conv2D(4, 3, **conv_args)(x)
outputs = DepthToSpace(2)(x)
model = keras.Model(inputs, outputs)
assert model.output_shape == (None, None, None, 1)
grid = np.add.outer(np.arange(12), np.arange(12))[None, ..., None]
large = (np.sin(grid / 3 + np.arange(16).reshape(-1, 1, 1, 1)) / 2 + 0.5).astype("float32")
small = np.array(tf.image.resize(large, (6, 6), method="area"))


class PSNRCallback(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.psnr, self.values = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.psnr = []

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(np.mean(self.psnr))

    def on_test_batch_end(self, batch, logs=None):
        self.psnr.append(10 * np.log10(1 / logs["loss"]))


callback = PSNRCallback()
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.005), loss="mean_squared_error")
model.fit(small, large, epochs=8, batch_size=4, callbacks=[callback], validation_data=(small, large), verbose=0)  # noqa: E501
assert callback.values[-1] > callback.values[0] and len(callback.values) == 8
assert model.predict(np.zeros((1, 5, 9, 1)), verbose=0).shape == (1, 10, 18, 1)
psnr = tf.image.psnr(large, np.clip(model.predict(small, verbose=0), 0, 1), max_val=1.0)
assert psnr.shape == (16,)
moved = tf.nn.depth_to_space(np.arange(16, dtype="float32").reshape(1, 2, 2, 4), 2)
assert np.array_equal(np.array(DepthToSpace(2)(np.arange(16, dtype="float32").reshape(1, 2, 2, 4))), np.array(moved))  # noqa: E501
