"""Models of custom classes."""

import numpy as np

from funclab import Input, Model, ops
from funclab.layers import Dense, Dropout


def rows(*shape):
    return np.random.RandomState(0).normal(size=shape).astype("float32")


def test_a_subclass_may_hand_inputs_and_outputs_to_its_base():
    class Twice(Model):
        def __init__(self):
            x = Input((2,))
            super().__init__(inputs=x, outputs=x * 2.0)

    model = Twice()

    assert isinstance(model, Twice)
    np.testing.assert_array_equal(model(rows(3, 2)), rows(3, 2) * 2)


def test_a_subclass_with_its_own_call_works_as_a_layer_and_on_arrays():
    class Block(Model):
        def __init__(self):
            super().__init__()
            self.first, self.more = Dense(4), [Dense(4), Dense(2)]

        def call(self, x):
            x = ops.relu(self.first(x))
            for layer in self.more:
                x = layer(x)
            return x

    block = Block()
    x = Input((3,))

    model = Model(x, block(x))

    assert len(model.weights) == 6
    assert model(rows(5, 3)).shape == (5, 2)
    assert block(rows(5, 3)).shape == (5, 2)


def test_fit_trains_the_layers_of_a_call_that_does_not_ask_whether_it_trains():
    """Keras 3 runs them as in inference, unless `call` has an argument `training`."""

    class Halved(Model):
        def __init__(self):
            super().__init__()
            self.drop = Dropout(0.5)

        def call(self, x):
            return self.drop(x)

    model = Halved()
    model.compile("sgd", "mse")
    ones = np.ones((64, 8), "float32")

    trained = model.fit(ones, ones, verbose=0).history["loss"][0]

    assert trained == 1.0  # what is dropped is off by 1, and so is what is doubled
    assert model.evaluate(ones, ones, verbose=0) == 0
