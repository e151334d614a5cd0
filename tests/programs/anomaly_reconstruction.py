"""What an autoencoder of series cannot rebuild is an anomaly: a threshold from training."""

import keras
import numpy as np
import pandas as pd
from keras import layers

index = pd.date_range("2024-01-01", periods=360, freq="5min")
values = np.sin(np.arange(360) / 4)
train = pd.DataFrame({"value": values}, index=index)
test = train.copy()
test.iloc[200:204] = 4.0
training_mean, training_std = train.mean(), train.std()
df_training_value = (train - training_mean) / training_std
TIME_STEPS = 24


def create_sequences(values, time_steps=TIME_STEPS):
    return np.stack([values[i : i + time_steps] for i in range(len(values) - time_steps + 1)])


x_train = create_sequences(df_training_value.values)
assert x_train.shape == (337, 24, 1)
model = keras.Sequential(
    [
        layers.Input(shape=(x_train.shape[1], x_train.shape[2])),
        layers.Conv1D(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Dropout(rate=0.1),
        layers.Conv1D(filters=4, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(filters=4, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(filters=1, kernel_size=7, padding="same"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.005), loss="mse")
history = model.fit(
    x_train, x_train, epochs=12, batch_size=64, validation_split=0.1, verbose=0,
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, mode="min")],
)  # fmt: skip
assert history.history["val_loss"][-1] < history.history["val_loss"][0]
train_mae_loss = np.mean(np.abs(model.predict(x_train, verbose=0) - x_train), axis=1)
threshold = np.max(train_mae_loss)
x_test = create_sequences(((test - training_mean) / training_std).values)
test_mae_loss = np.mean(np.abs(model.predict(x_test, verbose=0) - x_test), axis=1).reshape(-1)
anomalies = test_mae_loss > threshold
assert anomalies.any() and anomalies[:150].sum() == 0
assert 177 <= int(np.argmax(test_mae_loss)) <= 203
