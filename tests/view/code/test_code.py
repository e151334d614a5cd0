"""A model as source: run again, it gives a model with the same config and the same numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import funclab
from funclab import Input, Model, Sequential, layers, ops
from funclab.errors import TensorTypeError
from funclab.graph import structure
from funclab.view.code.source import to_code
from tests.layers.examples import EXAMPLES, Example, double, last_step
from tests.parity.models import CASES
from tests.parity.parts import parts
from tests.parity.recurrent_models import plain_cell_class
from tests.view import models
from tests.view.code.source_runs import assert_rebuilt, assert_same_numbers, run

LAMBDAS = {"lambda_with_ops"}
"""Models that hold a function without a name, which has no source."""

OWN_FUNCTIONS = {"double": double, "last_step": last_step}


@pytest.mark.filterwarnings("ignore:Several outputs come from one layer")
@pytest.mark.covering(facts=parts)
@pytest.mark.parametrize("name", sorted(set(CASES) - LAMBDAS))
def test_the_source_of_a_model_makes_it_again(name):
    case = CASES[name]
    model = case.build(funclab)

    again = assert_rebuilt(model, PlainCell=plain_cell_class(funclab))

    x = structure.map_structure(lambda array: array[: case.batch], case.data["x"])
    assert_same_numbers(model, again, x)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_source_of_a_layer_makes_it_again(example: Example):
    inputs = example.tensors()
    outputs = example.call(example.layer(name="it", trainable=False), inputs)
    model = Model(inputs, {str(i): tensor for i, tensor in enumerate(structure.flatten(outputs))})

    assert_rebuilt(model, **OWN_FUNCTIONS)


def test_a_shared_layer_is_a_variable_and_a_layer_called_once_is_not():
    code = to_code(models.shared_encoder())

    assert code.splitlines() == [
        "from funclab import Input, Model, layers",
        "",
        'left = Input(shape=(784,), name="left")',
        'right = Input(shape=(784,), name="right")',
        'encoder = layers.Dense(64, activation="relu", name="encoder")',
        "encoder_at_0 = encoder(left)",
        "encoder_at_1 = encoder(right)",
        'both = layers.Concatenate(name="both")([encoder_at_0, encoder_at_1])',
        'same = layers.Dense(1, name="same")(both)',
        "",
        'model = Model(inputs=[left, right], outputs=same, name="pair")',
    ]


def test_as_the_last_line_of_a_cell_the_source_reads_as_itself():
    x = Input((4,), name="x")
    source = to_code(Model(x, layers.Dense(2, name="out")(x)))

    assert repr(source) == str(source)
    assert source.count("\n") > 3


def test_names_that_were_only_counted_can_be_left_out():
    x = Input((4,))
    code = to_code(Model(x, layers.Dense(2)(layers.Dense(3, name="first")(x))), names=False)

    assert 'first = layers.Dense(3, name="first")(input_layer)' in code
    assert "dense = layers.Dense(2)(first)" in code
    assert code.endswith("model = Model(inputs=input_layer, outputs=dense)")


def test_a_layer_shared_between_a_model_and_one_inside_it_stays_shared():
    x, y = Input((4,)), Input((4,))
    dense = layers.Dense(4)
    inner = Model(x, layers.Activation("tanh")(dense(x)))
    model = Model(y, dense(inner(y)))

    again = assert_rebuilt(model)

    assert again.count_params() == model.count_params() == 20
    assert_same_numbers(model, again, np.ones((2, 4), "float32"))


def test_a_layer_inside_a_wrapper_and_outside_it_stays_shared():
    x = Input((5, 4))
    dense = layers.Dense(4, name="dense")
    each = layers.TimeDistributed(dense, name="each")

    assert assert_rebuilt(Model(x, dense(each(each(x))))).count_params() == 20
    assert "layers.TimeDistributed(layers.Dense(4, " in to_code(Model(x, each(each(x))))


def test_an_encoder_that_shares_its_graph_with_the_whole_is_written_once():
    x = Input((8,), name="x")
    code = layers.Dense(2, name="code")(x)
    encoder = Model(x, code, name="encoder")
    both = Model(x, layers.Dense(8, name="decoded")(code), name="both")
    z = Input((8,), name="z")
    whole = Model(z, [encoder(z), both(z)])

    again = assert_rebuilt(whole)

    assert to_code(whole).count("Dense(2") == 1
    assert again.count_params() == whole.count_params()
    assert_same_numbers(whole, again, np.ones((2, 8), "float32"))


def test_a_model_used_under_time_distributed_and_directly_is_one():
    frame = Input((4,))
    step = Model(frame, layers.Dense(3)(frame), name="step")
    video, picture = Input((5, 4)), Input((4,))
    model = Model([video, picture], [layers.TimeDistributed(step)(video), step(picture)])

    assert assert_rebuilt(model).count_params() == 15


def test_a_sequential_inside_a_model_and_a_model_inside_a_sequential():
    x, y = Input((4,)), Input((4,))
    stack = Sequential([Model(x, layers.Dense(3)(x)), layers.Dense(2)], name="stack")
    model = Model(y, stack(stack.layers[0](y) @ np.eye(3, 4, dtype="float32")))

    assert assert_rebuilt(model).count_params() == model.count_params()


def test_a_sequential_is_a_list_of_its_layers_built_or_not():
    assert_rebuilt(Sequential([layers.Dense(2), layers.Dense(3)], name="not_built"))
    assert_rebuilt(Sequential([Input((2,)), layers.Dense(3, trainable=False)]))


def test_a_graph_that_begins_in_the_middle_of_another_gets_inputs_of_its_own():
    x = Input((4,))
    shared = layers.Dense(4, name="shared")
    middle = shared(x)
    last = layers.Dense(2)(shared(middle))
    upper = Model(middle, last, name="upper")
    y = Input((4,))
    whole = Model([x, y], [last, upper(y)], name="whole")

    assert_rebuilt(upper)
    again = assert_rebuilt(whole, cut=True)

    assert again.count_params() == whole.count_params()
    assert_same_numbers(whole, again, [np.ones((2, 4), "float32")] * 2)


def test_arguments_of_calls_are_written():
    x, state = Input((5, 4), name="x"), [Input((3,), name="h"), Input((3,), name="c")]
    kept = layers.Dropout(0.5, seed=1)(x, training=True)
    mask = ops.any(x > 0, axis=-1)
    outputs = layers.LSTM(3, return_state=True)(kept, initial_state=state, mask=mask)
    model = Model([x, *state], {"all": outputs[0], "cell": outputs[2]})

    code = to_code(model)

    assert "(x, training=True)" in code
    assert "initial_state=[h, c]" in code
    assert "mask=any_true" in code
    assert_rebuilt(model)


class Pair(NamedTuple):
    first: Any
    second: Any


@pytest.mark.filterwarnings("ignore:Several outputs come from one layer")
def test_nested_inputs_and_outputs_keep_their_form():
    x, y = Input((3,), name="x"), Input((3,), name="y")
    inner = Model({"a": x, "b": (y,)}, {"sum": x + y, "rest": [x * y, (x - y,)]}, name="inner")
    z = Input((3,), name="z")
    made = inner({"a": z, "b": (z,)})
    model = Model([z], Pair(made["sum"], [made["rest"][1][0]]))

    again = assert_rebuilt(model, Pair=Pair)

    assert 'inner_at_1["rest"][1][0]' in to_code(model)
    assert isinstance(again.output, Pair)
    assert_rebuilt(inner)


def test_frozen_layers_stay_frozen_and_thawed_ones_thawed():
    x, y = Input((3,)), Input((3,))
    inner = Model(x, layers.Dense(3, name="b")(layers.Dense(3, name="a")(x)), name="inner")
    each = layers.TimeDistributed(layers.Dense(2, name="deep"), name="each")
    last = each(layers.Reshape((1, 3))(inner(y)))
    model = Model(y, last)
    model.trainable = False
    for layer in (inner.get_layer("b"), each.layer):
        layer.trainable = True

    again = assert_rebuilt(model)

    shapes = [[weight.path for weight in m.trainable_weights] for m in (model, again)]
    assert shapes[0] == shapes[1]
    assert again.get_layer("inner").get_layer("b").trainable
    assert not again.get_layer("inner").get_layer("a").trainable


def test_a_deep_model_is_written_and_read():
    x = y = Input((2,))
    for _ in range(3000):
        y = layers.Activation("relu")(y)

    assert len(run(to_code(Model(x, y))).layers) == 3001


@pytest.mark.parametrize("thing", [3, None, np.ones(2), "model"])
def test_only_models_have_code(thing):
    with pytest.raises(TensorTypeError, match="Only a model can be written as code"):
        to_code(thing)


def test_inputs_keep_their_batch_dtype_and_rank():
    x = Input((3,), batch_size=4, dtype="int32", name="x")
    number = Input(batch_shape=(), name="number")
    model = Model([x, number], [layers.Embedding(9, 2)(x), number * 2.0])

    code = to_code(model)

    assert 'x = Input(shape=(3,), batch_size=4, dtype="int32", name="x")' in code
    assert 'number = Input(batch_shape=(), name="number")' in code
    assert_rebuilt(model)
