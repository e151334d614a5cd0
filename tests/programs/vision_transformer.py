"""A small transformer that reads an image as a row of patches."""

import keras
import numpy as np
from keras import layers, ops


class Patches(layers.Layer):
    def __init__(self, patch_size):
        super().__init__()
        self.patch_size = patch_size

    def call(self, images):
        batch, height, width, channels = ops.shape(images)
        p = self.patch_size
        x = ops.reshape(images, (batch, height // p, p, width // p, p, channels))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (batch, (height // p) * (width // p), p * p * channels))


class PatchEncoder(layers.Layer):
    def __init__(self, num_patches, projection_dim):
        super().__init__()
        self.num_patches = num_patches
        self.projection = layers.Dense(units=projection_dim)
        self.position_embedding = layers.Embedding(input_dim=num_patches, output_dim=projection_dim)

    def call(self, patch):
        positions = ops.expand_dims(ops.arange(start=0, stop=self.num_patches, step=1), axis=0)
        return self.projection(patch) + self.position_embedding(positions)


def mlp(x, hidden_units, dropout_rate):
    for units in hidden_units:
        x = layers.Dense(units, activation=keras.activations.gelu)(x)
        x = layers.Dropout(dropout_rate)(x)
    return x


inputs = keras.Input(shape=(8, 8, 3))
patches = Patches(4)(inputs)
encoded = PatchEncoder(4, 8)(patches)
for _ in range(2):
    x1 = layers.LayerNormalization(epsilon=1e-6)(encoded)
    attention = layers.MultiHeadAttention(num_heads=2, key_dim=8, dropout=0.1)(x1, x1)
    x2 = layers.Add()([attention, encoded])
    x3 = mlp(layers.LayerNormalization(epsilon=1e-6)(x2), [16, 8], 0.1)
    encoded = layers.Add()([x3, x2])
x = layers.Flatten()(layers.LayerNormalization(epsilon=1e-6)(encoded))
model = keras.Model(inputs, layers.Dense(3)(mlp(x, [16], 0.2)))
images = np.random.default_rng(0).random((32, 8, 8, 3)).astype("float32")
row = Patches(4)(images[:1])
assert np.allclose(np.asarray(row)[0, 1].reshape(4, 4, 3), images[0, :4, 4:])
model.compile(
    keras.optimizers.AdamW(0.01, weight_decay=1e-4),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
        keras.metrics.SparseTopKCategoricalAccuracy(2, name="top-2"),
    ],
)
history = model.fit(
    images, np.arange(32) % 3, batch_size=8, epochs=2, validation_split=0.25, verbose=0
)
assert set(history.history) == {
    "loss",
    "accuracy",
    "top-2",
    "val_loss",
    "val_accuracy",
    "val_top-2",
}
