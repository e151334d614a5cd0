"""The walk through a model's shapes: its steps, what it folds, the call at which it ends, and its
picture."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from funclab import Input, Layer, Model, Sequential, layers, ops
from funclab.errors import FunclabError, ShapeError, TensorTypeError
from funclab.layers.spec import InputSpec
from funclab.ops.matrices.matmul import MatMul
from funclab.view.shapes.failure import failed_step
from funclab.view.shapes.steps import shape_steps
from funclab.view.shapes.view import ShapeWalk
from tests.view import models


def test_each_call_is_a_step_with_its_shapes_rule_and_parameters():
    steps = shape_steps(models.shared_encoder())

    assert [step.key for step in steps] == [
        "left[0]", "right[0]", "encoder[0]", "encoder[1]", "both[0]", "same[0]",
    ]  # fmt: skip
    first = steps[2]
    assert first.inputs == [("left[0:0]", (None, 784))]
    assert first.outputs[0].shape == (None, 64)
    assert first.words == "The last axis becomes units: 784 → 64."
    assert first.parameters == "784 × 64 + 64 = 50,240"
    assert steps[4].outputs[0].axes[1].text == "64 + 64 = 128"


def test_a_shared_layer_counts_its_parameters_once_at_its_first_node():
    steps = shape_steps(models.shared_encoder())

    assert steps[3].words == "encoder again (node 1): same rule."
    assert steps[3].parameters == "shared: counted once, at node 0"
    assert [step.total for step in steps] == [0, 0, 50240, 50240, 50240, 50369]


def test_the_total_is_what_the_model_counts():
    x = Input((4,))
    inner = Model(x, layers.BatchNormalization()(layers.Dense(3)(x)))
    y = Input((6, 4))
    hidden = layers.TimeDistributed(inner)(y)
    model = Model(y, inner(layers.Dense(4)(hidden)[:, 0]))

    assert shape_steps(model).total == model.count_params()


def test_weights_held_by_two_layers_are_counted_once():
    x = Input((5, 4))
    dense = layers.Dense(3)
    model = Model(x, layers.add([layers.TimeDistributed(dense)(x), dense(x)]))

    steps = shape_steps(model)

    assert steps.total == model.count_params() == 15
    assert "none of them new: the others were counted before" in steps[2].parameters


def test_a_shared_layer_on_another_shape_gets_its_rule_again():
    dense = layers.Dense(2, name="dense")
    outputs = [dense(Input((5,))), dense(Input((7, 5)))]

    again = shape_steps(outputs)[3]

    assert again.words.startswith("dense again (node 1), on another shape. The last axis")


@pytest.mark.parametrize(
    ("axis", "keepdims", "words"),
    [
        (1, False, "axis 1 are combined, and the axis disappears."),
        (1, True, "axis 1 are combined, and the axis keeps length 1."),
        ((1, 2), False, "axes 1 and 2 are combined, and the axes disappear."),
        ((1, 2, 3), True, "axes 1, 2 and 3 are combined, and the axes keep length 1."),
    ],
)
def test_one_axis_disappears_and_two_axes_disappear(axis, keepdims, words):
    x = Input((3, 4, 5))
    total = ops.sum(x, axis=axis, keepdims=keepdims)

    assert shape_steps(Model(x, total))[1].words == f"The elements along {words}"


def test_the_walk_of_tensors_is_what_makes_them():
    x = Input((3,), name="x")
    y = layers.Dense(2, name="y")(x)
    layers.Dense(5, name="elsewhere")(y)

    steps = shape_steps(y)

    assert [step.key for step in steps] == ["x[0]", "y[0]"]
    assert steps.name == "What makes y[0:0]"


def test_a_model_cut_from_a_larger_graph_begins_at_its_own_inputs():
    middle = layers.Dense(4, name="middle")(Input((6,)))
    model = Model(middle, layers.Dense(2, name="last")(middle))

    steps = shape_steps(model)

    assert len(steps) == 2
    assert steps[1].inputs == [(steps[0].outputs[0].name, (None, 4))]


def deep(count: int) -> Model:
    x = Input((8,), name="x")
    y = x
    for _ in range(count):
        y = layers.add([y, layers.Dense(8)(y)])
    return Model(x, y)


def test_repeats_of_a_pattern_are_folded_into_one_step():
    steps = shape_steps(deep(500))

    assert len(steps) == 4
    assert steps[3].role == "fold"
    assert steps[3].calls == 998
    assert steps[3].words == (
        "The 2 calls before, 499 times more (dense_1[0] to add_499[0]): same rules."
    )
    assert steps.total == 500 * 72


def test_a_layer_fed_its_own_output_is_folded_too():
    x = Input((8,))
    step = layers.Dense(8, name="step")
    y = x
    for _ in range(50):
        y = step(y)

    steps = shape_steps(y)

    assert [step.role for step in steps] == ["input", "call", "again", "fold"]
    assert steps[3].words == "A call like step[1], 48 times more (step[2] to step[49]): same rules."


def test_a_short_walk_is_not_folded():
    assert all(step.role != "fold" for step in shape_steps(deep(14)).steps)


@pytest.mark.parametrize("limit", [30, 12, 3])
def test_a_walk_without_repeats_leaves_out_its_middle(limit):
    y = Input((1,))
    for units in range(1, 100):
        y = layers.Dense(units)(y)
    whole = shape_steps(y, limit=1000)

    steps = shape_steps(y, limit=limit)

    assert len(steps) == limit
    assert sum(step.calls for step in steps) == len(whole) == steps.calls
    assert steps.total == whole.total
    assert [step.role for step in steps].count("fold") == 1
    assert steps[-1].key == whole[-1].key


def test_the_walk_reads_as_text():
    steps = shape_steps(models.shared_encoder())

    text = str(steps)
    assert repr(steps) == "<Steps: Shapes of pair>"
    assert text.startswith("pair: 6 nodes, 50,369 parameters\n")
    assert "\n3. encoder[0]  Dense 64 · relu\n" in text
    assert "   weights 784 × 64 + 64 = 50,240; 50,240 so far\n" in text
    assert text.endswith("In all 50,369 parameters; what is shared counts once.")


def test_the_table_has_a_caption_headings_and_a_row_for_each_step():
    table = shape_steps(models.shared_encoder()).table

    assert "<caption>Shapes of pair: 6 nodes, 50,369 parameters</caption>" in table
    assert table.count('<th scope="row">') == 6
    assert table.count('<th scope="col">') == 7
    assert "<td>64 × 1 + 1" not in table
    assert "<td>128 × 1 + 1 = 129</td><td>50,369</td>" in table


@pytest.mark.parametrize(
    "thing", [layers.Dense(3), [], np.zeros(3), Sequential([layers.Dense(2)]), [Input((2,)), 3]]
)
def test_what_has_no_calls_cannot_be_walked_through(thing):
    with pytest.raises(TensorTypeError, match="no calls to walk through"):
        shape_steps(thing)


class Own(Layer):
    def call(self, inputs):
        return inputs[:, :2]


def test_a_layer_of_ones_own_says_that_it_was_run_on_shapes():
    step = shape_steps(Own(name="own")(Input((3,))))[1]

    assert "found by running it on shapes" in step.words


def failure(layer, *inputs):
    with pytest.raises(FunclabError) as caught:
        layer(*inputs)
    return failed_step(layer, inputs, caught.value)


def test_a_failed_call_shows_the_axis_and_the_length_that_was_wanted():
    dense = layers.Dense(3, name="dense")
    dense(Input((784,)))

    failed = failure(dense, Input((10,), name="x"))

    assert failed.inputs == [("x[0:0]", (None, 10))]
    assert (failed.wanted, failed.bad) == ("(None, …, 784)", [(0, 1)])
    assert "axis -1 of input shape to have value 784" in failed.what
    assert failed.fix in str(failed)


def test_a_failed_call_with_the_wrong_number_of_axes_says_how_many():
    failed = failure(layers.Conv2D(4, 3), Input((28, 28)))

    assert (failed.wanted, failed.bad) == ("4 axes, the batch among them", [])


@pytest.mark.parametrize(
    ("spec", "shape", "wanted", "bad"),
    [
        (InputSpec(axes={1: 5}), (4, 6), "(None, 5, …)", [(0, 1)]),
        (InputSpec(axes={2: 5}), (4, 6), "(None, …, 5, …)", [(0, 2)]),
        (InputSpec(axes={-2: 5}), (4, 6), "(None, …, 5, …)", [(0, 1)]),
        (InputSpec(axes={1: None, -1: 5}), (4, 6), "(None, …, 5)", [(0, 2)]),
        (InputSpec(min_ndim=2, axes={-1: 5}), (4, 6), "(None, …, 5)", [(0, 2)]),
        (InputSpec(shape=(None, 2, 6)), (4, 6), "(None, 2, 6)", []),
        (InputSpec(ndim=4), (4, 6), "4 axes, the batch among them", []),
        (InputSpec(min_ndim=4), (4, 6), "at least 4 axes", []),
        (InputSpec(min_ndim=1, max_ndim=2), (4, 6), "at most 2 axes", []),
        ([InputSpec(ndim=3), InputSpec(ndim=2)], (4, 6), "2 axes, the batch among them", []),
        ([InputSpec(ndim=3), InputSpec(axes={2: 5})], (4, 6), "(None, …, 5, …)", [(1, 2)]),
    ],
)
def test_a_failed_call_shows_what_its_layer_asks_of_its_inputs(spec, shape, wanted, bad):
    layer = Own(name="own")
    layer.input_spec = spec
    inputs = [Input(shape), Input(shape)][: len(spec) if isinstance(spec, list) else 1]

    failed = failed_step(layer, inputs, ShapeError("no", why="it is so.", fix="change it."))

    assert (failed.wanted, failed.bad) == (wanted, bad)
    marks = [f"here: axis {axis}, length {(None, *shape)[axis]}" for _, axis in bad]
    assert re.findall(r"here: .*", str(failed)) == marks
    assert (f"  wanted  {wanted}\n" in str(failed)) == bool(wanted)


@pytest.mark.parametrize(
    ("called", "shapes", "bad"),
    [
        (layers.Add(), [(4,), (1,)], []),
        (layers.Add(), [(None,), (5,)], []),
        (layers.Concatenate(), [(1, 4), (5, 4)], [(0, 1), (1, 1)]),
        (layers.Concatenate(), [(3, 4), (3, 6)], []),
        (layers.Concatenate(), [(3, 4), (4,)], []),
        (MatMul(), [(3, 4), (4, 2)], []),
        (MatMul(), [(3, 1), (4, 2)], [(0, 2), (1, 1)]),
    ],
)
def test_lengths_that_may_meet_are_not_shown_as_the_fault(called, shapes, bad):
    inputs = [Input(shape) for shape in shapes]

    assert failed_step(called, inputs, ValueError("another cause")).bad == bad


@pytest.mark.parametrize(
    ("layer", "shapes", "bad"),
    [
        (layers.Add(), [(4,), (5,)], [(0, 1), (1, 1)]),
        (layers.Add(), [(7, 4), (5,)], [(0, 2), (1, 1)]),
        (layers.Concatenate(), [(3, 4), (5, 4)], [(0, 1), (1, 1)]),
        (layers.Concatenate(axis=1), [(3, 4), (5, 4), (3, 6)], [(0, 2), (2, 2)]),
        (layers.Multiply(), [(1, 4), (3, 4), (3, 2)], [(0, 2), (2, 2)]),
        (layers.Multiply(), [(1, 4), (3, 4), (2, 4)], [(1, 1), (2, 1)]),
    ],
)
def test_inputs_that_do_not_fit_each_other_show_where_they_meet(layer, shapes, bad):
    failed = failure(layer, [Input(shape) for shape in shapes])

    assert failed.bad == bad
    assert failed.wanted == ""


def test_a_failed_op_shows_the_two_lengths_that_meet():
    assert failure(MatMul(), Input((3, 4)), Input((5, 2))).bad == [(0, 2), (1, 1)]


def test_any_other_error_is_told_as_it_is():
    failed = failed_step(None, [Input((3,), name="x")], ZeroDivisionError("division by zero"))

    assert (failed.name, failed.what) == ("this call", "division by zero")
    assert failed.why == "the call raised ZeroDivisionError."


def walk(failure=None):
    x = Input((4, 4), name="x")
    model = Model(x, layers.Dense(3, name="out")(layers.Flatten(name="flat")(x)), name="m")
    return replace(shape_steps(model), failure=failure)


def test_each_step_shows_its_shape_its_arithmetic_and_what_it_takes():
    svg = walk().svg

    ElementTree.fromstring(svg)
    for words in ("flat[0]", "from x[0:0]", "4 × 4", "16 × 3 + 3 = 51", "None is the batch"):
        assert words in svg


def failed(error):
    return failed_step(layers.Dense(3, name="out"), [Input((5,))], error)


def test_a_failed_call_ends_the_picture_in_red():
    svg = walk(failed(ShapeError("no", why="it is so.", fix="change it."))).svg

    assert "✕</text>" in svg and "from input_layer" in svg
    assert 'class="f-fault"' in svg


def test_the_picture_names_its_model_and_every_input_of_a_call():
    inputs = [Input((4,), name=f"a_rather_long_name_{i}") for i in range(4)]

    svg = shape_steps(Model(inputs, layers.add(inputs), name="sum")).svg

    assert "Shapes of sum" in svg
    assert svg.count("same as axis 1 of input 0") == 1
    assert ">+ 1</text>" in svg  # blocks for three of the inputs
    for tensor in inputs:
        assert f"{tensor.name}[0:0]</text>" in svg


def test_the_reason_of_a_failed_call_is_told_to_its_end():
    long = "For more than one reason, " * 20 + "and that is the last of them."

    svg = walk(failed(ShapeError(long, why=long, fix=long))).svg

    assert svg.count("them.</text>") == 3


def test_code_in_an_error_is_marked_without_backticks():
    error = ShapeError("Use `get_output_at(1)` instead.", why="`out` has two.", fix="write `x=`.")

    svg = walk(failed(error)).svg

    assert "“get_output_at(1)”" in svg
    assert "`" not in "".join(re.findall("<text.*?</text>", svg))


def test_each_step_asks_for_its_shape_beside_shapes_that_learners_believe_in():
    view = ShapeWalk(walk())

    nothing, flat, out = view.facts["questions"]

    assert nothing is None
    assert flat["prompt"].startswith("flat[0]") and "(None, 4, 4)" in flat["prompt"]
    assert (flat["answer"], out["answer"]) == ("(None, 16)", "(None, 3)")
    for question in (flat, out):
        assert question["answer"] in question["options"] and len(question["options"]) == 4
