"""Compile: every form of its settings, and what it refuses."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from funclab import constraints, initializers, losses, metrics, ops, optimizers, regularizers
from funclab.errors import ArgumentError, LossError, NameLookupError, NotCompiledError
from funclab.layers import Dense, Input
from funclab.metrics import MeanAbsoluteError, MeanSquaredError
from funclab.models import Model
from tests.training.conftest import classifier, line, two_outputs

X = np.random.RandomState(0).randn(6, 4).astype("float32")
KINDS = np.array([0, 1, 2, 0, 1, 2])
SIZES = np.arange(6.0)[:, None]


def of_both(model):
    return model.evaluate(X, [KINDS, SIZES], verbose=0, return_dict=True)


SPARSE = "sparse_categorical_crossentropy"
FORMS = [
    [SPARSE, "mse"],
    (losses.SparseCategoricalCrossentropy(), losses.mean_squared_error),
    {"kind": SPARSE, "size": losses.MeanSquaredError},
    {"size": lambda t, p: ops.mean(ops.square(t - p), axis=-1), "kind": SPARSE},
]


@pytest.mark.parametrize("loss", FORMS, ids=["list", "tuple", "dict", "function"])
def test_losses_are_given_in_a_list_or_a_dict(loss):
    model = two_outputs()
    model.compile("sgd", loss=loss)

    logs = of_both(model)

    kind, size = model.predict(X)
    np.testing.assert_allclose(logs["size_loss"], ((size - SIZES) ** 2).mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["kind_loss"], -np.log(kind[range(6), KINDS]).mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["loss"], logs["kind_loss"] + logs["size_loss"], rtol=1e-6)


@pytest.mark.parametrize("weights", [[0.5, 2], {"size": 2.0, "kind": 0.5}])
def test_loss_weights_multiply_the_losses_in_their_sum(weights):
    model = two_outputs()
    model.compile("sgd", [SPARSE, "mse"], loss_weights=weights)

    logs = of_both(model)

    expected = 0.5 * logs["kind_loss"] + 2 * logs["size_loss"]
    np.testing.assert_allclose(logs["loss"], expected, rtol=1e-6)


@pytest.mark.parametrize("loss", [["mse", None], {"kind": "mse"}])
def test_an_output_without_a_loss_needs_no_targets(loss):
    model = two_outputs()
    model.compile("sgd", loss)

    history = model.fit(X, [np.eye(3)[KINDS], None], verbose=0)

    assert list(history.history) == ["loss"]


NAMES = [
    (["mae"], ["kind_mae", "size_mae"]),
    ([["accuracy"], ["mae", "mse"]], ["kind_accuracy", "size_mae", "size_mse"]),
    (["acc", "mse"], ["kind_acc", "size_mse"]),
    ({"size": "mse"}, ["size_mse"]),
    ({"kind": [metrics.SparseCategoricalAccuracy(name="hits")]}, ["kind_hits"]),
    ([[], [metrics.MeanAbsoluteError()]], ["size_mean_absolute_error"]),
]


@pytest.mark.parametrize(("given", "names"), NAMES, ids=[str(i) for i in range(len(NAMES))])
def test_metrics_carry_the_name_of_their_output(given, names):
    model = two_outputs()
    model.compile("sgd", [SPARSE, "mse"], metrics=given)

    assert model.metrics_names == ["loss", "kind_loss", "size_loss", *names]


def test_logs_have_the_order_of_metrics_names():
    model = two_outputs()
    model.compile("sgd", [SPARSE, "mse"], metrics=[["accuracy"], ["mae", "mse"]])

    assert list(of_both(model)) == model.metrics_names


def test_a_metric_in_both_lists_is_told_apart_by_the_word_weighted():
    model = classifier()
    model.compile("sgd", SPARSE, metrics=["accuracy"], weighted_metrics=["accuracy", "mse"])

    assert model.metrics_names == ["loss", "accuracy", "weighted_accuracy", "mse"]


ACCURACIES = [
    (3, KINDS, metrics.SparseCategoricalAccuracy),
    (3, KINDS[:, None], metrics.SparseCategoricalAccuracy),
    (3, np.eye(3)[KINDS], metrics.CategoricalAccuracy),
    (1, KINDS > 0, metrics.BinaryAccuracy),
]


@pytest.mark.parametrize(("units", "y", "cls"), ACCURACIES)
def test_accuracy_is_chosen_by_the_shapes_of_targets_and_predictions(units, y, cls):
    model = classifier(units)
    loss = "categorical_crossentropy" if y.ndim == 2 and y.shape[1] == 3 else SPARSE
    model.compile("sgd", "binary_crossentropy" if units == 1 else loss, metrics=["accuracy"])

    model.evaluate(X, y, verbose=0)

    assert type(model.metrics[-1]) is cls


def test_a_name_of_an_output_may_be_its_key_in_a_dict():
    inputs = Input((4,))
    outputs = {"a": Dense(1, name="first")(inputs), "b": Dense(1, name="second")(inputs)}
    model = Model(inputs, outputs)
    model.compile("sgd", {"a": "mse", "b": "mae"}, metrics={"b": ["mse"]})

    history = model.fit(X, {"b": SIZES, "a": SIZES}, verbose=0)

    assert list(history.history) == ["loss", "a_loss", "b_loss", "b_mse"]


def frozen_after_compile(begin=lambda model: None):
    """A model whose hidden layer is frozen after `compile` and `begin`, and its warned-of fit."""
    model = two_outputs()
    model.compile("sgd", [SPARSE, "mse"])
    begin(model)
    hidden = model.get_layer("hidden")
    hidden.trainable = False
    before = hidden.get_weights()
    with pytest.warns(UserWarning, match="did you set `model.trainable`") as caught:
        model.fit(X, [KINDS, SIZES], verbose=0)
    moved = not all(map(np.array_equal, before, hidden.get_weights()))
    return moved, str(caught[0].message), model


def test_a_layer_frozen_between_compile_and_the_first_step_is_held_as_in_keras_3_with_a_warning():
    moved, warned, model = frozen_after_compile()

    assert not moved and "Keras 2 trained what" in warned
    assert model.compiled_state.trainable == model.trainable_weights


def test_evaluation_and_prediction_do_not_settle_what_is_trained():
    def begin(model):
        model.evaluate(X, [KINDS, SIZES], verbose=0)
        model.predict(X, verbose=0)

    assert not frozen_after_compile(begin)[0]


@pytest.mark.parametrize("step", ["fit", "train_on_batch"])
def test_once_training_has_begun_a_layer_is_frozen_only_at_the_next_compile(step):
    moved, warned, model = frozen_after_compile(
        lambda model: getattr(model, step)(X, [KINDS, SIZES])
    )

    assert moved and "compile it again" in warned
    model.compile("sgd", [SPARSE, "mse"])
    before = model.get_layer("hidden").get_weights()
    with warnings.catch_warnings(action="error"):
        model.fit(X, [KINDS, SIZES], verbose=0)
    assert all(map(np.array_equal, before, model.get_layer("hidden").get_weights()))


def test_a_layer_that_was_frozen_in_training_is_set_free_only_at_the_next_compile():
    model = two_outputs()
    model.get_layer("hidden").trainable = False
    model.compile("sgd", [SPARSE, "mse"])
    before = model.get_layer("hidden").get_weights()
    model.fit(X, [KINDS, SIZES], verbose=0)

    model.get_layer("hidden").trainable = True
    with pytest.warns(UserWarning, match="did you set `model.trainable`"):
        model.fit(X, [KINDS, SIZES], verbose=0)

    np.testing.assert_array_equal(model.get_layer("hidden").get_weights()[0], before[0])


def test_the_first_step_warns_of_a_layer_frozen_after_compile_even_if_it_is_taken_by_hand():
    model = two_outputs()
    model.compile("sgd", [SPARSE, "mse"])
    model.get_layer("hidden").trainable = False

    with pytest.warns(UserWarning, match="trainable now, as Keras 3 does"):
        model.train_on_batch(X, [KINDS, SIZES])


def penalized():
    inputs = Input((4,))
    free = Dense(1, kernel_regularizer=lambda w: 0 * ops.sum(w) + 100, name="free")(inputs)
    model = Model(inputs, Dense(1, name="last")(free))
    model.compile("sgd", "mse")
    return model


def test_before_training_the_loss_has_the_penalties_of_what_is_trainable_now():
    model = penalized()
    losses = []
    for model.get_layer("free").trainable in (True, False, True):
        losses.append(model.evaluate(X, SIZES, verbose=0))

    assert [loss > 100 for loss in losses] == [True, False, True]


def test_the_penalty_of_a_weight_that_is_frozen_after_compile_is_no_longer_in_the_loss():
    model = penalized()
    assert model.evaluate(X, SIZES, verbose=0) > 100

    model.get_layer("free").trainable = False
    with pytest.warns(UserWarning, match="trainable now"):
        model.fit(X, SIZES, verbose=0)

    assert model.evaluate(X, SIZES, verbose=0) < 100


WRONG = [
    ({"loss": ["mse"]}, LossError, "one entry per model outputs"),
    ({"loss": {"kind": "mse", "sise": "mse"}}, LossError, 'Unknown entry in loss.*"sise"'),
    ({"loss": {"kind": "mse", "sise": "mse"}}, KeyError, r"Expected keys \['kind', 'size'\]"),
    ({"loss": "mze"}, NameLookupError, "did you mean mae or mse"),
    ({"loss": "mse", "loss_weights": [1.0]}, LossError, "one entry per model outputs"),
    ({"loss": "mse", "loss_weights": {"x": 1.0}}, LossError, "Unknown entry in loss_weights"),
    ({"loss": "mse", "loss_weights": 0.5}, TypeError, "expected a list"),
    ({"loss": "mse", "loss_weights": ["a", "b"]}, ArgumentError, "weight of kind is 'a'"),
    (
        {"loss": "mse", "metrics": {"output_c": "mae"}},
        ValueError,
        "(?s)Invalid `metrics`.*output_c",
    ),
    ({"loss": "mse", "metrics": [["mae"], ["mae"], []]}, ValueError, "list has 3 entries"),
    ({"loss": "mse", "metrics": ["acuracy"]}, NameLookupError, "did you mean accuracy"),
    ({"loss": "mse", "optimizer": "adamm"}, NameLookupError, "did you mean adam"),
    ({"loss": "mse", "metric": ["mae"]}, ArgumentError, "metric"),
]


@pytest.mark.parametrize(("settings", "error", "words"), WRONG, ids=lambda one: str(one)[:50])
def test_a_setting_that_does_not_fit_is_refused_and_the_model_stays_as_it_was(
    settings, error, words
):
    model = two_outputs()
    model.compile("adam", ["mse", "mae"])
    before = model.optimizer, model.loss, model.metrics_names

    with pytest.raises(error, match=words):
        model.compile(**settings)

    assert (model.optimizer, model.loss, model.metrics_names) == before


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_a_model_must_be_compiled_before_it_is_trained_or_judged(method):
    model = line()

    with pytest.raises(NotCompiledError, match=r"needs to be compiled.*`compile\(\)` before using"):
        getattr(model, method)(np.zeros((2, 3)), np.zeros(2))


def test_a_loss_that_leaves_the_tape_is_explained():
    model = line()
    model.compile("sgd", lambda t, p: np.float32(3.0))

    with pytest.raises(LossError, match="does not depend on the predictions"):
        model.fit(np.zeros((2, 3)), np.zeros(2), verbose=0)


def test_a_model_without_any_loss_says_so():
    model = line()
    model.compile("sgd")

    with pytest.raises(LossError, match="No loss to compute"):
        model.fit(np.zeros((2, 3)), verbose=0)


def test_metrics_of_one_name_and_one_called_loss_each_have_a_key():
    model = line()
    same = [MeanSquaredError(name="size"), MeanAbsoluteError(name="size")]
    model.compile("sgd", "mse", metrics=[*same, MeanAbsoluteError(name="loss")])

    history = model.fit(np.ones((4, 3)), np.full(4, 3.0), verbose=0).history

    assert list(history) == ["loss", "size", "size_1", "loss_1"]
    assert history["loss"] == history["size"] != history["loss_1"]


@pytest.mark.parametrize(
    ("room", "base", "name"),
    [
        (optimizers, optimizers.Optimizer, "Adam"),
        (losses, losses.Loss, "MeanSquaredError"),
        (metrics, metrics.Metric, "MeanAbsoluteError"),
        (initializers, initializers.Initializer, "Zeros"),
        (regularizers, regularizers.Regularizer, "L2"),
        (constraints, constraints.Constraint, "NonNeg"),
    ],
)
def test_a_class_of_the_user_s_own_does_not_take_a_name_from_another(room, base, name):
    own = type(name, (base,), {"__module__": "__main__"})

    assert type(room.get(name)) is getattr(room, name) is not own
