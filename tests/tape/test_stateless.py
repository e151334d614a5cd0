"""Training without state: values of all variables go in and come out."""

import numpy as np
import pytest

from funclab import GradientTape, Input, Model, Sequential, layers, metrics, ops, optimizers
from funclab.errors import ArgumentError, NotSupportedError, WeightsError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3)).astype("float32")
Y = RNG.normal(size=(8, 1)).astype("float32")


def model(optimizer):
    made = Sequential(
        [
            Input((3,)),
            layers.Dense(4, "relu", activity_regularizer="l2", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
    )
    rng = np.random.default_rng(1)
    made.set_weights([rng.normal(size=w.shape) ** 2 for w in made.get_weights()])
    made.compile(optimizer, "mse", metrics=["mae"])
    made.optimizer.build(made.trainable_variables)
    return made


def values_of(variables):
    return [ops.convert_to_tensor(np.asarray(v)) for v in variables]


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: optimizers.Adam(0.1),
        lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
        lambda: optimizers.RMSprop(0.1, use_ema=True, clipnorm=1.0),
        lambda: optimizers.Adam(0.1, loss_scale_factor=8.0),
    ],
)
def test_a_loop_on_values_does_what_training_on_batches_does(optimizer):
    by_batches, by_values = model(optimizer()), model(optimizer())
    before = by_values.get_weights()
    trained = values_of(by_values.trainable_variables)
    fixed = values_of(by_values.non_trainable_variables)
    kept = values_of(by_values.optimizer.variables)
    collected = values_of(by_values.metrics_variables)

    for _ in range(3):
        by_batches.train_on_batch(X, Y)
        with GradientTape() as tape:
            tape.watch(trained)
            loss, (_, _, fixed, _) = by_values.compute_loss_and_updates(
                trained, fixed, collected, X, Y, training=True, optimizer_variables=kept
            )
        gradients = tape.gradient(loss, trained)
        trained, kept = by_values.optimizer.stateless_apply(kept, gradients, trained)

    np.testing.assert_array_equal(by_values.optimizer.iterations.numpy(), 0)
    for made, wanted in zip(by_values.get_weights(), before):
        np.testing.assert_array_equal(made, wanted)
    for made, wanted in zip(trained, by_batches.trainable_variables):
        np.testing.assert_allclose(made, wanted.numpy(), rtol=1e-4, atol=1e-6)
    for made, wanted in zip(fixed, by_batches.non_trainable_variables):
        np.testing.assert_allclose(made, wanted.numpy(), rtol=1e-5)
    for made, wanted in zip(kept, by_batches.optimizer.variables):
        np.testing.assert_allclose(made, np.asarray(wanted), rtol=1e-4, atol=1e-7)


def test_a_metric_collects_in_values():
    metric = metrics.MeanAbsoluteError()
    metric.update_state([[0.0]], [[9.0]])

    start = metric.stateless_reset_state()
    values = metric.stateless_update_state(start, [[1.0], [2.0]], [[2.0], [5.0]])
    more = metric.stateless_update_state(values, [[0.0]], [[8.0]])

    assert float(metric.stateless_result(values)) == 2.0
    assert float(metric.stateless_result(more)) == 4.0
    assert float(metric.result()) == 9.0
    with pytest.raises(ArgumentError, match="got 0 values, but"):
        metric.stateless_result([])


def test_variables_without_state_change_for_the_call_only():
    class Counting(layers.Layer):
        def build(self, _):
            self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)
            self.scale = self.add_weight(shape=(), initializer="ones")

        def call(self, x):
            self.count.assign_add(1.0)
            return x * self.scale * self.count

    layer = Counting()
    layer(X)

    outputs, (count,) = layer.stateless_call([2.0], [4.0], X)

    np.testing.assert_allclose(outputs, X * 2 * 5, rtol=1e-6)
    assert float(count) == 5.0 and float(layer.count.numpy()) == 1.0


def test_what_cannot_stand_in_is_refused():
    dense = layers.Dense(2)
    dense.build((None, 3))
    optimizer = optimizers.Adam()

    with pytest.raises(WeightsError, match=r"shape \(3, 2\) not compatible"):
        dense.stateless_call([np.ones((2, 2)), np.ones(2)], [], X)
    with pytest.raises(ArgumentError, match="To call `stateless_apply`, Adam must be built"):
        optimizer.stateless_apply([], [], [])
    optimizer.build(dense.trainable_variables)
    with pytest.raises(ArgumentError, match="got 0 trainable_variables, but adam has 2"):
        optimizer.stateless_apply(optimizer.variables, [], [])


def test_a_step_in_the_form_of_jax_is_refused_at_compile():
    class Own(Model):
        def train_step(self, state, data):
            return {}, state

    with pytest.raises(NotSupportedError, match=r"Own has a train_step\(state, data\)"):
        Own().compile("sgd", "mse")
