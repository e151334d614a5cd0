"""Users and films as vectors in a subclassed model, and dense ranks of what was not seen."""

import keras
import numpy as np
from keras import layers, ops

rng = np.random.default_rng(0)
num_users, num_movies = 12, 15
taste, kind = rng.integers(0, 2, num_users), rng.integers(0, 2, num_movies)
pairs = rng.permutation([(u, m) for u in range(num_users) for m in range(num_movies)])
y = (taste[pairs[:, 0]] == kind[pairs[:, 1]]).astype("float32")


class RecommenderNet(keras.Model):
    def __init__(self, num_users, num_movies, embedding_size, **kwargs):
        super().__init__(**kwargs)
        settings = dict(
            embeddings_initializer="he_normal",
            embeddings_regularizer=keras.regularizers.l2(1e-6),
        )
        self.user_embedding = layers.Embedding(num_users, embedding_size, **settings)
        self.user_bias = layers.Embedding(num_users, 1)
        self.movie_embedding = layers.Embedding(num_movies, embedding_size, **settings)
        self.movie_bias = layers.Embedding(num_movies, 1)

    def call(self, inputs):
        user_vector, user_bias = self.user_embedding(inputs[:, 0]), self.user_bias(inputs[:, 0])
        movie_vector, movie_bias = self.movie_embedding(inputs[:, 1]), self.movie_bias(inputs[:, 1])
        dot_user_movie = ops.sum(user_vector * movie_vector, axis=1, keepdims=True)
        return ops.nn.sigmoid(dot_user_movie + user_bias + movie_bias)


model = RecommenderNet(num_users, num_movies, 8)
model.compile(
    loss=keras.losses.BinaryCrossentropy(), optimizer=keras.optimizers.Adam(learning_rate=0.05)
)
history = model.fit(
    x=pairs[:150], y=y[:150], batch_size=16, epochs=15, verbose=0,
    validation_data=(pairs[150:], y[150:]),
)  # fmt: skip
assert history.history["val_loss"][-1] < history.history["val_loss"][0]
user_movie_array = np.hstack(([[0]] * num_movies, np.arange(num_movies).reshape(-1, 1)))
ratings = model.predict(user_movie_array, verbose=0).flatten()
top = ratings.argsort()[-5:][::-1]
assert (kind[top] == taste[0]).mean() > 0.7
