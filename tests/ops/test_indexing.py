"""Slices of tensors, as in NumPy."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.value import Value, Variable
from funclab.ops.indexing import GetItem

X = np.arange(60, dtype="float32").reshape(3, 4, 5)
KEYS = [
    np.s_[0],
    np.s_[-1],
    np.s_[1:],
    np.s_[:, 1],
    np.s_[:, 1:3],
    np.s_[..., 0],
    np.s_[..., ::2],
    np.s_[:, ::-1],
    np.s_[:, None],
    np.s_[None, ..., 1, :2],
    np.s_[0, 1, 2],
    np.s_[:, -3:-1, 4:1:-1],
    np.s_[np.int64(2), 1:],
    np.s_[()],
    np.s_[...],
    np.s_[:2, 5:],
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_slice_is_what_numpy_takes(key: Any):
    value = Value(X.shape)
    made = value[key]
    plan = Plan(made, wrt=())
    np.copyto(plan.array(value), X)

    plan.run()

    assert made.shape == X[key].shape
    np.testing.assert_array_equal(plan.array(made), X[key])


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_the_gradient_of_a_slice_is_one_where_it_was_taken(key: Any):
    x = Variable(X)
    plan = Plan(ops.sum(x[key]))

    plan.run()

    expected = np.zeros_like(X)
    expected[key] = 1
    np.testing.assert_array_equal(plan.grads[x], expected)


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        (np.s_[:, 0], (None, 5)),
        (np.s_[:, :2, None], (None, 2, 1, 5)),
        (np.s_[0], (4, 5)),
        (np.s_[..., -1], (None, 4)),
    ],
)
def test_a_slice_of_a_tensor_keeps_the_batch_open(key: Any, shape: Any):
    assert Input((4, 5))[key].shape == shape


def test_integers_choose_along_the_first_axis():
    x = Value((3, 2))

    assert x[[0, 2]].shape == (2, 2)
    assert x[np.array([[0, 1], [1, 2]])].shape == (2, 2, 2)
    assert x[Value((7,), "int32")].shape == (7, 2)


def test_a_slice_reads_well_and_goes_into_a_file():
    op = Value((3, 4))[:, ::2].origin.op

    assert op == GetItem(":, ::2")
    assert repr(op) == "GetItem(key=':, ::2')"


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        (np.s_[:, 4], ShapeError, "index 4 is out of range for an axis of length 4"),
        (np.s_[:, 0, 0, 0], ShapeError, "it indexes 4 axes of 3"),
        (np.s_[:, 0.5], ArgumentError, "0.5 is a float"),
        ("batch", ArgumentError, "'batch' is a str"),
        (Value((3,), "bool"), ArgumentError, "mask of booleans"),
    ],
)
def test_a_wrong_key_says_why(key: Any, error: type[Exception], message: str):
    with pytest.raises(error) as caught:
        Value((3, 4, 5))[key]

    assert message in str(caught.value)


def test_an_index_out_of_range_is_found_when_the_plan_runs():
    ids = Value((2,), "int64")
    plan = Plan(ops.take(np.ones((3, 2), "float32"), ids, axis=0), wrt=())
    np.copyto(plan.array(ids), [1, 3])

    with pytest.raises(ArgumentError, match="Index 3 is out of range for an axis of length 3"):
        plan.run()
