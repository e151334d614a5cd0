"""Normalization: in training, in inference, and frozen."""

import numpy as np
import pytest

from funclab import Input, Model, layers
from funclab.engine.plan import Plan
from funclab.errors import ShapeError
from funclab.graph.tape import Tape
from funclab.graph.value import Constant
from funclab.layers import BatchNormalization, GroupNormalization

DATA = np.random.default_rng(0).normal(3, 2, (40, 5)).astype("float32")


def test_a_frozen_layer_is_in_use_even_in_training():
    layer = BatchNormalization()
    layer(DATA)
    layer.trainable = False

    np.testing.assert_array_equal(layer(DATA, training=True), layer(DATA))
    np.testing.assert_array_equal(layer.moving_mean.array, 0)
    assert layer.trainable_weights == []


def test_weights_stand_in_the_order_of_keras():
    layer = BatchNormalization()
    layer(DATA)

    names = [weight.path for weight in layer.weights]

    assert names == [
        f"batch_normalization/{name}"
        for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    assert [weight.trainable for weight in layer.weights] == [True, True, False, False]


def test_masked_steps_do_not_count():
    steps = DATA.reshape(8, 5, 5)
    mask = np.arange(5) < np.array([1, 2, 3, 4, 5, 5, 4, 3])[:, None]
    layer, value = BatchNormalization(momentum=0.0), Constant(steps)
    value.mask = Constant(mask)
    with Tape(training=True) as tape:
        output = layer(value)
    plan = Plan(output, wrt=(), updates=tape.updates)

    plan.run()

    np.testing.assert_allclose(layer.moving_mean.array, steps[mask].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.array, steps[mask].var(axis=0), rtol=1e-4)


def test_another_number_of_channels_is_refused():
    layer = BatchNormalization(name="norm")
    layer(DATA)

    with pytest.raises(ShapeError, match=r"norm.*axis 1 .* value 5 but got shape \(None, 4\)"):
        layer(Input((4,)))


def test_an_axis_that_is_none_is_refused():
    with pytest.raises(ShapeError, match="out of range"):
        BatchNormalization(axis=3)(Input((4,)))


def test_a_list_of_one_axis_is_that_axis():
    assert BatchNormalization(axis=[2]).axis == 2


def test_models_carry_the_state_between_batches():
    layer = BatchNormalization(momentum=0.5)

    for _ in range(2):
        layer(DATA, training=True)

    np.testing.assert_allclose(layer.moving_mean.array, 0.75 * DATA.mean(axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("groups", "axis", "says"),
    [(3, -1, "must be a multiple"), (9, -1, "cannot be more"), (1, 1, "defined dimension")],
)
def test_channels_that_cannot_be_divided_into_groups_are_refused(groups, axis, says):
    with pytest.raises(ShapeError, match=says):
        GroupNormalization(groups, axis)(Input((None, 4)))


def test_a_batch_of_which_one_row_counts_has_that_row_as_its_mean():
    layer, value = BatchNormalization(momentum=0.0), Constant(DATA[:3])
    value.mask = Constant(np.array([False, True, False]))
    with Tape(training=True) as tape:
        output = layer(value)

    Plan(output, wrt=(), updates=tape.updates).run()

    np.testing.assert_allclose(layer.moving_mean.array, DATA[1], rtol=1e-6)


def test_calls_of_a_shared_layer_come_from_the_deepest_on_as_in_keras():
    x, shared = Input((2,)), layers.BatchNormalization(momentum=0.5)
    near = shared(x)
    far = layers.Rescaling(1.0)(shared(layers.Rescaling(2.0)(x)))
    model = Model(x, layers.Add()([far, near]))

    model(np.array([[1.0, 3.0], [3.0, 5.0]], "float32"), training=True)

    # First with the mean of twice the numbers, then with theirs.
    np.testing.assert_allclose(shared.moving_mean.numpy(), [2.0, 4.0])


@pytest.mark.parametrize("width", [3, 50, 64])
def test_rows_far_from_zero_lose_nothing(width: int):
    far = (1000 + np.random.default_rng(0).standard_normal((9, width))).astype("float32")

    made = layers.LayerNormalization()(far)

    exact = far.astype("float64")
    distances = exact - exact.mean(1, keepdims=True)
    expected = distances / np.sqrt(np.square(distances).mean(1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(made, expected, atol=1e-5)
