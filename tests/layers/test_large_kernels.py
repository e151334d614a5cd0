"""Large kernels, which have room between their rows, against the same numbers without it.

EinsumDense("ab,bc->ac") computes what Dense does, and its kernel has no such room.
"""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Input, Model, Sequential, layers, ops, optimizers
from funclab.engine.plan import Plan
from funclab.engine.trace import moments

UNITS = 512
X = np.random.RandomState(0).rand(40, UNITS).astype("float32")
Y = np.random.RandomState(1).rand(40, 3).astype("float32")


def perceptron(spaced: bool, **settings: Any) -> Model:
    shared = {"activation": "tanh", **settings}
    inner = layers.Dense(UNITS, **shared)
    if not spaced:
        inner = layers.EinsumDense("ab,bc->ac", UNITS, bias_axes="c", **shared)
    model = Sequential([Input((UNITS,)), inner, layers.Dense(3)])
    random = np.random.RandomState(2)
    model.set_weights([random.uniform(-0.1, 0.1, w.shape) for w in model.get_weights()])
    return model


def trained(model: Model, optimizer: Any, **settings: Any) -> list[np.ndarray]:
    model.compile(optimizer, "mse")
    model.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0, **settings)
    return model.get_weights()


def assert_alike(ours: list[np.ndarray], others: list[np.ndarray]) -> None:
    for one, other in zip(ours, others, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def strides(model: Model) -> tuple[int, ...]:
    return model.layers[-2].kernel.array.strides


def test_only_large_kernels_of_dense_layers_whose_rows_compete_have_room():
    x = np.zeros((2, UNITS), "float32")
    kernels = {}
    for units in (256, 500, 512, 1000, 1024):
        layer = layers.Dense(units)
        layer(x)
        kernels[units] = layer.kernel.array.strides[0] - 4 * units

    assert kernels == {256: 0, 500: 0, 512: 64, 1000: 0, 1024: 64}
    assert strides(perceptron(True)) == (4 * UNITS + 64, 4)
    assert strides(perceptron(False)) == (4 * UNITS, 4)


@pytest.mark.parametrize(
    "name", [n for n in optimizers.__all__ if n[0].isupper() and n != "Optimizer"]
)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"weight_decay": 0.01, "clipnorm": 0.1, "use_ema": True, "ema_overwrite_frequency": 2},
        {"gradient_accumulation_steps": 2, "global_clipnorm": 0.1},
    ],
)
def test_an_optimizer_trains_them_alike(name, settings):
    made = []
    for spaced in (True, False):
        optimizer = getattr(optimizers, name)(**settings)
        if "weight_decay" in settings:
            optimizer.exclude_from_weight_decay(var_names=["bias"])
        made.append(trained(perceptron(spaced), optimizer))

    assert_alike(*made)


def test_a_regularizer_and_a_constraint_act_on_them_alike():
    settings = {"kernel_regularizer": "l2", "kernel_constraint": "unit_norm"}

    made = [trained(perceptron(spaced, **settings), "sgd") for spaced in (True, False)]

    assert_alike(*made)


@pytest.mark.parametrize(
    "use",
    [
        lambda kernel: ops.reshape(kernel, (-1, 64)),
        lambda kernel: ops.transpose(kernel),
        lambda kernel: ops.expand_dims(kernel, 0),
        lambda kernel: ops.gelu(kernel),
        lambda kernel: ops.softmax(kernel),
        lambda kernel: ops.sum(kernel, axis=0),
        lambda kernel: kernel[3:7, ::2],
        lambda kernel: ops.matmul(kernel, ops.transpose(kernel)),
        lambda kernel: ops.einsum("ab,ab->a", kernel, kernel),
    ],
)
def test_any_op_may_read_such_a_kernel_while_it_is_trained(use):
    class Penalized(layers.Layer):
        def __init__(self, of):
            super().__init__()
            self.of = of

        def call(self, x):
            self.add_loss(ops.sum(use(self.of.kernel)) / 1000)
            return x

    def penalized(spaced):
        model = perceptron(spaced)
        x = Input((UNITS,))
        model = Model(x, Penalized(model.layers[-2])(model(x)))
        return trained(model, "sgd")

    assert_alike(penalized(True), penalized(False))


@pytest.mark.usefixtures("recorded")
def test_a_plan_that_reads_such_a_kernel_in_another_shape_runs_step_by_step():
    kernel = perceptron(True).layers[-2].kernel
    plan = Plan(ops.sum(ops.reshape(kernel, (-1,))), keep=True)

    made = [moment.arrays[0] for moment in moments(plan) if moment.kind == "forward"]

    np.testing.assert_allclose(made[-1], kernel.numpy().sum(), rtol=1e-4)
    np.testing.assert_array_equal(plan.grads[kernel], 1)


def test_a_copy_goes_on_with_the_training():
    model, other = perceptron(True), perceptron(False)
    trained(model, "adam"), trained(other, "adam")

    copies = pickle.loads(pickle.dumps(model)), copy.deepcopy(model)
    before = model.predict(X)
    other.fit(X, Y, batch_size=16, shuffle=False, verbose=0)

    for again in copies:
        assert strides(again) == strides(model)
        np.testing.assert_array_equal(again.predict(X), before)
        again.fit(X, Y, batch_size=16, shuffle=False, verbose=0)
        assert_alike(again.get_weights(), other.get_weights())


def test_a_saved_model_goes_on_with_the_training(tmp_path):
    model = perceptron(True)
    trained(model, "adam")
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    again = funclab.models.load_model(tmp_path / "model.keras")
    bare = perceptron(True)
    bare.load_weights(tmp_path / "model.weights.h5")

    np.testing.assert_array_equal(bare.predict(X), model.predict(X))
    for each in (model, again):
        each.fit(X, Y, batch_size=16, shuffle=False, verbose=0)
    for ours, its in zip(again.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(ours, its)


def test_a_layer_that_was_called_on_numbers_first_is_trained_alike():
    made = []
    for spaced in (True, False):
        model = perceptron(spaced)
        model.layers[-2](X)
        made.append(trained(model, "adam"))

    assert_alike(*made)


def test_a_kernel_keeps_its_room_and_takes_other_numbers():
    model = perceptron(True)
    kernel = model.layers[-2].kernel
    numbers = np.arange(UNITS * UNITS, dtype="float32").reshape(UNITS, UNITS)

    kernel.assign(numbers)
    kernel.assign_add(numbers)

    np.testing.assert_array_equal(kernel.numpy(), 2 * numbers)
    assert kernel.numpy().flags.c_contiguous
    np.testing.assert_array_equal(np.asarray(kernel), 2 * numbers)
