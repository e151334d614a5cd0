"""Images as patches that are mixed along places and channels, without convolution or attention."""

import keras
import numpy as np
from keras import layers


class Patches(layers.Layer):
    def __init__(self, patch_size, num_patches):
        super().__init__()
        self.patch_size, self.num_patches = patch_size, num_patches

    def call(self, x):
        patches = keras.ops.image.extract_patches(x, self.patch_size)
        batch_size = keras.ops.shape(patches)[0]
        num_patches = keras.ops.shape(patches)[1] * keras.ops.shape(patches)[2]
        patch_dim = keras.ops.shape(patches)[3]
        return keras.ops.reshape(patches, (batch_size, num_patches, patch_dim))


class MLPMixerLayer(layers.Layer):
    def __init__(self, num_patches, hidden_units, dropout_rate):
        super().__init__()
        self.mlp1 = keras.Sequential(
            [layers.Dense(units=num_patches, activation="gelu"), layers.Dense(units=num_patches),
             layers.Dropout(rate=dropout_rate)]
        )  # fmt: skip
        self.mlp2 = keras.Sequential(
            [layers.Dense(units=hidden_units, activation="gelu"), layers.Dense(units=hidden_units),
             layers.Dropout(rate=dropout_rate)]
        )  # fmt: skip
        self.normalize = layers.LayerNormalization(epsilon=1e-6)

    def call(self, inputs):
        x = self.normalize(inputs)
        x_channels = keras.ops.transpose(x, axes=(0, 2, 1))
        mlp1_outputs = keras.ops.transpose(self.mlp1(x_channels), axes=(0, 2, 1))
        x = mlp1_outputs + inputs
        return x + self.mlp2(self.normalize(x))


inputs = layers.Input((8, 8, 3))
x = Patches(4, 4)(inputs)
x = layers.Dense(units=10)(x)
x = keras.Sequential([MLPMixerLayer(4, 10, 0.1) for _ in range(2)])(x)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(inputs, layers.Dense(2)(layers.Dropout(rate=0.1)(x)))
rng = np.random.default_rng(0)
y = np.arange(40) % 2
images = rng.normal(0, 0.3, (40, 8, 8, 3)) + y.reshape(-1, 1, 1, 1)
model.compile(
    optimizer=keras.optimizers.Adam(0.005, weight_decay=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.SparseCategoricalAccuracy(name="acc"),
        keras.metrics.SparseTopKCategoricalAccuracy(2, name="top2-acc"),
    ],
)
history = model.fit(images, y, epochs=6, batch_size=10, validation_split=0.1, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert history.history["top2-acc"][-1] == 1.0
patches = Patches(4, 4)(images.astype("float32"))
assert np.allclose(np.array(patches)[0, 1], images[0, :4, 4:].reshape(-1), atol=1e-6)
