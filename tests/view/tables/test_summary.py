"""The printed summary: Keras' table, a column of nodes, and sums that count shared weights once."""

from __future__ import annotations

import sys

import pytest

from funclab import Input
from funclab.errors import ArgumentError, MissingPackageError, NameLookupError
from funclab.layers import BatchNormalization, Dense, add
from funclab.models import Model, Sequential
from funclab.view import print_summary
from tests.view import models


def printed(model, **settings):
    lines: list[str] = []
    print_summary(model, print_fn=lines.append, **settings)
    return lines


def row(lines, name):
    """The cells of the first line that begins with a name."""
    line = next(line for line in lines if line.startswith(f"│ {name}"))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_a_chain_is_printed_as_keras_prints_it_with_a_column_of_nodes():
    lines = printed(models.perceptron())

    assert lines[:6] == [
        'Model: "perceptron"',
        "┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━┓",
        "┃ Layer (type)             ┃ Output Shape ┃ Param # ┃ Node ┃",
        "┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━┩",
        "│ input_layer (InputLayer) │ (None, 784)  │       0 │ 0    │",
        "├──────────────────────────┼──────────────┼─────────┼──────┤",
    ]
    assert lines[-3:] == [
        " Total params: 55,050 (215.04 KB)",
        " Trainable params: 55,050 (215.04 KB)",
        " Non-trainable params: 0 (0.00 B)",
    ]


def test_each_call_of_a_shared_layer_has_a_line_and_its_weights_count_once():
    lines = printed(models.called_twice())

    first = next(i for i, line in enumerate(lines) if "dense (Dense)" in line)
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines[first:]]
    assert cells[0] == ["dense (Dense)", "(None, 64)", "4,160", "0", "input_layer[0:0]"]
    assert cells[1] == ["", "", "", "1", "dense[0:0]"]
    assert lines[-3] == " Total params: 4,810 (18.79 KB)"


def test_calls_of_a_model_that_begins_inside_another_are_connected_to_its_own_input():
    hidden = Dense(4, name="hidden")(Input((4,), name="x"))
    lines = printed(Model(hidden, add([Dense(4, name="out")(hidden), hidden], name="both")))

    start = row(lines, "")[0].removesuffix(" (InputLayer)")
    assert start != "hidden" and row(lines, "out")[-1] == f"{start}[0:0]"


def test_a_layer_that_two_models_share_counts_once_in_the_outer_one():
    x = Input(shape=(4,))
    shared = Dense(4)
    inner = Model(x, shared(x), name="inner")
    outer = Model(x, Dense(1)(shared(inner(x))))

    assert printed(outer)[-3] == f" Total params: {20 + 5} (100.00 B)"


def test_calls_with_different_shapes_each_tell_theirs():
    small, large = Input(shape=(2, 4)), Input(shape=(3, 4))
    dense = Dense(5)
    outputs = {"s": dense(small), "t": dense(large)}
    lines = printed(Model([small, large], outputs))

    assert row(lines, "dense (Dense)")[1] == "(None, 2, 5)"
    assert any("(None, 3, 5)" in line for line in lines)


def test_weights_that_do_not_train_are_summed_apart_and_frozen_layers_told():
    x = Input(shape=(8,))
    lines = printed(Model(x, BatchNormalization()(x)), show_trainable=True)
    frozen = printed(models.frozen(), show_trainable=True)

    assert lines[-2:] == [
        " Trainable params: 16 (64.00 B)",
        " Non-trainable params: 16 (64.00 B)",
    ]
    assert row(lines, "batch_normalization")[-1] == "yes"
    assert (row(frozen, "still")[-1], row(frozen, "activation")[-1]) == ("no", "-")


def test_nested_layers_are_listed_when_asked_for():
    closed = printed(models.siamese())
    opened = printed(models.siamese(), expand_nested=True)

    assert not any("└ digit" in line for line in closed)
    assert any("└ digit (InputLayer)" in line for line in opened)
    assert closed[-3:] == opened[-3:]


def test_a_wrapped_layer_is_listed_under_its_wrapper():
    lines = printed(models.wrapped(), expand_nested=True)

    assert row(lines, "└ dense")[2] == "136"


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        (["dense", "dense_1"], ["dense", "dense_1"]),
        (["dense_[0-9]", "dense_[0-9]"], ["dense_1", "dense_2"]),
    ],
)
def test_a_range_of_layers_is_named_by_its_ends_or_regular_expressions(ends, names):
    lines = printed(models.perceptron(), layer_range=ends)

    assert [line.split()[1] for line in lines if line.startswith("│")] == names


def test_line_length_is_the_length_of_the_lines():
    for length in (70, 80, 120):
        lines = printed(models.two_and_two(), line_length=length)

        assert {len(line) for line in lines if line[0] in "│├"} == {length}


def test_long_cells_go_on_below_and_lose_nothing():
    lines = printed(models.called_twice(), line_length=50)

    last = [line.strip("│").split("│")[-1].strip() for line in lines if line.startswith("│")]
    assert "input_layer[0:0]" in "".join(last)


def test_positions_say_where_columns_end():
    lines = printed(models.perceptron(), positions=[0.4, 0.65, 0.85, 1.0], line_length=80)

    assert [i for i, character in enumerate(lines[1]) if character in "┳┓"] == [32, 52, 68, 80]


def test_positions_as_keras_counts_them_leave_room_for_the_nodes():
    lines = printed(models.perceptron(), positions=[0.5, 0.75, 1.0], line_length=80)

    assert [i for i, character in enumerate(lines[1]) if character in "┳┓"] == [40, 60, 80, 89]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"layer_range": ["conv", "dense"]}, "does not match any layer name.*'conv'"),
        ({"layer_range": "dense"}, "expected two layer names"),
        ({"positions": [0.5, 0.4, 0.9, 1.0]}, "expected 4 growing numbers"),
    ],
)
def test_a_range_and_positions_that_do_not_fit_are_refused(settings, words):
    with pytest.raises((ArgumentError, NameLookupError), match=words):
        printed(models.perceptron(), **settings)


def test_a_model_that_is_not_built_says_so():
    lines = printed(Sequential([Dense(4, name="first")], name="later"))

    assert row(lines, "first") == ["first (Dense)", "?", "? (not built)"]


def test_without_print_fn_it_goes_to_standard_output(capsys):
    print_summary(models.perceptron())

    assert capsys.readouterr().out.startswith('Model: "perceptron"\n┏')


def test_a_summary_is_a_data_frame_with_a_row_for_each_layer(capsys):
    frame = models.siamese().summary(as_frame=True)

    assert capsys.readouterr().out == ""
    assert list(frame["layer"][:3]) == ["left", "right", "encoder"]
    encoder = frame.loc[2]
    assert encoder["output shapes"] == [(None, 16), (None, 16)]
    assert encoder["inputs"] == ["left[0:0]", "right[0:0]"]
    assert encoder["nodes"] == [1, 2]
    assert frame["params"].sum() == models.siamese().count_params()


def test_without_pandas_an_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)  # Python's way to say: not importable

    with pytest.raises(MissingPackageError, match="needs the package pandas") as caught:
        models.siamese().summary(as_frame=True)

    assert "pip install pandas" in caught.value.fix
