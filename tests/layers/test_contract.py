"""What every layer promises, checked on examples of each: no layer escapes."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from funclab import Model, layers, ops, registry
from funclab.engine.plan import Plan
from funclab.graph import structure
from funclab.graph.tape import Tape
from funclab.graph.value import Value, Variable
from funclab.layers import functions
from tests.layers.examples import BATCH, EXAMPLES, Example

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)
numbers = [example for example in EXAMPLES if not example.text]
each_on_numbers = pytest.mark.parametrize("example", numbers, ids=str)
LAYERS = {
    cls.__name__
    for cls in registry.registered("layer").values()
    if cls.__module__.startswith("funclab.layers") and cls is not layers.InputLayer
}


def first_of(outputs: Any) -> Any:
    return structure.flatten(outputs)[0]


def shapes_of(outputs: Any) -> Any:
    return [tuple(output.shape) for output in structure.flatten(outputs)]


def listed(shapes: Any) -> list[Any]:
    """All shapes of a tree of them."""
    if all(length is None or isinstance(length, int) for length in shapes):
        return [shapes]
    return [shape for inner in shapes for shape in listed(inner)]


def twin(layer: Any) -> Any:
    """A layer rebuilt from the JSON text of the configuration."""
    config = json.loads(json.dumps(layer.get_config()))
    with functions.safe_mode(False):  # the code of a Lambda is this file's own
        return type(layer).from_config(config)


def assert_same(first: Any, second: Any) -> None:
    for a, b in zip(structure.flatten(first), structure.flatten(second), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_every_layer_is_public():
    lacking = LAYERS - {*layers.__all__}

    assert not lacking, f"add to funclab/layers/__init__.py, twice: {sorted(lacking)}"


def test_every_layer_has_an_example():
    missing = LAYERS ^ {example.name for example in EXAMPLES}

    assert not missing, f"tests/layers/examples.py lacks examples of {sorted(missing)}"


def test_every_layer_is_found_in_funclab_layers():
    missing = [name for name in LAYERS if not hasattr(layers, name)]

    assert not missing, f"import {missing} in funclab/layers/__init__.py, and add to its __all__"


@each_example
def test_the_symbolic_shape_is_the_real_shape(example: Example):
    layer = example.layer()

    tensors = structure.flatten(example.call(layer, example.tensors()))
    arrays = structure.flatten(example.call(layer, example.arrays()))

    for tensor, array in zip(tensors, arrays, strict=True):
        assert tuple(BATCH if n is None else n for n in tensor.shape) == array.shape
        assert tensor.shape[0] is None
        assert tensor.dtype == array.dtype


@each_example
def test_a_known_batch_size_is_kept(example: Example):
    outputs = example.call(example.layer(), example.tensors(batch=BATCH))

    assert all(shape[0] == BATCH for shape in shapes_of(outputs))


@each_example
def test_compute_output_shape_tells_the_shape_and_builds_nothing(example: Example):
    layer = example.layer()
    given = [(None, *shape) for shape in example.shapes]

    args = given if example.spread else [given if example.several else given[0]]
    told = layer.compute_output_shape(*args)

    assert not layer.built
    assert not layer.weights
    wanted = shapes_of(example.call(layer, example.tensors()))
    assert listed(told) == wanted


@each_example
def test_a_layer_rebuilt_from_its_config_computes_the_same(example: Example):
    layer = example.layer()
    expected = example.call(layer, example.arrays())

    rebuilt = twin(layer)

    assert rebuilt.get_config() == layer.get_config()
    example.call(rebuilt, example.arrays(seed=1))
    rebuilt.set_weights(layer.get_weights())
    assert_same(example.call(rebuilt, example.arrays()), expected)


@each_example
def test_name_dtype_and_freezing_are_in_the_config(example: Example):
    layer = example.layer()
    example.call(layer, example.tensors())
    layer.trainable = False

    rebuilt = twin(layer)

    example.call(rebuilt, example.tensors())
    config = layer.get_config()
    assert (config["name"], config["dtype"]) == (rebuilt.name, rebuilt.dtype)
    assert rebuilt.name == layer.name
    assert rebuilt.trainable is config.get("trainable", True)
    assert layer.trainable_weights == []
    assert rebuilt.trainable_weights == []


@each_example
def test_a_layer_called_twice_has_two_nodes_and_its_weights_once(example: Example):
    layer = example.layer()
    first, second = example.tensors(), example.tensors()

    outputs = [example.call(layer, given) for given in (first, second)]

    assert len(layer.inbound_nodes) == 2
    assert len({id(weight) for weight in layer.weights}) == len(layer.weights)
    for i, (given, made) in enumerate(zip([first, second], outputs, strict=True)):
        assert structure.flatten(layer.get_input_at(i)) == structure.flatten(given)
        assert structure.flatten(layer.get_output_at(i)) == structure.flatten(made)
    with pytest.raises(AttributeError, match="multiple inbound nodes"):
        _ = layer.output


def weighted_sum(outputs: Any, rng: np.random.Generator) -> Value:
    """One number that depends on every output."""
    total: Any = 0.0
    for output in structure.flatten(outputs):
        total = total + ops.sum(output * rng.standard_normal(output.shape))
    return total


@pytest.fixture
def double_precision() -> Iterator[None]:
    layers.set_floatx("float64")
    yield
    layers.set_floatx("float32")


@pytest.mark.usefixtures("double_precision")
@each_on_numbers
def test_the_gradient_of_a_shared_layer_is_the_sum_over_its_calls(example: Example):
    layer = example.layer()
    rng = np.random.default_rng(1)
    inputs = [
        structure.map_structure(Variable, example.arrays(seed, dtype="float64")) for seed in (0, 1)
    ]
    with Tape():
        loss = weighted_sum([example.call(layer, given) for given in inputs], rng)
    given = [tensor for tensor in structure.flatten(inputs) if tensor.dtype == "float64"]
    free = [*layer.trainable_weights, *given]
    plan = Plan(loss, wrt=free)
    directions = [rng.standard_normal(v.shape) for v in free]

    plan.run()

    slope = sum(np.sum(plan.grads[v] * d) for v, d in zip(free, directions, strict=True))
    sides = []
    for step in (1e-6, -2e-6):
        for variable, direction in zip(free, directions, strict=True):
            variable.array[...] += step * direction
        plan.run()
        sides.append(float(plan.array(loss)))
    assert slope == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-6, abs=1e-6)


@each_example
def test_a_layer_inside_a_model_computes_as_alone(example: Example):
    layer = example.layer()
    data = example.arrays()
    inputs = example.tensors()
    inner = Model(inputs, first_of(example.call(layer, inputs)))
    outer_inputs = example.tensors()
    outer = Model(outer_inputs, inner(outer_inputs))

    assert_same(inner(data), first_of(example.call(layer, data)))
    assert_same(outer(data), first_of(example.call(layer, data)))
    assert [id(weight) for weight in outer.weights] == [id(weight) for weight in layer.weights]


@pytest.mark.parametrize("example", [some for some in numbers if not some.spread], ids=str)
def test_time_distributed_applies_the_layer_to_every_step(example: Example):
    layer = example.layer()
    steps = [example.arrays(seed) for seed in range(2)]
    pairs = zip(*map(structure.flatten, steps), strict=True)
    data = structure.pack(steps[0], [np.stack(pair, axis=1) for pair in pairs])

    outputs = example.call(layers.TimeDistributed(layer), data)

    for i, step in enumerate(steps):
        at_step = structure.map_structure(lambda x, i=i: x[:, i], outputs)
        assert_same(at_step, example.call(layer, step))


@pytest.mark.usefixtures("double_precision")
@each_on_numbers
def test_a_float64_layer_computes_in_float64(example: Example):
    layer = example.layer()

    outputs = structure.flatten(example.call(layer, example.arrays(dtype="float64")))

    wanted = "int" if getattr(layer, "output_mode", "") == "int" else "float64"
    assert all(str(output.dtype).startswith(wanted) for output in outputs)
    assert all(weight.dtype == "float64" for weight in layer.weights if weight.name != "count")


@each_example
def test_training_gives_the_same_shapes_and_finite_numbers(example: Example):
    layer = example.layer()

    resting = example.call(layer, example.arrays())
    training = example.call(layer, example.arrays(), training=True)

    assert shapes_of(resting) == shapes_of(training)
    assert all(np.isfinite(x).all() for x in structure.flatten(training))


@each_example
def test_a_refused_call_leaves_no_trace(example: Example):
    layer = example.layer()
    x = np.ones((2, 1, 1, 1, 1, 1, 1, 1), "float32")

    with pytest.raises((ValueError, TypeError)):
        layer([x, x[0], "no tensor"])

    assert not layer.built
    assert not layer.weights
    assert not layer.inbound_nodes
    again, fresh = (example.call(called, example.arrays()) for called in (layer, example.layer()))
    assert shapes_of(again) == shapes_of(fresh)


@each_example
def test_building_allocates_no_weights(example: Example):
    layer = example.layer()

    example.call(layer, example.tensors())

    assert not any(weight.allocated for weight in layer.weights)
