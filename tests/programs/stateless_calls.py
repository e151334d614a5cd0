"""A layer as a function of its variables: state goes in and comes out."""

import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(16, 3)).astype("float32")
dense = keras.layers.Dense(2)
dense.build((None, 3))
kernel, bias = np.ones((3, 2), "float32"), np.zeros(2, "float32")
outputs, states = dense.stateless_call([kernel, bias], [], x)
assert np.allclose(outputs, x @ kernel, atol=1e-5) and len(states) == 0
norm = keras.layers.BatchNormalization()
norm.build((None, 3))
trainable = [np.array(v) for v in norm.trainable_variables]
fixed = [np.array(v) for v in norm.non_trainable_variables]
outputs, states = norm.stateless_call(trainable, fixed, x, training=True)
assert np.allclose(states[0], 0.01 * x.mean(0), atol=1e-5)
assert np.allclose(np.array(norm.moving_mean), 0.0)  # its own state did not change
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
weights = [np.array(v) for v in model.trainable_variables]
first, _ = model.stateless_call(weights, [], x)
second, _ = model.stateless_call([w * 0 for w in weights], [], x)
assert np.allclose(first, model(x), atol=1e-5) and np.allclose(second, 0)
