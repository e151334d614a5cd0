"""Windows of a long table by timeseries_dataset_from_array, and four ways to forecast."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

raw = np.stack([np.sin(np.arange(300) / 6), np.cos(np.arange(300) / 6)], 1).astype("float32")
temperature = raw[:, 0]
sampling_rate, sequence_length = 2, 8
delay = sampling_rate * (sequence_length + 3 - 1)
int_sequence = np.arange(10)
dummy = keras.utils.timeseries_dataset_from_array(
    data=int_sequence[:-3], targets=int_sequence[3:], sequence_length=3, batch_size=2
)
rows = [
    ([int(x) for x in inputs[i]], int(targets[i]))
    for inputs, targets in dummy
    for i in range(inputs.shape[0])
]
assert rows[0] == ([0, 1, 2], 3) and rows[-1] == ([4, 5, 6], 7)


def dataset(start, end, shuffle):
    return keras.utils.timeseries_dataset_from_array(
        raw[:-delay],
        targets=temperature[delay:],
        sampling_rate=sampling_rate,
        sequence_length=sequence_length,
        shuffle=shuffle,
        batch_size=16,
        start_index=start,
        end_index=end,
    )


train, val = dataset(0, 180, True), dataset(180, None, False)
for samples, targets in train:
    assert samples.shape == (16, 8, 2) and targets.shape == (16,)
    break
total_abs_err, seen = 0.0, 0
for samples, targets in val:
    total_abs_err += np.sum(np.abs(samples[:, -1, 0] - targets))
    seen += samples.shape[0]
naive = total_abs_err / seen
for body in (
    [layers.Flatten(), layers.Dense(8, activation="relu")],
    [layers.Conv1D(8, 3, activation="relu"), layers.GlobalAveragePooling1D()],
    [layers.LSTM(8, recurrent_dropout=0.1), layers.Dropout(0.1)],
    [layers.Bidirectional(layers.GRU(4))],
):
    inputs = keras.Input(shape=(sequence_length, raw.shape[-1]))
    x = inputs
    for layer in body:
        x = layer(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(optimizer=keras.optimizers.RMSprop(0.01), loss="mse", metrics=["mae"])
    history = model.fit(train, epochs=4, validation_data=val, verbose=0)
    assert history.history["val_mae"][-1] < naive
