"""Differences of two models: what is paired with what, each difference in an exact sentence, and
the whole as text, table and data."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

import funclab
from funclab import Input, Model, Sequential, layers, ops
from funclab.errors import TensorTypeError
from funclab.saving import clone_model
from funclab.view.code.source import to_code
from funclab.view.diff.view import Difference, diff
from tests.parity.models import CASES
from tests.parity.parts import parts
from tests.parity.recurrent_models import plain_cell_class
from tests.view import gallery
from tests.view.code.source_runs import run


def pair(shared: bool = True, units: int = 32, dropout: bool = False) -> Model:
    """Two inputs, one encoder or two, their squared distance."""
    left, right = Input((64,), name="left"), Input((64,), name="right")
    if shared:
        encoder = layers.Dense(units, activation="relu", name="encoder")
        a, b = encoder(left), encoder(right)
    else:
        a, b = (layers.Dense(units, activation="relu")(x) for x in (left, right))
    distance = ops.square(a - b)
    if dropout:
        distance = layers.Dropout(0.5, name="drop")(distance)
    same = layers.Dense(1, activation="sigmoid", name="same")(distance)
    return Model([left, right], same, name="shared" if shared else "separate")


def stack(*units: int) -> Model:
    x = y = Input((8,))
    for count in units:
        y = layers.Dense(count, activation="relu")(y)
    return Model(x, layers.Dense(3)(y))


def kinds(difference: Difference) -> list[str]:
    return [entry.kind for entry in difference]


def sentences(difference: Difference) -> list[str]:
    return [entry.sentence for entry in difference]


def test_equal_models_have_no_difference_whatever_their_counted_names():
    difference = diff(stack(4, 4), stack(4, 4))

    assert not difference
    assert "No difference: the same layers, set alike" in difference.text


@pytest.mark.covering(facts=parts)
@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.filterwarnings("ignore:Several outputs come from one layer")
def test_a_model_and_its_twin_have_no_difference(name):
    model, twin = (CASES[name].build(funclab) for _ in range(2))

    assert sentences(diff(model, twin)) == []
    assert not diff(model, model)
    own = {"PlainCell": plain_cell_class(funclab)}
    assert name == "lambda_with_ops" or not diff(model, run(to_code(model), **own))


def test_shared_here_and_not_there_is_one_difference_with_both_keys():
    (entry,) = diff(pair(), pair(shared=False))

    assert entry.kind == "shared"
    assert (entry.left, entry.right) == (["encoder[0]", "encoder[1]"], ["dense[0]", "dense_1[0]"])
    assert entry.sentence == (
        "left: “encoder” is called on both inputs; right: “dense” and “dense_1” are two layers "
        "with weights of their own (2,080 more numbers)"
    )
    assert entry.numbers == 2080


def called_twice(shared):
    x = Input((4,), name="x")
    first, second = (layers.Dense(3, name=name) for name in ("first", "second"))
    return Model(x, layers.Add()([first(x), (first if shared else second)(x)]))


def test_a_layer_called_twice_on_one_input_is_not_said_to_be_called_on_both():
    (entry,) = diff(called_twice(True), called_twice(False))

    assert entry.sentence.startswith("left: “first” is called twice; right: ")


def test_the_numbers_more_and_fewer_add_up_where_one_of_three_calls_has_no_counterpart():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    d, e = layers.Dense(3, name="d"), layers.Dense(3, name="e")
    left = Model([a, b], layers.Add()([d(a), e(b), d(a)]))
    x = Input((4,), name="a")
    own = layers.Dense(3, name="d"), layers.Dense(3, name="e")
    right = Model(x, layers.Add()([own[0](x), own[1](x)]))

    entries = list(diff(left, right))

    assert sum(entry.numbers for entry in entries) == right.count_params() - left.count_params()
    assert [entry.left for entry in entries if entry.kind == "removed"] == [["b[0]"], ["e[0]"]]


def test_separate_here_and_shared_there_is_the_same_the_other_way_round():
    (entry,) = diff(pair(shared=False), pair())

    assert entry.sentence == (
        "left: “dense” and “dense_1” are two layers with weights of their own; right: “encoder” is "
        "called on both inputs (2,080 fewer numbers)"
    )


def test_a_layer_called_three_times_against_three_layers():
    x = Input((4,), name="x")
    step = layers.Dense(4, name="step")
    y = x
    for i in range(3):
        y = layers.Dense(4, name=f"step_{i}")(y)

    (entry,) = diff(Model(x, step(step(step(x)))), Model(x, y))

    assert entry.sentence == (
        "left: “step” is called 3 times; right: “step_0”, “step_1” and “step_2” are three layers "
        "with weights of their own (40 more numbers)"
    )


def test_a_layer_put_in_between_is_added_and_nothing_else_changes():
    (entry,) = diff(pair(), pair(dropout=True))

    assert entry.kind == "added"
    assert (entry.left, entry.right) == ([], ["drop[0]"])
    assert entry.sentence == (
        "right only: “drop” (Dropout 0.5), after “square_1” and before “same”"
    )


def test_a_deeper_net_has_whole_blocks_more_and_no_other_difference():
    difference = diff(gallery.resnet(2), gallery.resnet(3))

    names = [entry.sentence.split("“")[1].split("_")[0].split("”")[0] for entry in difference]
    assert kinds(difference) == ["added"] * 21
    assert Counter(names) == {"conv2d": 6, "batch": 6, "re": 6, "add": 3}


def test_a_layer_taken_out_is_removed():
    (entry,) = diff(stack(8, 8, 8), stack(8, 8))

    assert (entry.kind, entry.numbers) == ("removed", -72)
    assert entry.sentence.startswith("left only: “dense")


def test_names_that_shifted_because_a_layer_was_put_in_do_not_mislead():
    difference = diff(stack(4, 6), stack(4, 5, 6))

    assert kinds(difference) == ["added", "changed"]
    assert difference[0].sentence.startswith("right only: “dense_4” (Dense 5 · relu)")
    assert "input (None, 4) → (None, 5)" in difference[1].sentence


def test_a_skip_connection_is_one_addition():
    x = Input((4,), name="x")
    a, b = layers.Dense(4, name="a")(x), layers.Dense(2, name="b")

    assert sentences(diff(Model(x, b(a)), Model(x, b(layers.add([a, x]))))) == [
        "right only: “add” (Add), after “a” and “x” and before “b”"
    ]


def test_changed_settings_are_named_with_both_values():
    x = Input((4,), name="x")
    first = layers.Dense(3, activation="relu", kernel_regularizer="l2", name="y")(x)
    second = layers.Dense(5, name="y", trainable=False)(x)

    (entry,) = diff(Model(x, first), Model(x, second))

    assert entry.sentence == (
        "“y”: trainable True → False, units 3 → 5, activation relu → linear, "
        "kernel_regularizer L2(l2=0.01) → None (10 more numbers)"
    )
    assert (entry.left, entry.right) == (["y[0]"], ["y[0]"])


def test_other_numbers_in_a_call_are_a_change():
    x = Input((4,), name="x")
    drop = layers.Dropout(0.5, name="drop")

    assert sentences(diff(Model(x, x * 2.0), Model(x, x * 3.0))) == [
        "left: multiply[0] is called with 2.0; right: multiply_1[0] with 3.0"
    ]
    assert sentences(diff(Model(x, drop(x)), Model(x, drop(x, training=True)))) == [
        "left: drop[0] is called with nothing else; right: drop[1] with training=True"
    ]


def test_inputs_outputs_and_names_that_are_otherwise_are_told():
    x = Input((4,), name="x")
    a, b = layers.Dense(4, name="a")(x), layers.Dense(3, name="b")(x)
    c, d = (layers.concatenate(pair, name="c") for pair in ([a, b], [b, a]))

    rewired, outputs = diff(Model(x, c), Model(x, d)), diff(Model(x, [a, b]), Model(x, [b, a]))
    renamed = diff(Model(x, a), Model(x, layers.Dense(4, name="top")(x)))

    assert kinds(rewired) == ["rewired"]
    assert sentences(rewired) == [
        "left: c[0] takes a[0:0] and b[0:0]; right: c[0] takes b[0:0] and a[0:0]"
    ]
    assert sentences(outputs) == [
        "left: the model returns a[0:0] and b[0:0]; right: it returns b[0:0] and a[0:0]"
    ]
    assert "outputs" in kinds(diff(Model(x, [a, b]), Model(x, a)))
    assert sentences(renamed) == ["left: “a” is right: “top”, under another name"]


def test_another_input_is_told():
    x, y = Input((4,), name="x"), Input((4,), name="y")
    a = layers.Dense(4, name="a")

    difference = diff(Model(x, a(x)), Model([x, y], layers.add([a(x), y], name="sum")))

    assert kinds(difference) == ["added", "added", "inputs"]
    assert difference[0].sentence == "right only: “y” (InputLayer), before “sum”"


def test_a_layer_called_more_often_is_told():
    x = Input((4,), name="x")
    dense = layers.Dense(4, name="dense")

    difference = diff(Model(x, dense(x)), Model(x, dense(dense(x))))

    assert "left: “dense” is called once; right: “dense” twice" in sentences(difference)


def test_layers_that_are_in_both_models_are_noted_but_are_no_difference():
    x = Input((4,), name="x")
    hidden = layers.Dense(4, name="hidden")(x)
    inner, whole = Model(x, hidden), Model(x, layers.Dense(2, name="out")(hidden))

    difference = diff(inner, whole)

    assert kinds(difference) == ["added"]
    assert difference.notes == [
        "= A: Both models have the Input “x”.",
        "= B: “hidden” is the same layer in both models: its 20 numbers exist once, so training "
        "either model changes both.",
    ]


def test_a_clone_has_weights_of_its_own():
    model = pair()
    model.set_weights([np.ones(weight.shape) for weight in model.weights])
    clone = clone_model(model)
    clone.set_weights([np.zeros(weight.shape) for weight in clone.weights])

    difference = diff(model, clone)

    assert not difference and difference.shared == []
    assert "No difference" in difference.svg
    assert "of the arrays in the same places, none hold the same numbers." in difference.notes[0]
    clone.set_weights(model.get_weights())
    assert "all hold the same numbers" in diff(model, clone).notes[0]


def test_comparing_allocates_no_weights():
    models = [stack(10**6), stack(10**6)]

    assert not diff(*models)
    assert diff(*models).notes == [
        "Each model has weights of its own, so training one leaves the other alone."
    ]
    assert not any(weight.allocated for model in models for weight in model.weights)


@pytest.mark.parametrize("seed", range(30))
def test_the_entries_add_up_to_the_difference_in_parameters(seed):
    random = np.random.default_rng(seed)
    models = [stack(*random.integers(1, 5, random.integers(0, 9)).tolist()) for _ in range(2)]

    difference, back = diff(*models), diff(*reversed(models))

    more = sum(entry.numbers for entry in difference)
    assert more == difference.numbers[1] - difference.numbers[0]
    assert sum(entry.numbers for entry in back) == -more


def model(*units: int, name: str = "model", out: str = "out") -> Model:
    x = y = Input((8,), name="x")
    for count in units:
        y = layers.Dense(count)(y)
    return Model(x, layers.Dense(3, name=out)(y), name=name)


def test_the_text_has_a_line_for_each_difference():
    assert diff(model(8, name="a"), model(8, 8, name="b", out="top")).text.splitlines() == [
        "left: a (99 parameters); right: b (171 parameters)",
        "",
        "added    right only: “dense_2” (Dense 8), after “dense_1” and before “top” "
        "(72 more numbers)",
        "renamed  left: “out” is right: “top”, under another name",
        "",
        "Each model has weights of its own, so training one leaves the other alone.",
    ]


def test_the_table_has_a_caption_headings_and_a_row_for_each_difference():
    table = diff(model(8, name="a"), model(8, 8, name="b")).table

    assert "<caption>Differences, left: a (99 parameters); right: b" in table
    assert table.count('<th scope="col">') == 4
    assert table.count('<th scope="row">') == 1
    assert "<td>-</td><td>dense_2[0]</td>" in table


def test_the_data_goes_through_json_and_the_repr_stays_the_same():
    difference = diff(model(8, name="a"), model(8, 8, name="b"))
    data = difference.to_dict()

    assert json.loads(json.dumps(data)) == data
    assert data["numbers"] == [99, 171]
    assert repr(difference) == "<Difference of a and b: 1 entry>"
    assert str(difference) == difference.text


@pytest.mark.parametrize("thing", [3, layers.Dense(2), Sequential([layers.Dense(2)])])
def test_what_has_no_graph_cannot_be_compared(thing):
    with pytest.raises(TensorTypeError, match="has no graph to compare"):
        diff(model(), thing)


def test_one_model_alone_cannot_be_compared():
    with pytest.raises(TensorTypeError, match="needs two models") as caught:
        funclab.diff(model())

    assert caught.value.fix == "write funclab.diff(first, second)."


def test_a_layer_put_into_a_deep_model_is_found():
    deep, deeper = model(*[8] * 600), model(*[8] * 300, 9, *[8] * 300)

    difference = diff(deep, deeper)

    assert [entry.kind for entry in difference] == ["added", "changed"]
    assert [entry.numbers for entry in difference] == [81, 8]


def nested(units: int) -> Model:
    frame, x = Input((4,), name="frame"), Input((4,), name="x")
    inner = Model(frame, layers.Dense(units, name="in")(frame), name="inner")
    return Model(x, inner(x), name="outer")


def test_differences_inside_a_nested_model_have_its_place():
    (entry,) = diff(nested(3), nested(5))

    assert entry.sentence == "inside “inner”: “in”: units 3 → 5 (10 more numbers)"
    assert (entry.left, entry.right) == (["inner[1]/in[0]"], ["inner[1]/in[0]"])


def test_differences_inside_a_wrapper_have_its_place():
    x = Input((6, 4), name="x")
    each = [layers.TimeDistributed(layers.Dense(n), name="each")(x) for n in (2, 3)]

    assert [entry.sentence for entry in diff(Model(x, each[0]), Model(x, each[1]))] == [
        "“each”: the layer inside: Dense 2 → Dense 3 (5 more numbers)"
    ]
