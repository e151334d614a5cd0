"""`==` and `!=` of tensors, as in Keras 3.15 on its three backends."""

import numpy as np
import pytest

from funclab import Input, Model, ops
from funclab.errors import TensorTypeError
from funclab.layers import Dense, Layer
from funclab.optimizers import Optimizer

DATA = np.array([[0.0, 1.0, 2.0], [2.0, 0.0, 0.0]], "float32")


def test_unequal_elements_of_a_symbolic_tensor_are_found_by_the_model():
    x = Input((3,))
    model = Model(x, [x != 0, np.float32(1) != x, x != x])

    unequal, to_one, to_itself = model.predict(DATA, verbose=0)

    assert unequal.tolist() == (DATA != 0).tolist()
    assert to_one.tolist() == (DATA != 1).tolist()
    assert not to_itself.any()


def test_equal_asks_of_symbolic_tensors_whether_they_are_the_same_object():
    x, y = Input((3,)), Input((3,))

    assert x == x
    assert (x == y) is False
    assert (x == 0) is False
    assert x in [y, x]
    assert [y, x].index(x) == 1


def test_a_layer_compares_elements_in_its_call_and_none_as_python_does():
    seen = []

    class Same(Layer):
        def call(self, x, other=None):
            seen.append((x is None, other != None, x == None))  # noqa: E711
            return ops.cast(x == 2, "float32") + ops.cast(np.ones(3) == x, "float32")

    x = Input((3,))
    model = Model(x, Same()(x))

    assert model.predict(DATA, verbose=0).tolist() == [[0, 1, 1], [1, 0, 0]]
    assert {*seen} == {(False, False, False)}


@pytest.mark.parametrize("shapes", [((2, 2), (3,)), ((2, 2), (2, 2))])
def test_an_optimizer_finds_its_variables_whatever_their_shapes(shapes):
    from funclab import Variable

    optimizer, variables = Optimizer(0.1), [Variable(np.ones(shape)) for shape in shapes]
    optimizer.build(variables)

    assert [optimizer._get_variable_index(variable) for variable in variables] == [0, 1]


@pytest.mark.parametrize(
    "ask", [lambda layer: layer.bias in layer.weights, lambda layer: bool(layer.bias == layer.bias)]
)
def test_who_looks_for_a_variable_by_its_elements_is_told_to_look_for_the_object(ask):
    layer = Dense(2)
    layer.build((None, 3))

    with pytest.raises(TensorTypeError, match="any.x is y for y in others."):
        ask(layer)
