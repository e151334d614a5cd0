"""Pooling over channels, an image filtered by kernels made by hand, and a fully convolutional head."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class DepthPool(keras.layers.Layer):
    def __init__(self, pool_size=2, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = pool_size

    def call(self, inputs):
        shape = tf.shape(inputs)
        groups = shape[-1] // self.pool_size
        new_shape = tf.concat([shape[:-1], [groups, self.pool_size]], axis=0)
        return tf.reduce_max(tf.reshape(inputs, new_shape), axis=-1)


rng = np.random.default_rng(0)
images = rng.random((2, 10, 12, 3)).astype("float32")
filters = np.zeros(shape=(3, 3, 3, 2), dtype=np.float32)
filters[:, 1, :, 0] = 1
filters[1, :, :, 1] = 1
outputs = tf.nn.conv2d(images, filters, strides=1, padding="SAME")
assert outputs.shape == (2, 10, 12, 2)
expected = images[0, 3:6, 5].sum()
assert abs(float(outputs[0, 4, 5, 0]) - expected) < 1e-4
conv_layer = keras.layers.Conv2D(filters=2, kernel_size=3, padding="same", use_bias=False)
conv_layer.build((None, None, None, 3))
conv_layer.set_weights([filters])
assert np.allclose(conv_layer(images), outputs, atol=1e-5)
pooled = DepthPool(3)(images)
assert np.allclose(pooled[..., 0], images.max(-1))
output = tf.nn.max_pool2d(images, ksize=2, strides=2, padding="VALID")
assert np.allclose(output, keras.layers.MaxPooling2D()(images))
global_avg_pool = keras.layers.Lambda(lambda X: tf.reduce_mean(X, axis=[1, 2]))
assert np.allclose(global_avg_pool(images), keras.layers.GlobalAvgPool2D()(images), atol=1e-6)
inputs = keras.Input((None, None, 3))
x = keras.layers.Conv2D(4, 3, strides=2, activation="relu")(inputs)
fully = keras.Model(inputs, keras.layers.Conv2D(5, 4, padding="valid")(x))
assert fully.predict(np.zeros((1, 9, 9, 3)), verbose=0).shape == (1, 1, 1, 5)
assert fully.predict(np.zeros((1, 17, 21, 3)), verbose=0).shape == (1, 5, 7, 5)
