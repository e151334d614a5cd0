"""Functions that say themselves what their gradient is."""

import numpy as np
import pytest

from funclab import GradientTape, Input, Model, Sequential, Variable, layers, ops
from funclab.errors import ArgumentError, NotSupportedError

X = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]], "float32")
KERNEL, BIAS = np.array([[1.0], [2.0], [-1.0]], "float32"), np.zeros(1, "float32")


@ops.custom_gradient
def tenfold_backwards(x, y):
    """The sum of squares; the gradients are said to be ten times the truth, and none."""
    return ops.square(x) + ops.square(y), lambda upstream: (upstream * 20 * x, None)


def gradient_of_the_kernel():
    """Of the mean of (xw)^4, with ten times the slope of the inner square."""
    line = X @ KERNEL
    return X.T @ (2 * line**2 * 20 * line) / len(X)


def test_a_tape_asks_the_function_for_its_gradient():
    x, y = Variable(X), Variable(2 * X)
    with GradientTape() as tape:
        z = ops.sum(tenfold_backwards(x, y) * X)

    found, nothing = tape.gradient(z, [x, y])

    np.testing.assert_allclose(z, np.sum(5 * X**3), rtol=1e-6)
    np.testing.assert_allclose(found, 20 * X * X, rtol=1e-6)
    assert not np.any(nothing)


class Tenfold(layers.Layer):
    def call(self, x):
        return tenfold_backwards(x, ops.zeros_like(x))


@pytest.mark.parametrize("in_a_layer", [False, True])
def test_training_follows_the_gradient_that_a_function_says(in_a_layer):
    inputs = Input((3,))
    line = layers.Dense(1)(inputs)
    out = Tenfold()(line) if in_a_layer else tenfold_backwards(line, line * 0)
    model = Model(inputs, out)
    model.set_weights([KERNEL, BIAS])
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.01

    model.fit(X, np.zeros((2, 1)), batch_size=2, verbose=0)

    moved = KERNEL - model.get_weights()[0]
    np.testing.assert_allclose(moved, 0.01 * gradient_of_the_kernel(), rtol=1e-5)


def test_a_function_of_several_results_gets_a_gradient_for_each():
    @ops.custom_gradient
    def both(x):
        return (x + 1, x * x), lambda g, h: g * 3 + h * 5

    x = Variable([1.0, 2.0])
    with GradientTape() as tape:
        one, two = both(x)
        z = ops.sum(one) + ops.sum(two * two)

    assert tape.gradient(z, x).numpy().tolist() == [3 + 5 * 2 * 1, 3 + 5 * 2 * 4]


def test_a_function_that_does_not_keep_the_rules_is_told_so():
    with pytest.raises(ArgumentError, match="returned no gradient"):
        ops.custom_gradient(lambda x: x)(X)
    with pytest.raises(ArgumentError, match="asks for `variables`"):
        ops.custom_gradient(lambda x: (x, lambda g, variables=None: g))(X)
    x = Variable(X)
    with GradientTape() as tape:
        y = ops.custom_gradient(lambda a, b: (a * b, lambda g: g))(x, x)
    with pytest.raises(ArgumentError, match="gave 1 results for 2 inputs"):
        tape.gradient(y, x)


def test_a_model_with_such_a_function_says_why_it_is_not_saved(tmp_path):
    inputs = Input((3,))
    model = Model(inputs, tenfold_backwards(inputs, inputs))
    in_a_layer = Sequential([Input((3,)), Tenfold()])

    with pytest.raises(NotSupportedError, match="custom_gradient"):
        model.save(tmp_path / "m.keras")

    in_a_layer.save(tmp_path / "m.keras")
