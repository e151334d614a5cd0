"""Several outputs by name: losses, weights and metrics as dicts."""

import keras
import numpy as np
from keras import layers

title = keras.Input(shape=(None,), name="title")
body = keras.Input(shape=(None,), name="body")
tags = keras.Input(shape=(4,), name="tags")
title_features = layers.LSTM(8)(layers.Embedding(50, 8)(title))
body_features = layers.LSTM(8)(layers.Embedding(50, 8)(body))
x = layers.concatenate([title_features, body_features, tags])
priority = layers.Dense(1, name="priority")(x)
department = layers.Dense(3, name="department")(x)
model = keras.Model(
    inputs=[title, body, tags], outputs={"priority": priority, "department": department}
)
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-2),
    loss={
        "priority": keras.losses.BinaryCrossentropy(from_logits=True),
        "department": keras.losses.CategoricalCrossentropy(from_logits=True),
    },
    loss_weights={"priority": 1.0, "department": 0.2},
    metrics={"department": ["accuracy"]},
)
rng = np.random.default_rng(0)
data = {
    "title": rng.integers(0, 50, (32, 5)),
    "body": rng.integers(0, 50, (32, 9)),
    "tags": rng.integers(0, 2, (32, 4)).astype("float32"),
}
targets = {"priority": rng.random((32, 1)), "department": np.eye(3)[rng.integers(0, 3, 32)]}
history = model.fit(data, targets, epochs=2, batch_size=8, verbose=0)
assert {"loss", "priority_loss", "department_loss", "department_accuracy"} <= set(history.history)
found = model.predict(data, verbose=0)
assert set(found) == {"priority", "department"} and found["department"].shape == (32, 3)
scores = model.evaluate(data, targets, verbose=0, return_dict=True)
assert abs(scores["loss"] - scores["priority_loss"] - 0.2 * scores["department_loss"]) < 1e-4
