"""Regression as in a book's tenth chapter: scaling, checkpoints, early stopping, layers by name."""

import os

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

rng = np.random.default_rng(42)
data = rng.normal(3, 2, (300, 8))
target = data @ rng.normal(size=8) + 1
X_train_full, X_test, y_train_full, y_test = train_test_split(data, target, random_state=42)
X_train, X_valid, y_train, y_valid = train_test_split(X_train_full, y_train_full, random_state=42)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_valid = scaler.transform(X_valid)
X_test = scaler.transform(X_test)
keras.backend.clear_session()
keras.utils.set_random_seed(42)
model = keras.models.Sequential(
    [
        keras.layers.Input(shape=X_train.shape[1:]),
        keras.layers.Dense(30, activation="relu", name="hidden"),
        keras.layers.Dense(1),
    ]
)
model.compile(loss="mean_squared_error", optimizer=keras.optimizers.SGD(learning_rate=1e-2))
checkpoint_cb = keras.callbacks.ModelCheckpoint("my_keras_model.keras", save_best_only=True)
early_stopping_cb = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
history = model.fit(
    X_train, y_train, epochs=25, validation_data=(X_valid, y_valid),
    callbacks=[checkpoint_cb, early_stopping_cb], verbose=0,
)  # fmt: skip
mse_test = model.evaluate(X_test, y_test, verbose=0)
assert mse_test < np.var(y_test)
rollback = keras.models.load_model("my_keras_model.keras")
assert abs(rollback.evaluate(X_valid, y_valid, verbose=0) - min(history.history["val_loss"])) < 1e-4
assert history.params["epochs"] == 25 and history.epoch == list(range(len(history.epoch)))
hidden = model.get_layer("hidden")
assert hidden is model.layers[0] and hidden.name == "hidden"
weights, biases = hidden.get_weights()
assert weights.shape == (8, 30) and biases.shape == (30,)
model.save_weights("my.weights.h5")
before = model.predict(X_test[:3], verbose=0)
hidden.set_weights([weights * 0, biases])
assert not np.allclose(model.predict(X_test[:3], verbose=0), before)
model.load_weights("my.weights.h5")
assert np.allclose(model.predict(X_test[:3], verbose=0), before)
assert model.optimizer.get_config()["learning_rate"] == np.float32(0.01)


class PrintValTrainRatioCallback(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        ratio = logs["val_loss"] / logs["loss"]
        print(f"epoch {epoch}: val/train = {ratio:.2f}")


model.fit(
    X_train, y_train, epochs=1, validation_data=(X_valid, y_valid), verbose=0,
    callbacks=[PrintValTrainRatioCallback()],
)  # fmt: skip
os.remove("my_keras_model.keras")
