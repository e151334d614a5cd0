"""The dtypes of results: float32 stays float32, whatever it is combined with."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, ops
from funclab.engine.plan import Plan
from funclab.graph.value import Value, Variable

FLOAT, WHOLE, TRUTH = Value((2,)), Value((2,), "int32"), Value((2,), "bool")
DOUBLE, LONG = Value((2,), "float64"), Value((2,), "int64")


@pytest.mark.parametrize(
    ("made", "dtype"),
    [
        (FLOAT + 1, "float32"),
        (FLOAT * 0.5, "float32"),
        (2 - FLOAT, "float32"),
        (FLOAT / np.sqrt(64), "float32"),
        (FLOAT * np.array([0.1, 0.2]), "float32"),
        (FLOAT * [1, 2], "float32"),
        (FLOAT * np.arange(2), "float32"),
        (FLOAT * WHOLE, "float32"),
        (FLOAT * LONG, "float32"),
        (FLOAT * TRUTH, "float32"),
        (DOUBLE * 0.5, "float64"),
        (DOUBLE * FLOAT, "float64"),
        (WHOLE + 1, "int32"),
        (WHOLE * WHOLE, "int32"),
        (WHOLE * LONG, "int64"),
        (WHOLE * 0.5, "float32"),
        (WHOLE / 2, "float32"),
        (TRUTH + 1, "int32"),
        (TRUTH * 0.5, "float32"),
        (FLOAT > 0, "bool"),
        (-WHOLE, "int32"),
        (ops.sqrt(WHOLE), "float32"),
        (ops.relu(WHOLE), "float32"),
        (ops.mean(WHOLE), "float32"),
        (ops.sum(WHOLE), "int32"),
        (ops.sum(TRUTH), "int32"),
        (ops.argmax(FLOAT), "int32"),
        (ops.where(TRUTH, FLOAT, 0), "float32"),
        (ops.where(TRUTH, 1.0, 0.0), "float32"),
        (ops.concatenate([FLOAT, WHOLE]), "float32"),
        (ops.take(FLOAT, [0], axis=0), "float32"),
        (ops.cast(FLOAT, "int32"), "int32"),
        (ops.cast(TRUTH, float), "float64"),
        (ops.one_hot(WHOLE, 3), "float32"),
        (ops.matmul(Value((2, 2)), np.eye(2)), "float32"),
    ],
)
def test_the_dtype_of_a_result(made: Value, dtype: str):
    assert made.dtype == dtype


def test_tensors_follow_the_same_rule_as_values():
    x = Input((2,))

    assert (x / np.sqrt(64)).dtype == "float32"
    assert (x * np.ones(2)).dtype == "float32"


def test_arrays_follow_numpy_with_each_other():
    single, double = np.ones(2, "float32"), np.ones(2)

    assert ops.add(single, 0.5).dtype == "float32"
    assert ops.add(double, 0.5).dtype == "float64"
    assert ops.add(single, double).dtype == "float64"


@pytest.mark.parametrize(
    "make",
    [
        lambda w, ids, mask: w * mask,
        lambda w, ids, mask: w + ids,
        lambda w, ids, mask: ops.where(mask, w, ids),
        lambda w, ids, mask: w / (ids + 1),
        lambda w, ids, mask: ops.concatenate([w, ids]),
        lambda w, ids, mask: ops.maximum(w, ids),
        lambda w, ids, mask: w ** ops.cast(mask, "float32"),
    ],
)
def test_masks_and_whole_numbers_can_meet_weights(make: Any):
    w = Variable(np.array([0.5, 2.0, 3.0], "float32"))
    ids, mask = Value((3,), "int64"), Value((3,), "bool")
    made = make(w, ids, mask)
    plan = Plan(ops.sum(made))
    np.copyto(plan.array(ids), [2, 0, 1])
    np.copyto(plan.array(mask), [True, False, True])

    plan.run()

    exact = make(w.numpy(), plan.array(ids), plan.array(mask))
    np.testing.assert_allclose(plan.array(made), exact, rtol=1e-6)
    assert plan.grads[w].dtype == "float32"
    assert np.isfinite(plan.grads[w]).all()


def test_float64_arrays_as_targets_do_not_widen_the_gradient():
    w = Variable(np.ones((2, 3), "float32"))
    loss = ops.mean(ops.categorical_crossentropy(np.eye(3)[[0, 2]], w, from_logits=True))

    plan = Plan(loss)
    plan.run()

    assert loss.dtype == plan.grads[w].dtype == "float32"
