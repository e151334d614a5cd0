"""What programs of Keras 2 do around the model: names of history, keywords, legacy optimizers."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4)).astype("float32")
y = (x @ np.array([1.0, -1, 0.5, 0])).astype("float32")
model = keras.Sequential()
model.add(layers.InputLayer(input_shape=(4,)))
model.add(layers.Dense(8, activation="relu"))
model.add(layers.Dense(1))
optimizer = keras.optimizers.legacy.SGD(learning_rate=0.05, momentum=0.9)
model.compile(loss="mean_squared_error", optimizer=optimizer, metrics=["mean_absolute_error"])
checkpoint = keras.callbacks.ModelCheckpoint("w{epoch:02d}.h5", period=2, save_weights_only=True)
history = model.fit(x, y, epochs=4, validation_split=0.25, callbacks=[checkpoint], verbose=0)
assert "val_mean_absolute_error" in history.history
assert history.history["loss"][-1] < history.history["loss"][0]
rate = model.optimizer.learning_rate
assert f"{float(rate):.3f}" == "0.050" and round(float(rate), 2) == 0.05
lstm = layers.LSTM(3, implementation=1)
assert lstm(np.zeros((2, 4, 5), "float32")).shape == (2, 3)
stacked = layers.RNN([layers.LSTMCell(4), layers.LSTMCell(3)])
assert stacked(np.zeros((2, 5, 6), "float32")).shape == (2, 3)
relu = layers.ReLU(threshold=1.0)
assert np.array(relu(np.array([0.5, 1.0, 1.5], "float32"))).tolist() == [0.0, 0.0, 1.5]
area = keras.metrics.AUC(thresholds=[0.0, 0.5, 1.0])
area.update_state([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
assert 0 < float(area.result()) < 1
constrained = keras.constraints.NonNeg()(keras.backend.variable(np.array([-1.0, 2.0])))
assert np.array(constrained).tolist() == [0.0, 2.0]
mean = keras.metrics.Mean()
mean.update_state([[1.0, 3.0], [5.0, 7.0]], sample_weight=[1.0, 0.0])
assert abs(float(mean.result()) - 2.0) < 1e-6
