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
