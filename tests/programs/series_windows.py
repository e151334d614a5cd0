"""A series in windows from tf.data, and a forecast by a small convolution and an LSTM."""

import numpy as np
import tensorflow as tf

time = np.arange(200, dtype="float32")
series = np.sin(time / 8) + 0.05 * np.random.default_rng(0).normal(size=200)
split, window_size, batch_size = 150, 12, 16


def windowed_dataset(series, window_size, batch_size, shuffle_buffer):
    series = tf.expand_dims(series, axis=-1)
    ds = tf.data.Dataset.from_tensor_slices(series)
    ds = ds.window(window_size + 1, shift=1, drop_remainder=True)
    ds = ds.flat_map(lambda w: w.batch(window_size + 1))
    ds = ds.shuffle(shuffle_buffer)
    ds = ds.map(lambda w: (w[:-1], w[-1]))
    return ds.batch(batch_size).prefetch(1)


tf.keras.backend.clear_session()
tf.random.set_seed(51)
train = windowed_dataset(series[:split].astype("float32"), window_size, batch_size, 100)
for x, y in train.take(1):
    assert x.shape == (16, 12, 1) and y.shape == (16, 1)
model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Conv1D(8, 3, padding="causal", activation="relu", input_shape=[None, 1]),
        tf.keras.layers.LSTM(8),
        tf.keras.layers.Dense(1),
        tf.keras.layers.Lambda(lambda x: x * 2.0),
    ]
)
model.compile(
    loss=tf.keras.losses.Huber(),
    optimizer=tf.keras.optimizers.SGD(learning_rate=0.02, momentum=0.9),
    metrics=["mae"],
)
history = model.fit(train, epochs=8, verbose=0)
assert history.history["mae"][-1] < 0.6 * history.history["mae"][0]
forecast = [
    model.predict(series[t : t + window_size][np.newaxis, :, np.newaxis], verbose=0)[0, 0]
    for t in range(split - window_size, split)
]
mae = tf.keras.metrics.mean_absolute_error(
    series[split - 0 : split + window_size], forecast
).numpy()
assert np.isfinite(mae)
