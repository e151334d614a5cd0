"""Losses: reductions, weights, masks and errors. Parity tests the numbers of each."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import losses, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, DataError, LossError, ShapeError
from funclab.graph.value import Constant, Value, Variable
from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.optimizers import SGD


def circles(labels, x, gamma, margin=0.4):
    far = np.maximum(1 - x @ x.T, 0)
    same = labels == labels[:, None]
    near = np.exp(gamma * (far + margin) * (far - margin)) * (same & ~np.eye(len(x), dtype=bool))
    off = np.exp(gamma * np.maximum(1 + margin - far, 0) * (1 - margin - far)) * ~same
    return np.log1p(near.sum(1) * off.sum(1))


@pytest.mark.parametrize(
    ("names", "function"),
    [
        (("mse", "MSE", "mean_squared_error"), losses.mean_squared_error),
        (("mae", "MAE"), losses.mean_absolute_error),
        (("mape", "MAPE"), losses.mean_absolute_percentage_error),
        (("msle", "MSLE"), losses.mean_squared_logarithmic_error),
        (("bce", "BCE", "binary_crossentropy"), losses.binary_crossentropy),
        (("kld", "KLD", "kullback_leibler_divergence"), losses.kl_divergence),
        (("logcosh", "log_cosh"), losses.log_cosh),
    ],
)
def test_a_loss_is_known_by_all_its_names(names, function):
    assert all(losses.get(name) is function for name in names)


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("sum_over_batch_size", (1 * 2 + 4 * 1) / 2),
        ("mean", (1 * 2 + 4 * 1) / 2),
        ("mean_with_sample_weight", (1 * 2 + 4 * 1) / 3),
        ("sum", 1 * 2 + 4 * 1),
        ("none", [2, 4]),
        (None, [2, 4]),
    ],
)
def test_a_reduction_makes_one_number_of_weighted_losses(reduction, expected):
    loss = losses.MeanSquaredError(reduction=reduction)

    found = loss(np.array([[0.0], [0.0]]), np.array([[1.0], [2.0]]), sample_weight=[2.0, 1.0])

    np.testing.assert_allclose(found, expected)


def test_a_weight_of_each_sample_counts_for_all_its_steps():
    target, prediction = np.zeros((2, 3, 1)), np.array([[1.0, 1, 1], [2, 2, 2]])[..., None]

    found = losses.MeanSquaredError()(target, prediction, sample_weight=np.array([1.0, 0.5]))

    np.testing.assert_allclose(found, (1 * 3 + 4 * 0.5 * 3) / 6)


@pytest.mark.usefixtures("recorded")
def test_masked_steps_do_not_count():
    prediction = Variable(np.array([[1.0, 5], [2, 3]])[..., None])
    prediction.mask = Constant(np.array([[True, False], [True, True]]))
    loss = losses.MeanSquaredError()(Constant(np.zeros((2, 2, 1))), prediction)
    plan = Plan(loss, wrt=[prediction])

    plan.run()

    np.testing.assert_allclose(plan.array(loss), (1 + 4 + 9) / 3)
    np.testing.assert_allclose(plan.grads[prediction][..., 0], np.array([[2, 0], [4, 6]]) / 3)


@pytest.mark.usefixtures("recorded")
def test_weights_and_mask_together_leave_the_mean_over_the_steps_that_count():
    prediction = Variable(np.array([[1.0, 5], [2, 3]])[..., None])
    prediction.mask = Constant(np.array([[True, False], [True, True]]))
    weights = Constant(np.array([3.0, 1.0]))
    loss = losses.MeanSquaredError()(Constant(np.zeros((2, 2, 1))), prediction, weights)
    plan = Plan(loss)

    plan.run()

    np.testing.assert_allclose(plan.array(loss), (1 * 3 + 4 + 9) / 3)


@pytest.mark.usefixtures("recorded")
def test_a_batch_that_is_masked_altogether_has_no_loss():
    prediction = Variable(np.ones((2, 2, 1)))
    prediction.mask = Constant(np.zeros((2, 2), bool))
    loss = losses.MeanSquaredError()(Constant(np.zeros((2, 2, 1))), prediction)
    plan = Plan(loss)

    plan.run()

    assert float(plan.array(loss)) == 0
    assert not plan.grads[prediction].any()


def test_an_ignored_class_is_left_out_of_the_mean():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)

    found = loss(np.array([-1, 0]), np.array([[0.5, 0.5], [0.25, 0.75]]))

    np.testing.assert_allclose(found, -np.log(0.25), rtol=1e-6)


def test_a_loss_of_ones_own_is_a_subclass_or_a_function():
    class Cubed(losses.Loss):
        def call(self, y_true, y_pred):
            return ops.mean(ops.absolute(y_true - y_pred) ** 3, axis=-1)

    as_function = losses.as_loss(lambda t, p: ops.mean(ops.absolute(t - p) ** 3, axis=-1))

    for loss in (Cubed(), as_function):
        assert float(loss([[0.0]], [[2.0]])) == 8


def test_rounding_never_hides_a_confident_mistake():
    scores = Value((1, 2))
    loss = losses.CategoricalCrossentropy()(Constant(np.eye(2)[:1]), ops.softmax(scores))
    plan = Plan(loss, wrt=[scores])
    plan.array(scores)[...] = [0, 200]

    plan.run()

    assert float(plan.array(loss)) == 200
    np.testing.assert_allclose(plan.grads[scores], [[-1, 1]])


@pytest.mark.parametrize(
    ("loss", "activate", "expected"),
    [
        (losses.CategoricalCrossentropy, ops.softmax, [[-1, 1], [0, 0]]),
        (losses.BinaryCrossentropy, ops.sigmoid, [[-0.25, 0.5], [0, -0.25]]),
    ],
)
def test_a_confident_mistake_in_a_sequence_keeps_its_gradient(loss, activate, expected):
    scores = Value((2, 2))
    sequence = ops.reshape(activate(scores), (1, 2, 2))
    plan = Plan(loss(reduction="sum")(Constant(np.eye(2)[None]), sequence), wrt=[scores])
    plan.array(scores)[...] = [[0, 200], [-200, 0]]

    plan.run()

    np.testing.assert_allclose(plan.grads[scores], expected, atol=1e-7)


@pytest.mark.usefixtures("recorded")
def test_no_gradient_passes_probabilities_that_are_held_fixed():
    scores = Variable(np.zeros((1, 2)))
    fixed = ops.reshape(ops.stop_gradient(ops.softmax(scores)), (1, 1, 2))
    loss = ops.categorical_crossentropy(Constant(np.eye(2)[None, :1]), fixed)
    plan = Plan(loss, wrt=[scores])

    plan.run()

    np.testing.assert_array_equal(plan.grads[scores], 0)


@pytest.mark.usefixtures("recorded")
def test_probabilities_whose_rows_were_cut_anew_are_taken_as_they_are():
    scores = Constant(np.zeros((2, 4)))
    pairs = ops.reshape(ops.softmax(scores), (4, 2))
    plan = Plan(ops.categorical_crossentropy(Constant(np.eye(2)[[0, 1, 0, 1]]), pairs))

    plan.run()

    np.testing.assert_allclose(plan.array(plan.outputs[0]), np.log(2) * np.ones(4), 1e-6)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: losses.get("mean_square_error"), ValueError, "did you mean mean_squared_error"),
        (lambda: losses.get(3), ArgumentError, "loss identifier: 3"),
        (lambda: losses.get(SGD()), LossError, "loss identifier: SGD"),
        (lambda: losses.Huber(reduction="average"), ArgumentError, "`reduction`.*'average'"),
        (
            lambda: losses.categorical_crossentropy(np.zeros(2), np.zeros((2, 3))),
            ValueError,
            "must have the same shape",
        ),
    ],
)
def test_a_loss_that_cannot_be_is_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_targets_of_another_shape_are_refused_in_the_name_of_the_loss():
    x = Input((5, 3))
    model = Model(x, Dense(3, activation="softmax", name="kind")(x))
    model.compile("sgd", "sparse_categorical_crossentropy")

    with pytest.raises(DataError) as caught:
        model.evaluate(np.zeros((2, 5, 3)), np.zeros((2, 4), int), verbose=0)

    assert "shape (2, 4)" in str(caught.value)
    assert "`sparse_categorical_crossentropy` for the output kind of shape" in str(caught.value)


def test_a_confident_mistake_of_a_sigmoid_layer_has_its_whole_gradient():
    layer = Dense(1, activation="sigmoid", kernel_initializer="ones")
    scores = Value((1, 1))
    loss = losses.BinaryCrossentropy()(Constant(np.zeros((1, 1))), layer(scores))
    plan = Plan(loss, wrt=[scores])
    plan.array(scores)[...] = 90

    plan.run()

    assert float(plan.array(loss)) == 90
    np.testing.assert_allclose(plan.grads[scores], [[1]])


@pytest.mark.parametrize(
    ("reduction", "weights", "expected"),
    [("sum", [1.0, 3.0], 4), ("mean", [1.0, 3.0], 2), ("none", [1.0, 3.0], [1, 3])],
)
def test_a_loss_of_the_whole_batch_counts_once_for_each_weight(reduction, weights, expected):
    loss = losses.Dice(reduction=reduction)

    found = loss(np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]]), np.array(weights))

    np.testing.assert_allclose(found, expected)


def test_a_sample_without_a_pair_does_not_count_in_the_circle_loss():
    labels, x = np.array([0, 0, 1]), np.eye(3)[[0, 1, 2]]

    found = losses.Circle(gamma=1.0, dtype="float64")(labels, x)

    np.testing.assert_allclose(found, circles(labels, x, 1.0)[:2].mean())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: losses.CategoricalGeneralizedCrossEntropy(1.0), "`q`"),
        (lambda: losses.CTC()(np.ones((2, 2)), np.ones((2, 3))), "expected to be of shape"),
        (lambda: ops.ctc_decode(np.ones((1, 2, 3)), [2], "best"), "greedy"),
        (lambda: ops.ctc_decode(np.ones((2, 3)), [2]), "of shape \\(batch, steps, classes\\)"),
    ],
)
def test_settings_and_shapes_that_a_loss_cannot_have_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_the_best_labels_of_each_step_are_read_without_blanks_and_repeats():
    scores = np.log(np.eye(4)[[[1, 1, 0, 1, 2, 3], [3, 3, 3, 2, 2, 1]]] * 0.6 + 0.1)

    labels, chances = ops.ctc_decode(scores, np.array([6, 3]))
    beams, likely = ops.ctc_decode(scores, np.array([6, 3]), "beam_search", 20, 2)

    assert labels[0].tolist() == [[1, 1, 2, 3, -1, -1], [3, -1, -1, -1, -1, -1]]
    np.testing.assert_allclose(chances[:, 0], [-6 * np.log(0.7), -3 * np.log(0.7)])
    assert beams[0].tolist() == labels[0].tolist()
    assert (likely[:, 0] > likely[:, 1]).all()


def test_weights_with_an_axis_of_one_are_summed_once_as_in_keras():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    y_true, y_pred = np.zeros((2, 3, 1)), np.ones((2, 3, 1))

    found = loss(y_true, y_pred, sample_weight=np.array([[1.0], [3.0]]))

    np.testing.assert_allclose(found, 3 * (1 + 3) / (1 + 3))


MEANS = (
    *("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error"),
    *("mean_squared_logarithmic_error", "huber", "log_cosh", "poisson", "hinge", "squared_hinge"),
    "binary_crossentropy",
)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1, 3), (2, 3, 1), (0, 3), (2, 0, 3)], ids=str)
@pytest.mark.parametrize("name", MEANS)
def test_the_losses_of_numbers_have_the_mean_over_the_last_axis(name, shape):
    random = np.random.default_rng(1)
    y_true, y_pred = (random.uniform(0.1, 0.9, shape).astype("float32") for _ in "ab")
    loss = getattr(losses, name)

    whole, each = loss(y_true, y_pred), loss(y_true[..., None], y_pred[..., None])

    assert (whole.shape, each.shape) == (shape[:-1], shape)
    np.testing.assert_allclose(whole, np.mean(each, -1), rtol=1e-5)


@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
@pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error"])
def test_the_mean_of_no_numbers_is_nan(name, shape):
    loss = getattr(losses, name)(np.ones(shape, "float32"), np.ones(shape, "float32"))

    assert loss.shape == shape[:-1]
    assert np.isnan(loss).all()


@pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error"])
def test_a_loss_of_two_single_numbers_says_that_they_have_no_axis(name):
    with pytest.raises(ShapeError, match="a single number, which has no axes") as caught:
        getattr(losses, name)(np.float32(1), np.float32(2))

    assert "x[None]" in caught.value.fix
