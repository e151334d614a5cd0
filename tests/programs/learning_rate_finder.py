"""The rate grows at every batch; the loss is written down, and the weights are put back."""

import numpy as np
from tensorflow import keras

K = keras.backend


class ExponentialLearningRate(keras.callbacks.Callback):
    def __init__(self, factor):
        self.factor, self.rates, self.losses = factor, [], []

    def on_batch_end(self, batch, logs=None):
        rate = float(self.model.optimizer.learning_rate)
        self.rates.append(rate)
        self.losses.append(logs["loss"])
        self.model.optimizer.learning_rate = rate * self.factor


x = np.random.default_rng(0).normal(size=(128, 4)).astype("float32")
y = x.sum(1)
model = keras.Sequential(
    [
        keras.layers.InputLayer(input_shape=[4]),
        keras.layers.Dense(8, activation="selu", kernel_initializer="lecun_normal"),
        keras.layers.Dense(1),
    ]
)
model.compile(loss="mse", optimizer=keras.optimizers.SGD(learning_rate=1e-3))
init_weights = model.get_weights()
steps = 128 // 16
factor = np.exp(np.log(1.0 / 1e-3) / steps)
init_lr = float(model.optimizer.learning_rate)
finder = ExponentialLearningRate(factor)
model.fit(x, y, epochs=1, batch_size=16, callbacks=[finder], verbose=0)
model.optimizer.learning_rate = init_lr
model.set_weights(init_weights)
assert np.allclose(finder.rates, 1e-3 * factor ** np.arange(steps), rtol=1e-4)
assert len(finder.losses) == steps and round(float(model.optimizer.learning_rate), 5) == 1e-3
