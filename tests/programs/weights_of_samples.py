"""Sample weights and class weights are counted the same, in fit, evaluate and a pipeline."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int64")


def build():
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=[keras.metrics.SparseCategoricalAccuracy(name="weighted")],
    )
    return model


class_weight = {0: 1.0, 1: 3.0}
sample_weight = np.where(y == 1, 3.0, 1.0).astype("float32")
settings = dict(epochs=3, batch_size=20, shuffle=False, verbose=0)
by_class = build()
by_class.fit(x, y, class_weight=class_weight, **settings)
by_sample = build()
by_sample.fit(x, y, sample_weight=sample_weight, **settings)
by_pipeline = build()
dataset = tf.data.Dataset.from_tensor_slices((x, y, sample_weight)).batch(20)
by_pipeline.fit(dataset, epochs=3, verbose=0)
for other in (by_sample, by_pipeline):
    for a, b in zip(by_class.get_weights(), other.get_weights()):
        assert np.allclose(a, b, atol=1e-5)
logs = by_class.evaluate(x, y, sample_weight=sample_weight, verbose=0, return_dict=True)
right = by_class.predict(x, verbose=0).argmax(1) == y
assert abs(logs["accuracy"] - right.mean()) < 1e-5
assert abs(logs["weighted"] - (right * sample_weight).sum() / sample_weight.sum()) < 1e-5
history = build().fit(x, y, validation_data=(x, y, sample_weight), epochs=1, verbose=0)
assert {"val_weighted", "val_accuracy"} <= set(history.history)
split = build().fit(x, y, validation_split=0.25, epochs=1, batch_size=15, verbose=0)
assert split.params["steps"] == 3
