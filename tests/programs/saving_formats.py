"""A model is saved in every format, and is the same when it is loaded."""

import json
import os

import numpy as np
from tensorflow import keras


@keras.utils.register_keras_serializable(package="mine")
class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def build():
    inputs = keras.Input((3,), name="x")
    x = keras.layers.Dense(4, activation="relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(Scale(3.0)(x)))


model = build()
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(16, 3))
model.fit(x, x.sum(1), verbose=0)
expected = model.predict(x, verbose=0)
for path in ("model.keras", "model.h5"):
    model.save(path)
    again = keras.models.load_model(path)
    assert np.allclose(again.predict(x, verbose=0), expected, atol=1e-6)
    assert again.optimizer.iterations.numpy() == 1
model.save_weights("model.weights.h5")
other = build()
other.load_weights("model.weights.h5")
assert np.allclose(other.predict(x, verbose=0), expected, atol=1e-6)
config = json.loads(model.to_json())
third = keras.models.model_from_json(json.dumps(config))
third.set_weights(model.get_weights())
assert np.allclose(third.predict(x, verbose=0), expected, atol=1e-6)
fourth = keras.models.clone_model(model)
assert not np.allclose(fourth.predict(x, verbose=0), expected)
assert sorted(os.listdir()) == ["model.h5", "model.keras", "model.weights.h5"]
for name in os.listdir():
    os.remove(name)
