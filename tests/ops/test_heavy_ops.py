"""What convolution, pooling, normalization, embedding, random ops and the LSTM compute."""

import numpy as np
import pytest

from funclab import ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.graph.value import Variable
from funclab.ops.indexing import Embedding


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def stream(seed: int = 5) -> np.ndarray:
    return np.array([seed, 0], "uint64")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.conv(np.ones((2, 28, 28)), np.ones((3, 3, 1, 8))), "expected ndim=4, found"),
        (lambda: ops.conv(np.ones((2, 8, 8, 3)), np.ones((3, 3, 2, 8))), "evenly divisible"),
        (lambda: ops.conv(np.ones((2, 2, 2, 1)), np.ones((3, 3, 1, 8))), "would be negative"),
        (lambda: ops.max_pool(np.ones((2, 1, 1, 1)), 2), "due to downsampling"),
        (lambda: ops.max_pool(np.ones((2, 4, 4)), (2, 2)), "tuple of 1"),
        (lambda: ops.adaptive_max_pool(np.ones((2, 4, 4)), 0), "positive integer"),
        (lambda: ops.depthwise_conv(np.ones((2, 4, 3)), np.ones((2, 2, 1))), "does not fit"),
        (lambda: ops.conv_transpose(np.ones((2, 4, 3)), np.ones((2, 3, 1))), "input channels"),
        (lambda: ops.conv_transpose(np.ones((2, 4, 3)), np.ones((2, 2, 3, 1))), "expected ndim=4"),
        (lambda: ops.up_sample(np.ones((2, 4, 4, 1)), 2, "spline"), "`interpolation`"),
        (lambda: ops.conv(np.ones((2, 4, 4, 1)), np.ones((2, 2, 1, 1)), 0), "positive integer"),
        (lambda: ops.conv(np.ones((2, 4, 1)), np.ones((2, 1, 1)), padding="full"), "`padding`"),
        (lambda: ops.max_pool(np.ones((2, 4, 1)), 2, data_format="last"), "`data_format`"),
        (lambda: ops.conv(*(np.ones((2, 2, 1, 4)),) * 2, bias=np.ones(3)), "evenly|bias"),
    ],
)
def test_a_window_that_does_not_fit_is_refused_with_a_reason(call, words):
    with pytest.raises((ShapeError, ArgumentError), match=words) as caught:
        call()

    assert caught.value.why and caught.value.fix


def test_a_large_mean_costs_no_precision_in_float32():
    x = (10_000 + numbers(1000, 2)).astype("float32")
    ones, zeros = np.ones(2, "float32"), np.zeros(2, "float32")

    y = ops.normalize_batch(x, ones, zeros, zeros.copy(), ones.copy(), epsilon=0.0)

    exact = x.astype("float64")
    np.testing.assert_allclose(y, (exact - exact.mean(0)) / exact.std(0), atol=1e-3)


def test_a_batch_in_which_nothing_counts_stays_finite():
    x, mask = numbers(3, 4, 2), np.zeros((3, 4), bool)

    y = ops.normalize_batch(x, np.ones(2), np.zeros(2), np.zeros(2), np.ones(2), mask)

    assert np.isfinite(y).all()


def test_statistics_for_another_number_of_channels_are_refused():
    with pytest.raises(ShapeError, match=r"expected shape=\(4,\), found shape=\(3,\)"):
        ops.batch_normalization(numbers(2, 4), numbers(3), np.ones(3))


# Embedding.
@pytest.mark.parametrize("bad", [-1, 5])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_an_id_without_a_row_is_named_with_the_range(bad, dtype):
    ids = np.array([[0, 1], [bad, 2]], dtype)

    with pytest.raises(DataError, match=rf"indices\[2\] = {bad} is not in \[0, 5\)"):
        ops.embedding(numbers(5, 3), ids)


def test_ids_that_are_not_whole_numbers_are_refused():
    with pytest.raises(ArgumentError, match="whole numbers"):
        ops.embedding(numbers(5, 3), np.array([0.5]))


def test_rows_looked_up_twice_receive_both_gradients():
    table = Variable(numbers(4, 2))
    plan = Plan(ops.sum(Embedding()(table, np.array([1, 1, 3]))))

    plan.run()

    assert plan.grads[table].tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]


# Random numbers.
def test_dropout_draws_anew_at_every_run_of_a_plan():
    y = ops.dropout(Variable(np.ones(100)), 0.5, state=Variable(stream(), trainable=False))
    plan = Plan(y)

    runs = []
    for _ in range(2):
        plan.run()
        runs.append(plan.array(y).copy())

    assert runs[0].tolist() != runs[1].tolist()


def test_a_noise_shape_that_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="`noise_shape`"):
        ops.dropout(np.ones((4, 3)), 0.5, (4, 2), state=stream())


def test_a_rate_above_1_is_refused():
    with pytest.raises(ArgumentError, match="argument `rate`"):
        ops.dropout(np.ones(3), 1.5, state=stream())


def lstm_inputs(batch: int = 3, time: int = 4, features: int = 2, units: int = 3) -> list:
    weights = numbers(features, 4 * units), numbers(units, 4 * units), numbers(4 * units)
    states = numbers(batch, units, seed=1), numbers(batch, units, seed=2)
    return [numbers(batch, time, features), *states, *weights]


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


def test_a_batch_without_samples_is_read_to_its_end():
    inputs = lstm_inputs()
    inputs[:3] = [array[:0] for array in inputs[:3]]

    outputs, *_ = ops.lstm(*inputs)

    assert outputs.shape == (0, 4, 3)
