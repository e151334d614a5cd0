"""Two inputs meet late; a second output has a loss and weight of its own."""

import numpy as np
from tensorflow import keras

rng = np.random.default_rng(42)
x = rng.normal(size=(200, 8)).astype("float32")
y = (x @ np.arange(8) / 10).astype("float32")
wide, deep = x[:, :5], x[:, 2:]
input_wide = keras.layers.Input(shape=[5], name="wide_input")
input_deep = keras.layers.Input(shape=[6], name="deep_input")
hidden1 = keras.layers.Dense(30, activation="relu")(input_deep)
hidden2 = keras.layers.Dense(30, activation="relu")(hidden1)
concat = keras.layers.concatenate([input_wide, hidden2])
output = keras.layers.Dense(1, name="main_output")(concat)
aux_output = keras.layers.Dense(1, name="aux_output")(hidden2)
model = keras.models.Model(inputs=[input_wide, input_deep], outputs=[output, aux_output])
model.compile(
    loss=["mse", "mse"], loss_weights=[0.9, 0.1], optimizer=keras.optimizers.SGD(learning_rate=1e-2)
)
history = model.fit(
    [wide[:150], deep[:150]],
    [y[:150], y[:150]],
    epochs=10,
    verbose=0,
    validation_data=([wide[150:], deep[150:]], [y[150:], y[150:]]),
)
assert "val_main_output_loss" in history.history
total, main, aux = model.evaluate([wide, deep], [y, y], verbose=0)
assert abs(total - (0.9 * main + 0.1 * aux)) < 1e-4
named = model.predict({"wide_input": wide[:3], "deep_input": deep[:3]}, verbose=0)
assert [part.shape for part in named] == [(3, 1), (3, 1)]
