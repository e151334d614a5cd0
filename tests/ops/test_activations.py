"""Activations by name, by function, and by formula."""

import numpy as np
import pytest

from funclab import activations, ops
from funclab.errors import ArgumentError, NameLookupError

X = np.array([-4.0, -1.5, -0.5, 0.0, 0.5, 1.5, 7.0])
LOGISTIC = 1 / (1 + np.exp(-X))

# Those that are not compared with Keras in test_keras.
FORMULAS = {
    "swish": X * LOGISTIC,
    "hard_swish": X * np.clip(X / 6 + 0.5, 0, 1),
    "mish": X * np.tanh(np.log(1 + np.exp(X))),
    "exponential": np.exp(X),
    "linear": X,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_an_activation_follows_its_formula(name: str):
    made = activations.get(name)(X)

    np.testing.assert_allclose(made, FORMULAS[name], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    "name", sorted(set(activations.__all__) - {"get", "serialize", "deserialize"})
)
def test_an_activation_is_found_again_by_its_name(name: str):
    function = getattr(activations, name)

    config = activations.serialize(activations.get(name))

    assert activations.get(name) is function
    assert activations.deserialize(config) is function


def test_relu_takes_a_slope_a_ceiling_and_a_threshold():
    made = activations.relu(X, negative_slope=0.1, max_value=6.0, threshold=1.0)

    expected = np.where(X >= 6, 6, np.where(X >= 1, X, 0.1 * (X - 1)))
    np.testing.assert_allclose(made, expected)


def test_no_activation_means_linear():
    assert activations.get(None) is activations.linear
    assert activations.deserialize(None) is activations.linear


def test_a_function_of_your_own_is_used_as_it_is():
    def twice(x):
        return x * 2

    assert activations.get(twice) is twice
    assert activations.deserialize("twice", {"twice": twice}) is twice


def test_an_unknown_name_suggests_near_ones():
    with pytest.raises(NameLookupError, match="did you mean relu"):
        activations.get("rellu")


def test_something_that_cannot_be_called_is_refused():
    with pytest.raises(ArgumentError, match="Could not interpret activation identifier: 3"):
        activations.get(3)


def test_fused_activations_are_those_the_bias_op_can_do():
    assert activations.fused_name(activations.relu) == "relu"
    assert activations.fused_name(activations.get(None)) == "linear"
    assert activations.fused_name(activations.elu) is None
    assert activations.fused_name(lambda x: x) is None


@pytest.mark.parametrize("name", list(ops.FUSED))
def test_a_fused_activation_is_the_activation_after_the_bias(name: str):
    x, b = np.linspace(-60, 60, 24).reshape(2, 3, 4), np.array([1.0, -1.0, 0.0, 2.0])

    made = ops.bias_activation(x, b, name)

    np.testing.assert_allclose(made, activations.get(name)(x + b), rtol=1e-12, atol=1e-15)


def test_a_bias_may_stand_beside_the_channels_axis():
    x, b = np.zeros((2, 3, 4)), np.array([1.0, 2.0, 3.0])

    assert (ops.bias_add(x, b, axis=1)[1, 2] == 3).all()
    assert (ops.bias_add(x.transpose(0, 2, 1), b)[1, :, 2] == 3).all()


def test_a_softmax_in_float32_is_right_to_the_last_digits():
    below = np.linspace(0, 87, 10_001, dtype="float32")
    rows = np.stack([np.zeros_like(below), -below], axis=1)

    made = ops.softmax(rows)

    shares, exact = made[:, 1] / made[:, 0], np.exp(-below.astype("float64"))
    np.testing.assert_allclose(shares, exact, rtol=1e-5)
    np.testing.assert_allclose(shares[:500], exact[:500], rtol=5e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_softmax_gives_nothing_to_what_is_hidden_and_keeps_nan(dtype: str):
    rows = np.array([[1, -1e9, -np.inf], [0, np.nan, 0], [np.inf, 0, 0]], dtype)

    made = ops.softmax(rows)

    np.testing.assert_array_equal(made[0], [1, 0, 0])
    assert np.isnan(made[1]).all()
    assert np.isnan(made[2, 0])
