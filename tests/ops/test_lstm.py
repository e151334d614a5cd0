"""The LSTM against its equations, one step after the other."""

import numpy as np
import pytest

from funclab import ops
from funclab.errors import ArgumentError, ShapeError

MASK = np.array([[0, 1, 1, 0], [1, 0, 1, 1], [0, 0, 0, 0]], bool)


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def plain_lstm(x, h, c, kernel, recurrent, bias, mask=None, dropout=None):
    """One step after the other, as the papers write it; all outputs, last h, last c."""
    outputs, output = [], np.zeros_like(h)
    for s in range(x.shape[1]):
        state = h if dropout is None else h * dropout
        i, f, value, o = np.split(x[:, s] @ kernel + state @ recurrent + bias, 4, axis=1)
        new_c = sigmoid(f) * c + sigmoid(i) * np.tanh(value)
        new_h = sigmoid(o) * np.tanh(new_c)
        on = np.ones((len(x), 1), bool) if mask is None else mask[:, s, None]
        h, c, output = np.where(on, new_h, h), np.where(on, new_c, c), np.where(on, new_h, output)
        outputs.append(output)
    return np.stack(outputs, 1), h, c


def lstm_inputs(batch: int = 3, time: int = 4, features: int = 2, units: int = 3) -> list:
    weights = numbers(features, 4 * units), numbers(units, 4 * units), numbers(4 * units)
    states = numbers(batch, units, seed=1), numbers(batch, units, seed=2)
    return [numbers(batch, time, features), *states, *weights]


OPTIONS = {
    "plain": {},
    "masked": {"mask": MASK},
    "dropped": {"recurrent_dropout": numbers(3, 3, seed=9)},
    "both": {"mask": MASK, "recurrent_dropout": numbers(3, 3, seed=9)},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_the_lstm_does_what_its_steps_say(options):
    inputs = lstm_inputs()

    results = ops.lstm(*inputs, **options)

    expected = plain_lstm(*inputs, *(options.get(k) for k in ("mask", "recurrent_dropout")))
    for result, exact in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, exact, atol=1e-12)


@pytest.mark.parametrize("mask", [None, MASK], ids=["plain", "masked"])
def test_going_backwards_is_going_through_the_reversed_sequence(mask):
    x, *rest = lstm_inputs()
    turned = None if mask is None else mask[:, ::-1]

    backwards = ops.lstm(x, *rest, mask, go_backwards=True)

    for result, exact in zip(backwards, plain_lstm(x[:, ::-1], *rest, turned), strict=True):
        np.testing.assert_allclose(result, exact, atol=1e-12)


def test_without_return_sequences_the_output_is_the_last_of_them():
    inputs = lstm_inputs()

    last, *_ = ops.lstm(*inputs, MASK, return_sequences=False)

    np.testing.assert_array_equal(last, ops.lstm(*inputs, MASK)[0][:, -1])


def test_a_masked_step_repeats_the_output_before_it_and_zeros_at_first():
    inputs = lstm_inputs()

    outputs, h, _ = ops.lstm(*inputs, MASK)

    assert not outputs[0, 0].any()
    assert outputs[0, 3].tolist() == outputs[0, 2].tolist()
    assert not outputs[2].any()
    assert h[2].tolist() == inputs[1][2].tolist()


def test_hard_sigmoid_gates_shut_and_open_fully():
    x, h, c, kernel, recurrent, _ = lstm_inputs()
    shut = [0 * x, h, c, kernel, 0 * recurrent, np.repeat([-9.0, 9, 0, 9], 3)]

    _, _, last_c = ops.lstm(*shut, recurrent_activation="hard_sigmoid")

    np.testing.assert_allclose(last_c, c)


def test_an_activation_the_lstm_does_not_know_is_refused():
    with pytest.raises(ArgumentError, match="does not know the activation 'mish'"):
        ops.lstm(*lstm_inputs(), activation="mish")


def test_weights_of_another_size_are_refused():
    inputs = lstm_inputs()
    inputs[4] = numbers(3, 9)

    with pytest.raises(ShapeError, match=r"recurrent of shape \(3, 12\)"):
        ops.lstm(*inputs)
