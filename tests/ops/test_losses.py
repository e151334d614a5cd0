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


def run(loss: Value) -> np.ndarray:
    plan = Plan(loss)
    plan.run()
    return plan.array(loss)


def names(loss: Value) -> list[str]:
    return [call.op.name for call in Plan(loss).calls]


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
