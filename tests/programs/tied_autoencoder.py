"""Autoencoders: stacked, with tied weights, sparse by a regularizer, recurrent, and with noise."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
angles = rng.random((96, 1)) * 6
X = np.concatenate([np.sin(angles + shift) for shift in range(8)], 1).astype("float32") / 2 + 0.5


class DenseTranspose(keras.layers.Layer):
    def __init__(self, dense, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.dense = dense
        self.activation = keras.activations.get(activation)

    def build(self, batch_input_shape):
        self.biases = self.add_weight(
            name="bias", shape=(self.dense.kernel.shape[0],), initializer="zeros"
        )
        super().build(batch_input_shape)

    def call(self, inputs):
        Z = tf.matmul(inputs, self.dense.kernel, transpose_b=True)
        return self.activation(Z + self.biases)


dense_1 = keras.layers.Dense(6, activation="selu")
dense_2 = keras.layers.Dense(2, activation="selu")
tied_encoder = keras.models.Sequential([keras.layers.Input((8,)), dense_1, dense_2])
tied_decoder = keras.models.Sequential(
    [
        keras.layers.Input((2,)),
        DenseTranspose(dense_2, activation="selu"),
        DenseTranspose(dense_1, activation="sigmoid"),
    ]
)
tied_ae = keras.models.Sequential([tied_encoder, tied_decoder])
tied_ae.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=1.0))
losses = tied_ae.fit(X, X, epochs=8, verbose=0).history["loss"]
assert losses[-1] < losses[0]
assert (
    sum(int(np.prod(w.shape)) for w in tied_ae.trainable_weights) == 8 * 6 + 6 * 2 + 6 + 2 + 8 + 6
)

kl_divergence = keras.losses.kullback_leibler_divergence


class KLDivergenceRegularizer(keras.regularizers.Regularizer):
    def __init__(self, weight, target=0.1):
        self.weight = weight
        self.target = target

    def __call__(self, inputs):
        mean_activities = tf.reduce_mean(inputs, axis=0)
        return self.weight * (
            kl_divergence(self.target, mean_activities)
            + kl_divergence(1.0 - self.target, 1.0 - mean_activities)
        )


sparse_encoder = keras.models.Sequential(
    [
        keras.layers.Input((8,)),
        keras.layers.Dense(
            12, activation="sigmoid", activity_regularizer=KLDivergenceRegularizer(0.05)
        ),
    ]
)
sparse_ae = keras.models.Sequential([sparse_encoder, keras.layers.Dense(8, activation="sigmoid")])
sparse_ae.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.05))
before = sparse_encoder.predict(X, verbose=0).mean()
sparse_ae.fit(X, X, epochs=25, verbose=0)
assert sparse_encoder.predict(X, verbose=0).mean() < before

recurrent = keras.models.Sequential(
    [
        keras.layers.Input((8, 1)),
        keras.layers.LSTM(6, return_sequences=True),
        keras.layers.LSTM(4),
        keras.layers.RepeatVector(8),
        keras.layers.LSTM(6, return_sequences=True),
        keras.layers.TimeDistributed(keras.layers.Dense(1, activation="sigmoid")),
    ]
)
recurrent.compile(loss="binary_crossentropy", optimizer="adam", metrics=["mae"])
assert recurrent.fit(X, X[..., np.newaxis], epochs=2, verbose=0).history["loss"][-1] < 0.75

hashing = keras.models.Sequential(
    [
        keras.layers.Input((8,)),
        keras.layers.Dense(8, activation="selu"),
        keras.layers.GaussianNoise(0.9),
        keras.layers.Dense(
            4, activation="sigmoid", activity_regularizer=keras.regularizers.l1(1e-3)
        ),
        keras.layers.Dense(8, activation="sigmoid"),
    ]
)
hashing.compile(loss="binary_crossentropy", optimizer="nadam")
hashing.fit(X, X, epochs=2, verbose=0)
bits = (keras.Model(hashing.inputs, hashing.layers[-2].output).predict(X, verbose=0) > 0.5).astype(
    int
)
assert bits.shape == (96, 4) and set(np.unique(bits)) <= {0, 1}
