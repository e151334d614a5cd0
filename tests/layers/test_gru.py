"""GRU and SimpleRNN, against the equations step by step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from funclab import Input
from funclab.layers import GRU, SimpleRNN

STEPS = np.random.default_rng(0).standard_normal((3, 5, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 1, 0], [1, 1, 1, 1, 1]], bool)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def simple(x: Any, h: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    return np.tanh(x @ kernel + h @ recurrent + bias)


def gated(x: Any, h: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """The reset gate is applied after the product, which has a bias of its own."""
    z, r, value = np.split(x @ kernel + bias[0], 3, axis=1)
    inner_z, inner_r, inner = np.split(h @ recurrent + bias[1], 3, axis=1)
    keep, reset = sigmoid(z + inner_z), sigmoid(r + inner_r)
    return keep * h + (1 - keep) * np.tanh(value + reset * inner)


def reset_before(x: Any, h: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """The reset gate is applied to the state, as in the paper."""
    z, r, value = np.split(x @ kernel + bias, 3, axis=1)
    to_z, to_r, to_value = np.split(recurrent, 3, axis=1)
    keep, reset = sigmoid(z + h @ to_z), sigmoid(r + h @ to_r)
    return keep * h + (1 - keep) * np.tanh(value + (reset * h) @ to_value)


def reference(step: Callable[..., Any], weights: Any, mask: Any) -> Any:
    h = np.zeros((3, 2))
    outputs = []
    for t in range(5):
        new = step(STEPS[:, t], h, *weights)
        h = new if mask is None else np.where(mask[:, t : t + 1], new, h)
        outputs.append(h)
    return np.stack(outputs, axis=1)


CASES = [(SimpleRNN, {}, simple), (GRU, {}, gated), (GRU, {"reset_after": False}, reset_before)]
each = pytest.mark.parametrize(("cls", "settings", "step"), CASES)


@each
@pytest.mark.parametrize("mask", [None, MASK])
def test_a_layer_follows_its_equations(cls: Any, settings: Any, step: Any, mask: Any):
    layer = cls(2, bias_initializer="random_normal", return_sequences=True, **settings)
    layer(STEPS)

    expected = reference(step, layer.get_weights(), mask)

    np.testing.assert_allclose(layer(STEPS, mask=mask), expected, rtol=1e-4, atol=1e-5)


@each
def test_the_last_output_is_the_state(cls: Any, settings: Any, step: Any):
    output, state = cls(2, return_state=True, **settings)(STEPS)

    np.testing.assert_array_equal(output, state)


@each
def test_a_stateful_layer_goes_on_where_it_stopped(cls: Any, settings: Any, step: Any):
    layer, whole = cls(2, stateful=True, **settings), cls(2, **settings)
    whole(STEPS)
    layer.build(STEPS.shape)
    layer.set_weights(whole.get_weights())

    layer(STEPS[:, :2])

    np.testing.assert_allclose(layer(STEPS[:, 2:]), whole(STEPS), rtol=1e-5, atol=1e-6)


def test_an_unknown_length_gives_an_unknown_length():
    assert GRU(2, return_sequences=True)(Input((None, 4))).shape == (None, None, 2)
    assert SimpleRNN(2)(Input((None, 4))).shape == (None, 2)


def test_weights_have_the_paths_of_keras():
    layer = GRU(2)
    layer(STEPS)

    names = [(weight.path, weight.shape) for weight in layer.weights]

    assert names == [
        ("gru/gru_cell/kernel", (4, 6)),
        ("gru/gru_cell/recurrent_kernel", (2, 6)),
        ("gru/gru_cell/bias", (2, 6)),
    ]
