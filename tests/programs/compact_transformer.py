"""A transformer with a convolutional tokenizer, stochastic depth and pooling of the sequence."""

import keras
import numpy as np
from keras import layers, ops


class PositionEmbedding(layers.Layer):
    def __init__(self, sequence_length, initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.sequence_length = int(sequence_length)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        feature_size = input_shape[-1]
        self.position_embeddings = self.add_weight(
            name="embeddings", shape=[self.sequence_length, feature_size],
            initializer=self.initializer, trainable=True,
        )  # fmt: skip
        super().build(input_shape)

    def call(self, inputs, start_index=0):
        shape = ops.shape(inputs)
        embeddings = ops.convert_to_tensor(self.position_embeddings)
        embeddings = ops.slice(embeddings, (start_index, 0), (shape[-2], shape[-1]))
        return ops.broadcast_to(embeddings, shape)


class StochasticDepth(layers.Layer):
    def __init__(self, drop_prob, **kwargs):
        super().__init__(**kwargs)
        self.drop_prob = drop_prob
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, x, training=None):
        if training:
            keep_prob = 1 - self.drop_prob
            shape = (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)
            random_tensor = keep_prob + keras.random.uniform(shape, 0, 1, seed=self.seed_generator)
            return (x / keep_prob) * ops.floor(random_tensor)
        return x


class SequencePooling(layers.Layer):
    def __init__(self):
        super().__init__()
        self.attention = layers.Dense(1)

    def call(self, x):
        attention_weights = ops.softmax(self.attention(x), axis=1)
        attention_weights = ops.transpose(attention_weights, axes=(0, 2, 1))
        return ops.squeeze(ops.matmul(attention_weights, x), -2)


inputs = layers.Input((16, 16, 3))
x = layers.Conv2D(8, 3, 1, padding="valid", use_bias=False, activation="relu",
                  kernel_initializer="he_normal")(inputs)  # fmt: skip
x = layers.ZeroPadding2D(1)(x)
x = layers.MaxPooling2D(3, 2, "same")(x)
x = layers.Reshape((-1, 8))(x)
assert x.shape == (None, 64, 8)
x = x + PositionEmbedding(64)(x)
for rate in np.linspace(0, 0.1, 2):
    x1 = layers.LayerNormalization(epsilon=1e-5)(x)
    attention = layers.MultiHeadAttention(num_heads=2, key_dim=4, dropout=0.1)(x1, x1)
    x2 = layers.Add()([StochasticDepth(float(rate))(attention), x])
    x3 = layers.LayerNormalization(epsilon=1e-5)(x2)
    x3 = layers.Dense(8, activation=ops.gelu)(x3)
    x = layers.Add()([StochasticDepth(float(rate))(x3), x2])
representation = SequencePooling()(layers.LayerNormalization(epsilon=1e-5)(x))
model = keras.Model(inputs, layers.Dense(2)(representation))
rng = np.random.default_rng(0)
y = np.eye(2)[np.arange(24) % 2]
images = rng.normal(0, 0.3, (24, 16, 16, 3)) + y[:, 0].reshape(-1, 1, 1, 1)
model.compile(
    optimizer=keras.optimizers.AdamW(0.01, weight_decay=0.0001),
    loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
history = model.fit(images, y, epochs=5, batch_size=8, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
