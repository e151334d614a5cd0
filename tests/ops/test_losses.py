"""Cross-entropies: right, safe, and fused with the softmax or sigmoid before them."""

from typing import Any

import numpy as np
import pytest

from funclab import ops
from funclab.engine.plan import Plan
from funclab.errors import ShapeError
from funclab.graph.value import Value, Variable

SCORES = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]], "float32")
CHANCES = np.exp(SCORES) / np.exp(SCORES).sum(-1, keepdims=True)
ONE_HOT = np.array([[0, 0, 1], [1, 0, 0]], "float32")
CLASSES = np.array([2, 0])
EXACT = -np.log(CHANCES[[0, 1], CLASSES])


def run(loss: Value) -> np.ndarray:
    plan = Plan(loss)
    plan.run()
    return plan.array(loss)


def names(loss: Value) -> list[str]:
    return [call.op.name for call in Plan(loss).calls]


@pytest.mark.parametrize(
    "made",
    [
        ops.categorical_crossentropy(ONE_HOT, CHANCES),
        ops.categorical_crossentropy(ONE_HOT, SCORES, from_logits=True),
        ops.categorical_crossentropy(ONE_HOT.T, CHANCES.T, axis=0),
        ops.sparse_categorical_crossentropy(CLASSES, CHANCES),
        ops.sparse_categorical_crossentropy(CLASSES[:, None], CHANCES),
        ops.sparse_categorical_crossentropy(CLASSES.astype("float32"), CHANCES),
        ops.sparse_categorical_crossentropy(CLASSES, SCORES, from_logits=True),
        ops.sparse_categorical_crossentropy(CLASSES, SCORES.T, from_logits=True, axis=0),
    ],
)
def test_every_form_gives_minus_the_log_of_the_chance(made: np.ndarray):
    np.testing.assert_allclose(made, EXACT, rtol=1e-6)


def test_probabilities_are_scaled_to_add_up_to_one():
    made = ops.categorical_crossentropy(ONE_HOT, 5 * CHANCES)

    np.testing.assert_allclose(made, EXACT, rtol=1e-6)


def test_targets_need_not_add_up_to_one():
    made = ops.categorical_crossentropy(3 * ONE_HOT, SCORES, from_logits=True)

    np.testing.assert_allclose(made, 3 * EXACT, rtol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
def test_binary_crossentropy_is_that_of_two_classes(from_logits: bool):
    chances = 1 / (1 + np.exp(-SCORES))
    target = np.array([[1, 0, 0.25], [0, 1, 1]], "float32")

    made = ops.binary_crossentropy(target, SCORES if from_logits else chances, from_logits)

    exact = -target * np.log(chances) - (1 - target) * np.log(1 - chances)
    np.testing.assert_allclose(made, exact, rtol=1e-5)


def test_a_confident_mistake_costs_what_clipping_allows():
    wrong = np.array([[0.0, 1.0]], "float32")

    made = ops.categorical_crossentropy(np.array([[1.0, 0.0]], "float32"), wrong)

    np.testing.assert_allclose(made, -np.log(1e-7), rtol=1e-5)


def test_scores_have_no_limit_to_what_a_mistake_costs():
    scores = np.array([[0.0, 1000.0]], "float32")

    assert ops.categorical_crossentropy(np.array([[1.0, 0.0]]), scores, from_logits=True) == 1000
    assert ops.sparse_categorical_crossentropy([0], scores, from_logits=True) == 1000
    assert ops.binary_crossentropy([0.0], np.array([1000.0]), from_logits=True) == 1000


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (lambda w: ops.categorical_crossentropy(ONE_HOT, ops.softmax(w)), ["cross_entropy"]),
        (
            lambda w: ops.sparse_categorical_crossentropy(CLASSES, ops.softmax(w, axis=1)),
            ["sparse_cross_entropy"],
        ),
        (lambda w: ops.binary_crossentropy(ONE_HOT, ops.sigmoid(w)), ["binary_cross_entropy"]),
    ],
)
def test_the_scores_behind_a_softmax_or_sigmoid_are_used(loss: Any, expected: list[str]):
    made = loss(Variable(1000 * SCORES))

    assert names(made) == expected
    assert np.isfinite(run(made)).all()


def test_a_softmax_along_another_axis_is_left_alone():
    w = Variable(SCORES)

    assert "softmax" in names(ops.categorical_crossentropy(ONE_HOT, ops.softmax(w, axis=0)))


def test_a_class_that_does_not_exist_gives_nan_and_reads_no_other_memory():
    made = ops.sparse_categorical_crossentropy([7, -1, 1], np.zeros((3, 3)), from_logits=True)

    np.testing.assert_array_equal(np.isnan(made), [True, True, False])


def test_the_gradient_reaches_the_target_too():
    target = Variable(ONE_HOT)
    loss = ops.sum(ops.categorical_crossentropy(target, SCORES, from_logits=True))
    plan = Plan(loss)

    plan.run()

    np.testing.assert_allclose(plan.grads[target], -np.log(CHANCES), rtol=1e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ops.categorical_crossentropy(ONE_HOT[:, :2], CHANCES),
        lambda: ops.categorical_crossentropy(ONE_HOT[:, :2], SCORES, from_logits=True),
        lambda: ops.sparse_categorical_crossentropy(ONE_HOT, CHANCES),
        lambda: ops.sparse_categorical_crossentropy(ONE_HOT, SCORES, from_logits=True),
        lambda: ops.binary_crossentropy(ONE_HOT[0], CHANCES),
    ],
)
def test_targets_of_another_shape_are_refused(call: Any):
    with pytest.raises(ShapeError, match="must have the same shape"):
        call()
