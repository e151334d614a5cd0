"""A model called on arrays computes by a plan that it keeps, and shows every change of a layer."""

import gc

import numpy as np
import pytest

from funclab import Input, Model, layers, ops, utils
from funclab.engine.plan import Plan
from funclab.layers.base import Layer
from tests.layers.examples import EXAMPLES

DATA = np.random.default_rng(0).standard_normal((3, 4)).astype("float32")


def plans() -> int:
    gc.collect()
    return sum(isinstance(each, Plan) for each in gc.get_objects())


def a_model(*stack):
    x = y = Input((4,))
    for layer in stack:
        y = layer(y)
    return Model(x, y)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_call_gives_what_a_plan_made_for_it_alone_gives(example):
    tensors, layer = example.tensors(), example.layer()
    model = Model(tensors, example.call(layer, tensors))
    arrays, random_state = example.arrays(), [v.numpy() for v in model.variables]

    called = [model(arrays, training=training) for training in (False, True)]
    for variable, before in zip(model.variables, random_state):
        variable.assign(before)
    alone = [Layer._call_on_arrays(model, (arrays,), {"training": t}) for t in (False, True)]

    np.testing.assert_equal(
        *(
            [leaf for made in results for leaf in (made if isinstance(made, list) else [made])]
            for results in (called, alone)
        )
    )


def test_many_calls_make_one_plan():
    model = a_model(layers.Dense(2), layers.Dropout(0.5))
    model(DATA)
    before = plans()

    for _ in range(3):
        model(DATA)

    assert plans() == before


@pytest.mark.parametrize(
    ("layer", "change", "training"),
    [
        (lambda: layers.LeakyReLU(0.1), {"negative_slope": 0.5}, False),
        (lambda: layers.Dense(2, activation="relu"), {"activation": ops.negative}, False),
        (lambda: layers.Dropout(0.9, seed=1), {"rate": 0.0}, True),
        (lambda: layers.BatchNormalization(), {"trainable": False}, True),
    ],
)
def test_a_call_shows_at_once_what_was_changed_on_a_layer(layer, change, training):
    layer = layer()
    model = a_model(layer)
    before = model(DATA, training=training)

    for name, value in change.items():
        setattr(layer, name, value)

    assert not np.allclose(model(DATA, training=training), before)


def test_a_call_shows_what_was_changed_on_a_layer_inside_a_model_inside():
    layer = layers.LeakyReLU(0.1)
    model = a_model(a_model(layers.Dense(4), layer))
    before = model(DATA)

    layer.negative_slope = 0.5

    assert not np.allclose(model(DATA), before)


def test_a_function_of_the_users_is_asked_at_every_call():
    factor = [1.0]
    model = a_model(layers.Lambda(lambda x: x * factor[0]))
    before = model(DATA)

    factor[0] = 2.0

    np.testing.assert_array_equal(model(DATA), 2 * before)


def test_every_call_draws_anew():
    utils.set_random_seed(1)
    model = a_model(layers.Dropout(0.5))

    first, second = model(DATA, training=True), model(DATA, training=True)

    assert not np.array_equal(first, second)


def test_a_call_on_many_samples_keeps_no_memory():
    model = a_model(layers.Dense(2))
    before = plans()

    model(np.repeat(DATA, 11, axis=0))

    assert plans() == before
