"""A first network on digits, as courses of 2017 to 2020 wrote it."""

import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
x_train = rng.integers(0, 256, (64, 28, 28)).astype("uint8")
y_train = (x_train[:, :14].mean((1, 2)) > x_train[:, 14:].mean((1, 2))).astype("int64")
x_train = x_train / 255.0

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(28, 28)),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dropout(0.2),
        tf.keras.layers.Dense(2),
    ]
)
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
predictions = model(x_train[:1]).numpy()
probabilities = tf.nn.softmax(predictions).numpy()
assert abs(probabilities.sum() - 1) < 1e-5
assert loss_fn(y_train[:1], predictions).numpy() > 0
model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=20, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
loss, accuracy = model.evaluate(x_train, y_train, verbose=2)
assert accuracy > 0.6
probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
assert probability_model(x_train[:5]).shape == (5, 2)
