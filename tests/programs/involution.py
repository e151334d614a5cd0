"""A kernel that is made from each pixel, and a model that returns it beside the result."""

import keras
import numpy as np
import tensorflow as tf


class Involution(keras.layers.Layer):
    def __init__(self, channel, group_number, kernel_size, stride, reduction_ratio, name):
        super().__init__(name=name)
        self.channel, self.group_number, self.kernel_size = channel, group_number, kernel_size
        self.stride, self.reduction_ratio = stride, reduction_ratio

    def build(self, input_shape):
        (_, height, width, num_channels) = input_shape
        height, width = height // self.stride, width // self.stride
        self.stride_layer = keras.layers.AveragePooling2D(
            pool_size=self.stride, strides=self.stride, padding="same"
        )
        self.kernel_gen = keras.Sequential(
            [
                keras.layers.Conv2D(filters=self.channel // self.reduction_ratio, kernel_size=1),
                keras.layers.BatchNormalization(),
                keras.layers.ReLU(),
                keras.layers.Conv2D(
                    filters=self.kernel_size * self.kernel_size * self.group_number, kernel_size=1
                ),
            ]
        )
        kk = self.kernel_size * self.kernel_size
        self.kernel_reshape = keras.layers.Reshape((height, width, kk, 1, self.group_number))
        self.input_patches_reshape = keras.layers.Reshape(
            (height, width, kk, num_channels // self.group_number, self.group_number)
        )
        self.output_reshape = keras.layers.Reshape((height, width, num_channels))

    def call(self, x):
        kernel = self.kernel_reshape(self.kernel_gen(self.stride_layer(x)))
        input_patches = tf.image.extract_patches(
            images=x,
            sizes=[1, self.kernel_size, self.kernel_size, 1],
            strides=[1, self.stride, self.stride, 1],
            rates=[1, 1, 1, 1],
            padding="SAME",
        )
        input_patches = self.input_patches_reshape(input_patches)
        output = tf.reduce_sum(tf.multiply(kernel, input_patches), axis=3)
        return self.output_reshape(output), kernel


input_tensor = tf.random.normal((4, 8, 8, 6))
output_tensor, kernel = Involution(6, 1, 3, 1, 2, name="inv")(input_tensor)
assert output_tensor.shape == (4, 8, 8, 6) and kernel.shape == (4, 8, 8, 9, 1, 1)
expected = sum(
    np.pad(np.array(input_tensor), ((0, 0), (1, 1), (1, 1), (0, 0)))[:, i : i + 8, j : j + 8]
    * np.array(kernel)[:, :, :, 3 * i + j, 0]
    for i in range(3)
    for j in range(3)
)
assert np.allclose(output_tensor, expected, atol=1e-4)
inputs = keras.Input(shape=(8, 8, 3))
x, _ = Involution(3, 1, 3, 1, 2, name="inv_1")(inputs)
x = keras.layers.ReLU()(x)
x = keras.layers.MaxPooling2D((2, 2))(x)
x, _ = Involution(3, 1, 3, 1, 2, name="inv_2")(x)
x = keras.layers.Flatten()(x)
model = keras.Model(inputs, keras.layers.Dense(2)(x), name="inv_model")
model.compile(
    optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)  # fmt: skip
images = np.random.default_rng(0).random((16, 8, 8, 3)).astype("float32")
labels = np.arange(16) % 2
images[labels == 1] += 1
losses = model.fit(images, labels, epochs=5, batch_size=4, verbose=0).history["loss"]
assert losses[-1] < losses[0]
