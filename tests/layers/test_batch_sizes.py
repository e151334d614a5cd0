"""Custom calls that ask for the batch size before it is known."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, Sequential, layers, ops
from funclab.errors import ShapeError
from funclab.layers import Layer

# What a layer computes from x with the size of the batch, and the shape of what it returns.
WITH_BATCH = [
    ("ops.concatenate([ops.broadcast_to(self.w, (n, 1, 5)), x], axis=1)", (None, 5, 5)),
    ("ops.reshape(x, (n, -1)) + ops.zeros((n, 20))", (None, 20)),
    ("ops.matmul(ops.tile(ops.ones((1, 4, 4)), [n, 1, 1]), x)", (None, 4, 5)),
    ("ops.reshape(x, (n * 4, 5))", (None, 5)),
    ("ops.sum(x, axis=0, keepdims=True) / n", (1, 4, 5)),
]


class Batched(Layer):
    def __init__(self, text: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.text = text
        self.w = self.add_weight(shape=(1, 1, 5), initializer="ones", name="w")

    def call(self, x: Any) -> Any:
        return eval(self.text, {"ops": ops, "self": self, "x": x, "n": ops.shape(x)[0]})


@pytest.mark.parametrize(("text", "shape"), WITH_BATCH, ids=[text for text, _ in WITH_BATCH])
def test_a_call_may_ask_for_the_size_of_the_batch(text: str, shape: Any):
    x, array = Input((4, 5)), np.random.default_rng(0).random((3, 4, 5))
    layer = Batched(text)

    y = layer(x)

    made = Model(x, y).predict(array)
    assert y.shape == shape
    assert made.shape == tuple(n or made.shape[0] for n in shape)
    np.testing.assert_allclose(made, layer(array), rtol=1e-6)


def test_so_may_a_function_in_a_lambda_and_a_layer_inside_a_model_that_is_called():
    x, z = Input((4, 5)), Input((4, 5))
    inner = Model(x, layers.Lambda(lambda x: x + ops.zeros((ops.shape(x)[0], 1, 5)))(x))

    outer = Model(z, layers.Flatten()(inner(z)))

    assert outer.predict(np.ones((3, 4, 5))).shape == (3, 20)


def test_an_error_that_does_not_depend_on_the_batch_is_raised_as_it_is():
    with pytest.raises(ShapeError, match=r"\(None, 4, 5\)"):
        Batched("ops.matmul(x, ops.ones((n, 3, 3)))")(Input((4, 5)))


def test_tensors_in_a_list_are_stacked():
    a, b = Input((3,)), Input((3,))
    model = Model([a, b], ops.sum([a, b], axis=0))

    made = model.predict([np.ones((2, 3)), np.full((2, 3), 2.0)])

    np.testing.assert_array_equal(made, np.full((2, 3), 3.0))


class Positions(Layer):
    """Adds its place to each word, as books write it; the part that follows is not built yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.after = Sequential([layers.Dense(3)])

    def call(self, x: Any) -> Any:
        length = ops.shape(x)[1]
        places = ops.arange(0, length, 1)
        earlier = ops.reshape(ops.expand_dims(places, 1) >= places, (1, length, length))
        mixed = ops.matmul(ops.cast(ops.tile(earlier, (ops.shape(x)[0], 1, 1)), "float32"), x)
        return self.after(mixed)


def test_a_call_may_ask_for_other_lengths_that_are_not_known():
    x, layer = Input((None, 2)), Positions()

    model = Model(x, layer(x))

    assert model.output_shape == (None, None, 3)
    for length in (4, 6):
        array = np.random.default_rng(0).random((2, length, 2)).astype("float32")
        expected = layer.after(np.cumsum(array, axis=1))
        np.testing.assert_allclose(model.predict(array, verbose=0), expected, rtol=1e-5)


def test_the_end_of_a_range_that_is_not_known_makes_no_empty_result():
    x = Input((None,))

    y = layers.Lambda(lambda x: x + ops.cast(ops.arange(0, ops.shape(x)[1]), "float32"))(x)

    assert y.shape == (None, None)
    np.testing.assert_array_equal(Model(x, y).predict(np.ones((1, 3)), verbose=0), [[1, 2, 3]])
