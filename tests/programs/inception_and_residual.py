"""Branches that are concatenated, a shortcut that is added, and a layer shared by two cameras."""

import keras
import numpy as np
from keras import layers

x = keras.Input((12, 12, 6))
branch_a = layers.Conv2D(4, 1, activation="relu", strides=2)(x)
branch_b = layers.Conv2D(4, 1, activation="relu")(x)
branch_b = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(branch_b)
branch_c = layers.AveragePooling2D(3, strides=2, padding="same")(x)
branch_c = layers.Conv2D(4, 3, activation="relu", padding="same")(branch_c)
branch_d = layers.Conv2D(4, 1, activation="relu")(x)
branch_d = layers.Conv2D(4, 3, activation="relu", padding="same")(branch_d)
branch_d = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(branch_d)
output = layers.concatenate([branch_a, branch_b, branch_c, branch_d], axis=-1)
inception = keras.Model(x, output, name="inception")
assert inception.output_shape == (None, 6, 6, 16)

y = layers.Conv2D(16, 3, activation="relu", padding="same")(output)
y = layers.Conv2D(16, 3, activation="relu", padding="same")(y)
y = layers.MaxPooling2D(2, strides=2)(y)
residual = layers.Conv2D(16, 1, strides=2, padding="same")(output)
y = layers.add([y, residual])
body = keras.Model(x, layers.GlobalAveragePooling2D()(y), name="body")
assert body.output_shape == (None, 16)

left_input, right_input = keras.Input((12, 12, 6)), keras.Input((12, 12, 6))
merged = layers.concatenate([body(left_input), body(right_input)], axis=-1)
stereo = keras.Model([left_input, right_input], layers.Dense(1)(merged))
assert stereo.count_params() == body.count_params() + 33
images = np.random.default_rng(0).random((8, 12, 12, 6)).astype("float32")
stereo.compile("adam", "mse")
before = body.get_weights()[0].copy()
history = stereo.fit([images, images[::-1]], np.arange(8) / 8, epochs=4, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert not np.allclose(before, body.get_weights()[0])
same = stereo.predict([images[:2], images[:2]], verbose=0)
w = stereo.layers[-1].get_weights()
features = body.predict(images[:2], verbose=0)
assert np.allclose(same, features @ (w[0][:16] + w[0][16:]) + w[1], atol=1e-5)
