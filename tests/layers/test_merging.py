"""Merging several tensors into one."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers
from funclab.errors import ShapeError

A = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")
B = np.array([[5.0, 6.0], [-7.0, 8.0]], "float32")
C = np.array([[0.5, 0.5], [1.0, 0.0]], "float32")

FUNCTIONS = {
    "add": (lambda a, b, c: a + b + c, 3),
    "subtract": (lambda a, b: a - b, 2),
    "multiply": (lambda a, b, c: a * b * c, 3),
    "average": (lambda a, b, c: (a + b + c) / 3, 3),
    "maximum": (lambda a, b, c: np.maximum(np.maximum(a, b), c), 3),
    "minimum": (lambda a, b, c: np.minimum(np.minimum(a, b), c), 3),
    "concatenate": (lambda a, b, c: np.concatenate([a, b, c], axis=-1), 3),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_merge_computes_what_its_name_says(name: str):
    expected, count = FUNCTIONS[name]
    data = [A, B, C][:count]
    layer = getattr(layers, name.capitalize())()

    np.testing.assert_allclose(layer(data), expected(*data), rtol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_lower_case_function_calls_a_new_layer(name: str):
    expected, count = FUNCTIONS[name]
    inputs = [Input((2,)) for _ in range(count)]

    output = getattr(layers, name)(inputs, name="merged")

    layer = output._keras_history.operation
    assert type(layer).__name__ == name.capitalize()
    assert layer.name == "merged"
    assert layer.get_input_at(0) == inputs
    data = [A, B, C][:count]
    np.testing.assert_allclose(Model(inputs, output)(data), expected(*data), rtol=1e-6)


def test_tensors_of_lower_rank_get_axes_after_the_batch():
    steps = np.arange(12, dtype="float32").reshape(2, 3, 2)

    np.testing.assert_allclose(layers.add([steps, A]), steps + A[:, None])


def test_one_tensor_in_a_list_is_its_own_sum():
    np.testing.assert_array_equal(layers.Add()([A]), A)


def test_dot_of_vectors_is_one_number_for_each_sample():
    np.testing.assert_allclose(layers.dot([A, B], axes=1), (A * B).sum(axis=1, keepdims=True))


def test_a_normalized_dot_is_a_cosine():
    cosine = (A * B).sum(axis=1) / np.linalg.norm(A, axis=1) / np.linalg.norm(B, axis=1)

    np.testing.assert_allclose(layers.Dot(-1, normalize=True)([A, B])[:, 0], cosine, rtol=1e-6)


def test_dot_of_matrices_multiplies_along_the_named_axes():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 3, 5)), rng.standard_normal((2, 5, 4))

    made = layers.Dot(axes=(2, 1), dtype="float64")([x, y])

    np.testing.assert_allclose(made, x @ y)


WRONG: dict[str, tuple[Any, Any, str]] = {
    "one tensor": (layers.Add, lambda: Input((2,)), "should be called on a list of inputs"),
    "an empty list": (layers.Add, list, "at least 1 input"),
    "three for two": (layers.Subtract, lambda: [Input((2,))] * 3, "exactly 2 inputs"),
    "one for two": (lambda: layers.Dot(1), lambda: [Input((2,))], "exactly 2 inputs"),
    "other lengths": (
        layers.Multiply,
        lambda: [Input((3,)), Input((4,))],
        r"Inputs have incompatible shapes. Received shapes \(3,\) and \(4,\)",
    ),
    "other batches": (
        layers.Average,
        lambda: [Input((3,), batch_size=2), Input((3,), batch_size=4)],
        "different batch sizes",
    ),
    "other lengths beside the axis": (
        layers.Concatenate,
        lambda: [Input((2, 3)), Input((2, 4, 3))],
        "inputs with matching shapes except for the concat axis",
    ),
    "other lengths to multiply": (
        lambda: layers.Dot(axes=1),
        lambda: [Input((3,)), Input((4,))],
        r"\(None, 3\).*\(None, 4\)",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_merged_is_refused_with_the_layers_name(case: str):
    make, inputs, says = WRONG[case]
    layer = make()

    with pytest.raises(ShapeError, match=says) as caught:
        layer(inputs())

    assert layer.name in str(caught.value)
    assert layer.inbound_nodes == []
