"""A callback with a method for every moment, and the order in which they are called."""

import numpy as np
from tensorflow import keras

calls = []


class Every(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        calls.append("train<")

    def on_train_end(self, logs=None):
        calls.append("train>")

    def on_epoch_begin(self, epoch, logs=None):
        calls.append(f"epoch{epoch}<")

    def on_epoch_end(self, epoch, logs=None):
        calls.append(f"epoch{epoch}>")
        assert {"loss", "mae", "val_loss", "val_mae"} <= set(logs)

    def on_train_batch_begin(self, batch, logs=None):
        calls.append(f"batch{batch}<")

    def on_train_batch_end(self, batch, logs=None):
        calls.append(f"batch{batch}>")
        assert np.isfinite(logs["loss"])

    def on_test_begin(self, logs=None):
        calls.append("test<")

    def on_test_end(self, logs=None):
        calls.append("test>")

    def on_test_batch_end(self, batch, logs=None):
        calls.append(f"tested{batch}")

    def on_predict_begin(self, logs=None):
        calls.append("predict<")

    def on_predict_batch_end(self, batch, logs=None):
        calls.append(f"predicted{batch}")

    def on_predict_end(self, logs=None):
        calls.append("predict>")


class StopAtLoss(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("loss") < 1e9:
            self.model.stop_training = True


x, y = np.ones((8, 2)), np.zeros(8)
model = keras.Sequential([keras.layers.Dense(1, input_dim=2)])
model.compile(keras.optimizers.RMSprop(learning_rate=0.1), "mean_squared_error", metrics=["mae"])
model.fit(
    x, y, batch_size=4, epochs=5, verbose=0, validation_split=0.5, callbacks=[Every(), StopAtLoss()]
)
model.predict(x, batch_size=4, verbose=0, callbacks=[Every()])
assert calls == [
    "train<",
    "epoch0<",
    "batch0<",
    "batch0>",
    "test<",
    "tested0",
    "test>",
    "epoch0>",
    "train>",
    "predict<",
    "predicted0",
    "predicted1",
    "predict>",
]
