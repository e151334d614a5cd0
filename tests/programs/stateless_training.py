"""Training in which all state is passed along: variables, optimizer and metric as values."""

import keras
import numpy as np
from keras import ops

rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = (x @ np.array([[1.0], [-2.0], [0.5]]) + 0.1).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
optimizer.build(model.trainable_variables)
metric = keras.metrics.MeanAbsoluteError()

trained = [ops.convert_to_tensor(np.array(v)) for v in model.trainable_variables]
fixed = [ops.convert_to_tensor(np.array(v)) for v in model.non_trainable_variables]
slots = [ops.convert_to_tensor(np.array(v)) for v in optimizer.variables]
start = [np.array(v) for v in trained]
errors = []
for epoch in range(20):
    collected = metric.stateless_reset_state()
    for begin in range(0, 64, 16):
        a, b = x[begin : begin + 16], y[begin : begin + 16]
        predicted, fixed = model.stateless_call(trained, fixed, a)
        difference = ops.convert_to_numpy(predicted) - b
        gradients = [2 * a.T @ difference / 16, 2 * difference.mean(0)]
        gradients = [ops.convert_to_tensor(g) for g in gradients]
        trained, slots = optimizer.stateless_apply(slots, gradients, trained)
        collected = metric.stateless_update_state(collected, b, predicted)
    errors.append(float(metric.stateless_result(collected)))
assert errors[-1] < 0.05 < errors[0]
assert int(slots[0]) == 80 and int(optimizer.iterations) == 0
for before, variable in zip(start, model.trainable_variables):
    assert np.array_equal(before, np.array(variable))  # nothing has changed but the values
for value, variable in zip(trained, model.trainable_variables):
    variable.assign(value)
assert np.abs(model.predict(x, verbose=0) - y).mean() < 0.05
