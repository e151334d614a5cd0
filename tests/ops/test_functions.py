"""The functions of funclab.ops, compared with NumPy or with a formula."""

import warnings
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Input, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.graph.tape import Tape
from funclab.graph.value import Value, Variable

X = np.array([[0.5, -1.5, 2.0], [-0.25, 3.0, -2.75]], "float32")
Y = np.array([[1.5, -0.5, 2.0], [4.0, 0.75, -1.25]], "float32")
CUBE = np.arange(24, dtype="float32").reshape(2, 3, 4) - 11
IDS = np.array([[0, 2], [1, 1]])

# Those that NumPy has under the same name, and that are not compared with Keras in test_keras.
LIKE_NUMPY: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(["subtract", "true_divide", "minimum"], (X, Y)),
    **dict.fromkeys(["not_equal", "less", "greater_equal"], (X, Y)),
    "absolute": (X,),
    "logical_or": (X > 0, Y > 0),
}


@pytest.mark.parametrize("name", LIKE_NUMPY)
def test_a_function_means_what_it_means_in_numpy(name: str):
    arguments = LIKE_NUMPY[name]

    made = getattr(ops, name)(*arguments)

    np.testing.assert_allclose(made, getattr(np, name)(*arguments), rtol=1e-6)


def test_every_name_of_the_room_is_there():
    assert all(hasattr(ops, name) for name in ops.__all__)


def test_axis_none_means_all_elements():
    assert ops.repeat(X, 2).shape == ops.repeat(X, [2]).shape == (12,)
    assert ops.cumsum(X)[-1] == X.sum()
    assert ops.take(CUBE, 5) == CUBE.ravel()[5]


def test_unique_columns_are_filled_up_to_a_size_with_the_first():
    columns = ops.unique(np.array([[2, 1, 2], [0, 3, 0]]), axis=1, size=3)

    np.testing.assert_array_equal(columns, [[1, 2, 1], [3, 0, 3]])


def test_samples_are_reshaped_by_name():
    assert ops.reshape_samples(x=CUBE, target=(12,)).shape == (2, 12)
    assert ops.unfold_time(x=CUBE, time=2).shape == (1, 2, 3, 4)


def test_vectors_can_be_multiplied_too():
    assert ops.matmul(X, X[0]).shape == (2,)
    assert ops.matmul(X[:, 0], X).shape == (3,)
    assert ops.matmul(X[0], X[0]).shape == ()
    np.testing.assert_allclose(ops.dot(X[0], Y[0]), X[0] @ Y[0])


@pytest.mark.parametrize(
    ("x", "y", "axes", "formula"),
    [
        ((5, 2, 4), (5, 4, 3), (2, 1), "bij,bjk->bik"),
        ((5, 4, 2), (5, 4, 3), 1, "bji,bjk->bik"),
        ((5, 4), (5, 4), 1, "bi,bi->b"),
        ((5, 4), (5, 3, 4), (1, 2), "bi,bki->bk"),
        ((5, 2, 3, 4), (5, 4, 2), (3, 1), "bhij,bjk->bhik"),
    ],
)
def test_batch_dot_multiplies_sample_by_sample(x: Any, y: Any, axes: Any, formula: str):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal(x), rng.standard_normal(y)

    made = ops.batch_dot(a, b, axes)

    expected = np.einsum(formula, a, b)
    np.testing.assert_allclose(made, expected.reshape(made.shape), rtol=1e-6)
    assert made.shape == (expected.shape if expected.ndim > 1 else (5, 1))


def test_batch_dot_knows_its_shape_without_a_batch_size():
    assert ops.batch_dot(Value((None, 2, 4)), Value((None, 4, 3)), (2, 1)).shape == (None, 2, 3)
    assert ops.batch_dot(Value((None, 4)), Value((None, 4)), 1).shape == (None, 1)
    assert ops.batch_dot(Value((None, None, 4)), Value((None, None, 4)), 2).shape == (None,) * 3


@pytest.mark.parametrize(
    ("formula", "shapes"),
    [
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
        ("bij, bjk", [(2, 3, 4), (2, 4, 5)]),
        ("aecd,abcd->acbe", [(2, 3, 4, 5), (2, 6, 4, 5)]),
        ("...ij,...kj->...ik", [(2, 3, 4), (5, 2, 6, 4)]),
        ("bij,bij->bj", [(2, 1, 4), (2, 3, 4)]),
        ("ii,ij,jk->k", [(3, 3), (3, 4), (4, 5)]),
        ("i,j,k->kji", [(2,), (3,), (4,)]),
        ("ij->", [(3, 4)]),
    ],
)
def test_einsum_sums_products_as_numpy_does(formula: str, shapes: Any):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in shapes]

    made = ops.einsum(formula, *arrays)

    np.testing.assert_allclose(made, np.einsum(formula, *arrays), rtol=1e-9)


@pytest.mark.parametrize(
    ("formula", "shapes", "says"),
    [
        ("ij,jk->ik", [(2, 3), (4, 5)], "lengths 3 and 4 for j"),
        ("ij,jk->ik", [(2, 3)], "does not fit 1 tensors"),
        ("ij->i", [(2, 3, 4)], "with 3 axes"),
    ],
)
def test_einsum_refuses_tensors_that_do_not_fit(formula: str, shapes: Any, says: str):
    with pytest.raises(ShapeError, match=says):
        ops.einsum(formula, *map(np.ones, shapes))


def test_split_makes_equal_parts():
    first, second = ops.split(X.T, [1])

    assert (first.shape, second.shape) == ((1, 2), (2, 2))
    assert [part.shape for part in ops.split(CUBE, 2, axis=-1)] == [(2, 3, 2)] * 2
    assert [part.shape for part in ops.split(X, 1)] == [(2, 3)]


def test_one_hot_marks_the_class():
    np.testing.assert_array_equal(ops.one_hot([2, 0, 7], 3), [[0, 0, 1], [1, 0, 0], [0, 0, 0]])
    assert ops.one_hot(IDS, 3, axis=1).shape == (2, 3, 2)


def test_reshape_keeps_several_lengths_that_are_not_known():
    x = Value((None, None, 8))

    assert ops.reshape(x, (*ops.shape(x)[:2], 2, 4)).shape == (None, None, 2, 4)


def test_lists_and_numbers_are_taken_as_arrays():
    np.testing.assert_array_equal(ops.add([1, 2], 3), [4, 5])
    assert ops.relu([-1.0, 2.0]).dtype == "float32"


def test_softmax_over_one_element_warns_that_it_is_always_one():
    with pytest.warns(UserWarning, match="Did you mean to use a sigmoid instead"):
        ops.softmax(np.zeros((3, 1)))


def test_softmax_over_several_elements_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ops.softmax(X)


def test_the_probabilities_of_huge_scores_stay_finite():
    scores = np.array([[1000.0, 0.0, -1000.0]], "float32")

    np.testing.assert_allclose(ops.softmax(scores), [[1, 0, 0]])
    np.testing.assert_allclose(ops.log_softmax(scores), [[0, -1000, -2000]])
    np.testing.assert_allclose(ops.logsumexp(scores, axis=-1), [1000])
    np.testing.assert_allclose(ops.sigmoid(scores), [[1, 0.5, 0]])
    np.testing.assert_allclose(ops.softplus(scores), [[1000, np.log(2), 0]], rtol=1e-6)


def test_nan_survives_every_activation():
    nan = np.array([[np.nan, 1.0]], "float32")
    functions = {name: getattr(funclab.activations, name) for name in funclab.activations.__all__}
    for name in ("get", "serialize", "deserialize", "glu", "threshold"):
        del functions[name]

    lost = [name for name, function in functions.items() if not np.isnan(function(nan)[0, 0])]

    assert lost == []


def test_a_variable_can_be_assigned_at_once():
    count = Variable(np.zeros(2, "float32"))

    count.assign([1, 2])

    np.testing.assert_array_equal(count.numpy(), [1, 2])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ops.add(X, np.ones((4, 5))), ShapeError, "incompatible shapes"),
        (lambda: ops.matmul(X, X), ShapeError, "Cannot multiply matrices"),
        (lambda: ops.reshape(X, (4, 5)), ShapeError, "total size of the tensor must be unchanged"),
        (lambda: ops.squeeze(X, 1), ShapeError, "its length is not 1"),
        (lambda: ops.transpose(X, (0, 0)), ShapeError, "do not match a tensor with 2 axes"),
        (lambda: ops.sum(X, axis=2), ShapeError, "out of range for a tensor with 2 axes"),
        (lambda: ops.stack([X, X[:1]]), ShapeError, "stack needs equal shapes"),
        (lambda: ops.split(X, 2, axis=1), ShapeError, "into 2 equal parts"),
        (lambda: ops.split(Value((None, 3)), 2), ArgumentError, "into 2 equal parts"),
        (lambda: ops.pad(X, 1, mode="wrap"), ArgumentError, "mode='wrap'"),
        (lambda: ops.norm(X, ord=3), ArgumentError, "ord=3 for 2 axes"),
        (lambda: ops.quantile(X, 50), ArgumentError, "q=50"),
        (lambda: ops.quantile(X, 0.5, method="best"), ArgumentError, "best"),
        (lambda: ops.correlate(X[0], X[1], mode="all"), ArgumentError, "all"),
        (lambda: ops.qr(X, mode="raw"), ArgumentError, "raw"),
        (lambda: ops.diag(CUBE), ShapeError, "does not fit (2, 3, 4)"),
        (lambda: ops.inv(X), ShapeError, "inv needs square matrices"),
        (lambda: ops.inv(np.zeros((2, 2))), DataError, "inv has no result"),
        (lambda: ops.cholesky(-np.eye(2)), DataError, "positive definite"),
        (lambda: ops.solve(X[:, :2], np.ones(5)), ShapeError, "solve cannot match"),
        (lambda: ops.cross(CUBE, CUBE), ShapeError, "2 or 3 elements; these have 4"),
        (lambda: ops.rearrange(X, "a b -> a c"), ArgumentError, "cannot read the pattern"),
        (lambda: ops.scatter_update(X, [[0]], X, "mean"), ArgumentError, "Unsupported reduction"),
        (lambda: ops.nonzero(Input((3,))), ArgumentError, "which has no numbers yet"),
        (lambda: ops.map(ops.exp, Input((3,))), ShapeError, "A loop over an axis needs"),
        (lambda: ops.take(X, [5], axis=0), ArgumentError, "Index 5 is out of range"),
        (lambda: ops.zeros((None, 3)), ShapeError, "a length is not known yet"),
        (lambda: ops.bias_add(X, np.ones(4)), ShapeError, "A bias of shape (4,) does not fit"),
        (lambda: ops.bias_activation(X, X[0], "elu"), ArgumentError, "cannot do 'elu'"),
        (lambda: ops.batch_dot(X, CUBE, (1, 2)), ShapeError, "Dimension incompatibility"),
        (lambda: ops.assign(X, 1), ArgumentError, "Only a variable can be assigned to"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(call: Any, error: type[Exception], message: str):
    with pytest.raises(error) as caught:
        call()

    assert message in str(caught.value)
    assert "Why:" in str(caught.value)


def test_in_top_k_counts_the_better_ones():
    predictions = np.array([[0.1, 0.3, 0.6], [0.4, 0.5, 0.1], [0.2, 0.2, 0.2]], "float32")

    np.testing.assert_array_equal(ops.in_top_k([1, 2, 0], predictions, 1), [False, False, True])
    np.testing.assert_array_equal(ops.in_top_k([1, 2, 0], predictions, 2), [True, False, True])


def test_numbers_become_arrays_and_arrays_stay_numbers():
    assert ops.convert_to_tensor([1.0, 2.0]).dtype == "float32"
    assert ops.convert_to_tensor([1, 2], "float32").dtype == "float32"
    assert ops.convert_to_tensor(value := Value((2,))) is value
    np.testing.assert_array_equal(ops.convert_to_numpy(Variable([1.0, 2.0])), [1, 2])


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ((2, 2), "the first holds 6 elements, the second 4."),
        ((-1, 4), "the first holds 6 elements, the second 4 times a whole number."),
    ],
)
def test_a_shape_that_does_not_fit_is_refused_with_both_counts(shape, why):
    with pytest.raises(ShapeError) as caught:
        ops.reshape(np.zeros((2, 3)), shape)

    assert caught.value.why == why


def test_the_gradient_of_a_product_over_segments_knows_its_zeros():
    x = Variable(np.array([0.0, 1.5, 2.0, 0.0, 0.0, 3.0, 1.0]))
    ids = np.array([0, 0, 1, 1, 1, 2, 2])
    with Tape():
        total = ops.sum(ops.segment_prod(x, ids, num_segments=3))
    plan = Plan(total, wrt=(x,))

    plan.run()

    assert plan.grads[x].tolist() == [1.5, 0.0, 0.0, 0.0, 0.0, 1.0, 3.0]
