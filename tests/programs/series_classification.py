"""Sensor readings in two classes: convolutions, then attention, each with callbacks."""

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(0)
y_train = rng.integers(0, 2, 80) * 2 - 1
t = np.linspace(0, 6, 40)
x_train = np.sin(t * np.where(y_train == 1, 2, 1)[:, None]) + rng.normal(0, 0.2, (80, 40))
x_train = x_train.reshape((x_train.shape[0], x_train.shape[1], 1))
idx = np.random.permutation(len(x_train))
x_train, y_train = x_train[idx], y_train[idx]
y_train[y_train == -1] = 0
num_classes = len(np.unique(y_train))
assert num_classes == 2


def make_model(input_shape):
    input_layer = layers.Input(input_shape)
    x = input_layer
    for _ in range(2):
        x = layers.Conv1D(filters=8, kernel_size=3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.models.Model(
        inputs=input_layer, outputs=layers.Dense(num_classes, activation="softmax")(x)
    )


def transformer_encoder(inputs, head_size, num_heads, ff_dim, dropout=0.0):
    x = layers.MultiHeadAttention(key_dim=head_size, num_heads=num_heads, dropout=dropout)(
        inputs, inputs
    )
    x = layers.Dropout(dropout)(x)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    res = x + inputs
    x = layers.Conv1D(filters=ff_dim, kernel_size=1, activation="relu")(res)
    x = layers.Conv1D(filters=inputs.shape[-1], kernel_size=1)(x)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    return x + res


def build_transformer(input_shape):
    inputs = keras.Input(shape=input_shape)
    x = transformer_encoder(inputs, 4, 2, 4, 0.1)
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dense(8, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(num_classes, activation="softmax")(x))


callbacks = [
    keras.callbacks.ModelCheckpoint("best_model.keras", save_best_only=True, monitor="val_loss"),
    keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=20, min_lr=0.0001),
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=50, verbose=0),
]
for build, epochs in ((make_model, 12), (build_transformer, 3)):
    model = build(x_train.shape[1:])
    model.compile(
        optimizer=keras.optimizers.Adam(0.02),
        loss="sparse_categorical_crossentropy",
        metrics=["sparse_categorical_accuracy"],
    )
    history = model.fit(
        x_train, y_train, batch_size=16, epochs=epochs, callbacks=callbacks, validation_split=0.2,
        verbose=0,
    )  # fmt: skip
    assert history.history["loss"][-1] < history.history["loss"][0]
    best = keras.models.load_model("best_model.keras")
    loss, _ = best.evaluate(x_train[64:], y_train[64:], verbose=0)
    assert loss <= min(history.history["val_loss"]) + 1e-4
