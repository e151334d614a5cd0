"""Masks: made by an embedding, read by a layer, split by another, and passed on."""

import keras
import numpy as np
from keras import layers, ops


class TemporalSplit(keras.layers.Layer):
    def call(self, inputs):
        return ops.split(inputs, 2, axis=1)

    def compute_mask(self, inputs, mask=None):
        if mask is None:
            return None
        return ops.split(mask, 2, axis=1)


class CustomEmbedding(keras.layers.Layer):
    def __init__(self, input_dim, output_dim, mask_zero=False, **kwargs):
        super().__init__(**kwargs)
        self.input_dim, self.output_dim, self.mask_zero = input_dim, output_dim, mask_zero

    def build(self, input_shape):
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim), initializer="random_normal", dtype="float32"
        )

    def call(self, inputs):
        inputs = ops.cast(inputs, "int32")
        return ops.take(self.embeddings, inputs, axis=0)

    def compute_mask(self, inputs, mask=None):
        if not self.mask_zero:
            return None
        return ops.not_equal(inputs, 0)


class MyActivation(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return ops.relu(inputs)


class TemporalSoftmax(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        assert mask is not None
        broadcast_float_mask = ops.expand_dims(ops.cast(mask, "float32"), -1)
        inputs_exp = ops.exp(inputs) * broadcast_float_mask
        inputs_sum = ops.sum(inputs_exp * broadcast_float_mask, axis=1, keepdims=True)
        return inputs_exp / inputs_sum


padded = keras.utils.pad_sequences(
    [[711, 632, 71], [73, 8, 3215, 55, 927], [83, 91]], padding="post"
)
embedding = layers.Embedding(input_dim=5000, output_dim=16, mask_zero=True)
masked_output = embedding(padded)
mask = np.array(masked_output._keras_mask)
assert mask.tolist()[0] == [True, True, True, False, False]
masking_layer = layers.Masking()
unmasked = ops.cast(ops.tile(ops.expand_dims(padded, axis=-1), [1, 1, 10]), "float32")
assert np.array_equal(np.array(masking_layer(unmasked)._keras_mask), mask)
assert np.array_equal(np.array(embedding.compute_mask(padded)), mask)
custom = CustomEmbedding(12, 3, mask_zero=True)
x = (np.random.default_rng(0).random((3, 10)) * 9).astype("int32")
y = custom(x)
assert np.array_equal(np.array(y._keras_mask), x != 0)
first, second = TemporalSplit()(y)
assert first.shape == (3, 5, 3) and np.array_equal(np.array(second._keras_mask), x[:, 5:] != 0)
assert MyActivation()(y)._keras_mask is not None
inputs = keras.Input(shape=(None,), dtype="int32")
h = layers.Embedding(input_dim=10, output_dim=4, mask_zero=True)(inputs)
h = layers.Dense(1)(h)
model = keras.Model(inputs, TemporalSoftmax()(h))
weights = np.array(model(np.array([[3, 4, 0, 0], [1, 2, 5, 0]])))
assert np.allclose(weights.sum(1), 1, atol=1e-5) and weights[0, 2:].sum() == 0
