"""Differences as text, table and data; in deep and nested models; and names of any kind."""

from __future__ import annotations

import json

import pytest

import funclab
from funclab import Input, Model, Sequential, layers
from funclab.errors import TensorTypeError
from funclab.view.diff.view import diff


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


def test_names_of_any_kind_do_no_harm():
    hostile = '<script>alert("x")\u202e\n' + "y" * 10_000

    difference = diff(model(2, name="<b>", out=hostile), model(2, out="z"))

    assert "<script" not in difference.table
    assert "<b>" not in difference.table
    assert "\u202e" not in difference.text + difference.table
    assert len(difference.text) < 300
    assert difference[0].kind == "renamed"


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

    assert [one.sentence for one in diff(Model(x, each[0]), Model(x, each[1]))] == [
        "“each”: the layer inside: Dense 2 → Dense 3 (5 more numbers)"
    ]
