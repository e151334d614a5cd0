"""What a layer asks of the shapes of its inputs."""

from typing import Any

import pytest

from funclab import Input, InputSpec
from funclab.errors import ShapeError
from funclab.layers import Layer

# What a layer asks for; a shape that it takes, or more; one that it refuses; and what it says.
SPECS = [
    (InputSpec(ndim=3), [(None, 4, 2)], (None, 4), "expected ndim=3, found ndim=2", "3 axes"),
    (
        InputSpec(max_ndim=3),
        [(None, 4), (None, 4, 2)],
        (None, 4, 2, 2),
        "expected max_ndim=3, found ndim=4",
        "at most 3 axes",
    ),
    (
        InputSpec(min_ndim=3),
        [(None, 4, 2), (None, 4, 2, 2)],
        (None, 4),
        "expected min_ndim=3, found ndim=2",
        "at least 3 axes",
    ),
    (
        InputSpec(axes={-1: 4, 1: None}),
        [(None, 4), (None, 3, 4)],
        (None, 3),
        "expected axis -1 of input shape to have value 4 but got shape (None, 3)",
        "length 4 on axis -1",
    ),
    (
        InputSpec(shape=(None, 4, 2)),
        [(None, 4, 2), (3, 4, 2)],
        (None, 4, 3),
        "expected shape=(None, 4, 2), found shape=(None, 4, 3)",
        "shape (None, 4, 2)",
    ),
]


@pytest.mark.parametrize(("spec", "taken", "refused", "complaint", "wanted"), SPECS, ids=str)
def test_a_layer_takes_the_shapes_of_its_input_spec(spec, taken, refused, complaint, wanted):
    class Strict(Layer):
        def __init__(self) -> None:
            super().__init__(name="strict")
            self.input_spec = spec

        def call(self, inputs: Any) -> Any:
            return inputs

    shapes = [Strict()(Input(batch_shape=shape)).shape for shape in taken]

    assert shapes == taken
    with pytest.raises(ShapeError) as caught:
        Strict()(Input(batch_shape=refused))
    assert f'Input 0 of layer "strict" is incompatible with the layer: {complaint}.' in str(
        caught.value
    )
    assert f"is built for inputs with {wanted}" in caught.value.why


@pytest.mark.parametrize("count", [1, 3])
def test_a_layer_takes_as_many_inputs_as_it_has_specs(count: int):
    class Two(Layer):
        def __init__(self) -> None:
            super().__init__(name="two")
            self.input_spec = [InputSpec(ndim=2), InputSpec(ndim=3)]

        def call(self, inputs: Any) -> Any:
            return inputs[0]

    assert Two()([Input((2,)), Input((2, 3))]).shape == (None, 2)
    with pytest.raises(ShapeError, match=f"two expects 2 inputs, but it received {count} input"):
        Two()([Input((2,))] * count)
    with pytest.raises(ShapeError, match="Input 1 of layer"):
        Two()([Input((2,)), Input((2,))])


def test_an_input_spec_shows_what_it_asks_for():
    assert repr(InputSpec(ndim=3, axes={-1: 4})) == "InputSpec(ndim=3, axes={-1: 4})"
