"""Batches of 0 samples: a result where Keras has one, an error that says why where it raises."""

import numpy as np
import pytest

from funclab import layers, ops
from funclab.engine.plan import Plan
from funclab.errors import ShapeError
from funclab.graph import structure
from funclab.graph.value import Variable
from tests.layers.examples import EXAMPLES as LAYERS
from tests.layers.examples import Example as LayerExample
from tests.ops.examples import EXAMPLES, Example
from tests.ops.runs import has_gradient, several

REFUSED = """
ArgMax(axis=None, keepdims=False)
ArgMin(axis=None, keepdims=False)
GetItem(key='0')
Max(axis=0, keepdims=False)
Max(axis=(0, 2), keepdims=False)
Max(axis=None, keepdims=False)
Min(axis=0, keepdims=False)
Min(axis=(0, 2), keepdims=False)
Min(axis=None, keepdims=False)
Nanquantile(q=0.3, axis=(0, 2), method='linear', keepdims=False)
Nanquantile(q=0.3, axis=None, method='linear', keepdims=False)
Quantile(q=0.3, axis=(0, 2), method='linear', keepdims=False)
Quantile(q=0.3, axis=None, method='linear', keepdims=False)
SliceUpdate(start_indices=(0, 1))
SliceUpdate(start_indices=(1, 3, -1))
"""
"""What Keras on JAX refuses: the result is one of the elements, or updates have no place."""

on_samples = [example for example in EXAMPLES if not all(x.size for x in example.arrays(0))]
refused = [example for example in on_samples if str(example) in REFUSED.splitlines()]
taken = [example for example in on_samples if example not in refused]


@pytest.mark.covering
@pytest.mark.parametrize("example", taken, ids=str)
def test_an_op_takes_0_samples(example: Example):
    arrays = example.arrays(0)

    outputs = several(example.op(*arrays))

    shapes = example.op.shape(*(array.shape for array in arrays))
    assert [out.shape for out in outputs] == [*(shapes if example.op.n_outputs > 1 else [shapes])]


@pytest.mark.covering
@pytest.mark.parametrize("example", [*filter(has_gradient, taken)], ids=str)
def test_0_samples_have_gradients_of_0(example: Example):
    inputs = [Variable(array) for array in example.arrays(0)]
    wrt = [variable for variable in inputs if variable.dtype.startswith("float")]
    plan = Plan(several(example.op(*inputs))[0], wrt=wrt)

    plan.run()

    for variable in wrt:
        np.testing.assert_array_equal(plan.grads[variable], np.zeros(variable.shape))


@pytest.mark.parametrize("example", refused, ids=str)
def test_an_op_that_needs_an_element_says_that_there_is_none(example: Example):
    with pytest.raises(ShapeError, match=r"zero-size array|length 0|do not fit"):
        example.op(*example.arrays(0))


@pytest.mark.covering
@pytest.mark.parametrize("example", LAYERS, ids=str)
def test_a_layer_takes_0_samples(example: LayerExample):
    layer = example.layer()
    some = structure.flatten(example.call(layer, example.arrays()))

    none = structure.flatten(example.call(layer, example.arrays(batch=0)))

    assert [x.shape for x in none] == [(0, *x.shape[1:]) for x in some]


def test_sums_over_0_samples_are_0():
    x, y = np.zeros((0, 3)), np.zeros((0, 4))

    assert ops.einsum("ni,nj->ij", x, y).tolist() == [[0] * 4] * 3
    assert ops.tensordot(x, y, axes=[[0], [0]]).tolist() == [[0] * 4] * 3
    assert ops.logsumexp(x, axis=0).tolist() == [-np.inf] * 3
    assert np.isnan(ops.mean(x, axis=0)).all()


def test_0_samples_leave_the_statistics_of_a_batch_normalization_alone():
    layer = layers.BatchNormalization()
    layer(np.ones((4, 3)), training=True)
    before = [weight.copy() for weight in layer.get_weights()]

    layer(np.ones((0, 3)), training=True)

    np.testing.assert_array_equal(layer.get_weights(), before)
