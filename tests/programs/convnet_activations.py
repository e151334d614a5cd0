"""What each layer of a small convnet makes of a picture, layer by layer."""

import keras
import numpy as np
from keras import layers

inputs = keras.Input(shape=(20, 20, 3))
x = layers.Rescaling(1.0 / 255)(inputs)
x = layers.Conv2D(4, 3, activation="relu", name="conv_1")(x)
x = layers.MaxPooling2D(2, name="pool_1")(x)
x = layers.Conv2D(8, 3, activation="relu", name="conv_2")(x)
x = layers.MaxPooling2D(2, name="pool_2")(x)
x = layers.Flatten()(x)
x = layers.Dropout(0.5)(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs=inputs, outputs=outputs)
layer_outputs, layer_names = [], []
for layer in model.layers:
    if isinstance(layer, (layers.Conv2D, layers.MaxPooling2D)):
        layer_outputs.append(layer.output)
        layer_names.append(layer.name)
activation_model = keras.Model(inputs=model.input, outputs=layer_outputs)
image = np.random.default_rng(0).integers(0, 256, (20, 20, 3)).astype("float32")
activations = activation_model.predict(np.expand_dims(image, axis=0), verbose=0)
assert [a.shape for a in activations] == [
    (1, 18, 18, 4), (1, 9, 9, 4), (1, 7, 7, 8), (1, 3, 3, 8),
]  # fmt: skip
images_per_row = 2
for layer_name, layer_activation in zip(layer_names, activations):
    n_features, size = layer_activation.shape[-1], layer_activation.shape[1]
    n_cols = n_features // images_per_row
    grid = np.zeros(((size + 1) * n_cols - 1, images_per_row * (size + 1) - 1))
    for col in range(n_cols):
        for row in range(images_per_row):
            channel = layer_activation[0, :, :, col * images_per_row + row].copy()
            if channel.sum() != 0:
                channel -= channel.mean()
                channel /= channel.std() + 1e-9
            channel = np.clip(channel * 64 + 128, 0, 255).astype("uint8")
            grid[
                col * (size + 1) : (col + 1) * (size + 1) - 1,
                row * (size + 1) : (row + 1) * (size + 1) - 1,
            ] = channel
    assert grid.max() <= 255
pooled = activations[0].reshape(1, 9, 2, 9, 2, 4).max((2, 4))
assert np.allclose(pooled, activations[1])
