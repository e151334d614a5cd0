"""Calls of ops that few people write: some have a value, the others are refused."""

import numpy as np
import pytest

from funclab import losses, ops, random
from funclab.errors import ArgumentError, DataError, FunclabError, ShapeError
from funclab.utils import tree

X = np.arange(6, dtype="float32").reshape(2, 3)
ONE = np.float32(1)

REFUSED = {
    "take_along_axis needs shapes that are equal but for axis 1. Received: (2, 3) and (4, 1)": (
        ShapeError,
        lambda: ops.take_along_axis(X, np.zeros((4, 1), int), 1),
    ),
    "equal but for axis 1. Received: (2, 3) and (3,)": (
        ShapeError,
        lambda: ops.take_along_axis(X, np.zeros(3, int), 1),
    ),
    "Cannot sum products of shapes (2, 3) and (2, 3) over axes ([1], [0])": (
        ShapeError,
        lambda: ops.tensordot(X, X, 1),
    ),
    "Received: order=0 and axis=-1": (ArgumentError, lambda: ops.normalize(X, order=0)),
    "Received: order=3 and axis=(0, 1)": (
        ArgumentError,
        lambda: ops.normalize(X, order=3, axis=(0, 1)),
    ),
    "needs logits of shape (n, classes). Received: (3,)": (
        ShapeError,
        lambda: random.categorical(np.ones(3, "float32"), 2),
    ),
    "inv has no result: Singular matrix": (
        DataError,
        lambda: ops.solve(np.zeros((2, 2)), np.ones((2, 1))),
    ),
    "Structures don't have the same nested structure": (
        ArgumentError,
        lambda: tree.assert_same_structure([1, [2]], [[1], 2]),
    ),
    "axis=-1 is out of range for a single number, which has no axes": (
        ShapeError,
        lambda: losses.mean_absolute_error(ONE, ONE),
    ),
    "Cannot make an array of shape (None,)": (
        FunclabError,
        lambda: ops.scatter([[0]], [1.0], (None,)),
    ),
}

VALUES = {
    "normalize takes any order along one axis": (
        lambda: ops.normalize([[3.0, 4.0]], order=1),
        [[3 / 7, 4 / 7]],
    ),
    "one number is a shape": (lambda: ops.reshape(X, 6), np.arange(6)),
    "as many segments as ids": (lambda: ops.segment_sum([1.0, 2, 3], [0, 2, 2]), [1, 0, 5]),
    "the largest of a segment": (lambda: ops.segment_max([1.0, 2, 3], [0, 1, 1]), [1, 3]),
    "class numbers in a column": (
        lambda: ops.sparse_categorical_crossentropy([[0], [2]], [[0.5, 0.25, 0.25]] * 2),
        -np.log([0.5, 0.25]),
    ),
    "classes along another axis": (
        lambda: ops.sparse_categorical_crossentropy([0, 1, 1], [[0.5, 0.25, 0.1], [0.5, 0.75, 0.9]],
                                                    axis=0),
        -np.log([0.5, 0.75, 0.9]),
    ),
    "a last axis of 1 too many in what is predicted": (
        lambda: losses.mean_squared_error(X, X[..., None] - 2),
        [4, 4],
    ),
    "a last axis of 1 too many in the targets": (
        lambda: losses.mean_squared_error(X[..., None], X - 2),
        [4, 4],
    ),
    "squares of nothing": (lambda: losses.mean_squared_error(X[:, :0], X[:, :0]), [np.nan] * 2),
    "amounts of nothing": (lambda: losses.mean_absolute_error(X[:, :0], X[:, :0]), [np.nan] * 2),
    "class numbers in a column, for a loss": (
        lambda: losses.CategoricalGeneralizedCrossEntropy(q=0.5)([[1]], [[0.19, 0.81]]),
        (1 - 0.9) / 0.5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_does_not_fit_is_refused(words):
    kind, call = REFUSED[words]

    with pytest.raises(kind) as caught:
        call()

    assert words in str(caught.value)


@pytest.mark.parametrize("says", VALUES)
def test_a_rare_call_has_the_value_that_follows_from_its_meaning(says):
    call, expected = VALUES[says]

    with np.errstate(all="ignore"):
        made = np.asarray(call())

    np.testing.assert_allclose(made, np.asarray(expected, made.dtype), rtol=1e-6)
