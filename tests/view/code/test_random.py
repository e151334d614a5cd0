"""Models put together at random are written as source and made again: a search for what breaks."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import Input, Model, constraints, layers, ops, registry
from funclab.errors import ArgumentError
from funclab.graph import structure
from funclab.view.code.source import to_code
from funclab.view.scene import words
from tests.view.code.source_runs import assert_same_numbers, run
from tests.view.random_models import NAMES, Builder, double

LONGEST = max(map(len, NAMES))
WARNINGS = pytest.mark.filterwarnings("ignore::UserWarning")


def wiring(model: Model) -> list:
    """Every call, by name: where its tensors come from, their shapes, dtypes and masks."""
    graph = words.graph_of(model)
    assert graph is not None
    names = {}
    for node in graph.nodes:
        calls = [call for call in graph.nodes if call.operation is node.operation]
        names[node] = (node.operation.name, calls.index(node))
    made = []
    for node in graph.nodes:
        taken = [] if node.is_input else [graph.producer(x) for x in node.arguments.tensors]
        tensors = [(y.shape, y.dtype, y.mask is not None) for y in node.output_tensors]
        made.append((names[node], [(names[parent], i) for parent, i in taken], tensors))
    return sorted(made, key=lambda entry: entry[0])


def weights(model: Model) -> list:
    trainable = {id(weight) for weight in model.trainable_weights}
    return [(w.name, w.shape, w.dtype, id(w) in trainable) for w in model.weights]


@WARNINGS
@pytest.mark.parametrize("seed", range(60))
def test_the_source_of_a_random_model_makes_it_again(seed):
    registry.reset_names()
    model = Builder(seed).build()

    code = to_code(model)
    again = run(code, double=double)

    assert again.get_config() == model.get_config()
    assert wiring(again) == wiring(model)
    assert weights(again) == weights(model)
    assert max(map(len, code.splitlines())) <= 100 + LONGEST  # a name cannot be broken
    assert_same_numbers(model, again, batch(model))


def batch(model: Model):
    random = np.random.RandomState(0)
    arrays = [
        random.randint(0, 3, (2, *x.shape[1:]))
        if x.dtype == "int32"
        else random.rand(2, *x.shape[1:]).astype(x.dtype)
        for x in model.inputs
    ]
    return structure.pack(model.input_structure, arrays)


@WARNINGS
def test_what_a_random_model_holds_is_varied():
    seen = {type(layer).__name__ for seed in range(60) for layer in Builder(seed).build().layers}

    assert {"Bidirectional", "TimeDistributed", "Functional", "Sequential", "Lambda"} <= seen
    assert {"Embedding", "Masking", "PReLU", "BatchNormalization", "Dropout", "LSTM"} <= seen


def test_a_list_that_equals_the_default_number_is_kept_as_a_list():
    x = Input((4,))
    model = Model(x, layers.Dense(2, kernel_constraint=constraints.MaxNorm(2, axis=[0]))(x))

    assert "MaxNorm(axis=[0])" in to_code(model)
    assert run(to_code(model)).get_config() == model.get_config()


def test_many_outputs_of_a_long_name_are_one_variable_and_its_elements():
    x = Input((40,))
    parts = ops.split(x, 10, axis=-1)
    model = Model(x, [parts[3], layers.add(parts)])

    lines = to_code(model).splitlines()

    assert any(line.startswith("split = ops.split(input_layer") for line in lines)
    assert any("split[9]" in line for line in lines)
    assert max(map(len, lines)) <= 100
    assert run("\n".join(lines)).get_config() == model.get_config()


@pytest.mark.parametrize("name", ["my model", "1st", "", "class", 3, None])
def test_the_variable_of_the_model_must_be_one(name):
    x = Input((4,))

    with pytest.raises(ArgumentError, match="cannot be the name of a variable"):
        to_code(Model(x, layers.Dense(2)(x)), name=name)
