"""Ratings from the product of two embeddings and two biases, as a subclassed model."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class RecommenderNet(keras.Model):
    def __init__(self, num_users, num_movies, embedding_size, **kwargs):
        super().__init__(**kwargs)
        settings = {
            "embeddings_initializer": "he_normal",
            "embeddings_regularizer": keras.regularizers.l2(1e-6),
        }
        self.user_embedding = layers.Embedding(num_users, embedding_size, **settings)
        self.user_bias = layers.Embedding(num_users, 1)
        self.movie_embedding = layers.Embedding(num_movies, embedding_size, **settings)
        self.movie_bias = layers.Embedding(num_movies, 1)

    def call(self, inputs):
        user_vector = self.user_embedding(inputs[:, 0])
        movie_vector = self.movie_embedding(inputs[:, 1])
        dot = tf.reduce_sum(user_vector * movie_vector, axis=1, keepdims=True)
        x = dot + self.user_bias(inputs[:, 0]) + self.movie_bias(inputs[:, 1])
        return tf.nn.sigmoid(x)


rng = np.random.default_rng(0)
pairs = np.stack([rng.integers(0, 10, 400), rng.integers(0, 12, 400)], axis=1)
likes = rng.random(10)[pairs[:, 0]] * rng.random(12)[pairs[:, 1]]
model = RecommenderNet(10, 12, 4)
model.compile(
    loss=tf.keras.losses.BinaryCrossentropy(), optimizer=keras.optimizers.Adam(learning_rate=0.02)
)
history = model.fit(x=pairs, y=likes, batch_size=32, epochs=15, validation_split=0.1, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert model.predict(pairs[:5], verbose=0).shape == (5, 1)
assert model.user_embedding.get_weights()[0].shape == (10, 4)
