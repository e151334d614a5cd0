"""Two inputs, one network for both, and a loss on their distance."""

import numpy as np
from keras import backend as K
from keras.layers import Dense, Input, Lambda
from keras.models import Model


def euclidean_distance(vectors):
    x, y = vectors
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))


def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(
        y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(margin - y_pred, 0))
    )


def accuracy(y_true, y_pred):
    return K.mean(K.equal(y_true, K.cast(y_pred < 0.5, y_true.dtype)))


base_in = Input(shape=(6,))
base = Model(base_in, Dense(4)(Dense(16, activation="relu")(base_in)))
a, b = Input(shape=(6,)), Input(shape=(6,))
distance = Lambda(euclidean_distance, output_shape=lambda shapes: (shapes[0][0], 1))(
    [base(a), base(b)]
)
model = Model([a, b], distance)
model.compile(loss=contrastive_loss, optimizer="rmsprop", metrics=[accuracy])
rng = np.random.default_rng(0)
kinds = rng.integers(0, 2, (128, 2))
x = kinds[..., None] + 0.1 * rng.normal(size=(128, 2, 6))
y = (kinds[:, 0] == kinds[:, 1]).astype("float32")
history = model.fit([x[:, 0], x[:, 1]], y, batch_size=16, epochs=20, verbose=0)
assert history.history["accuracy"][-1] > 0.9
assert len(base.layers[1].inbound_nodes) >= 1 and len(model.layers) == 4
