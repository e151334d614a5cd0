"""Node tables and tensor paths."""

from __future__ import annotations

import pytest

from funclab import Input
from funclab.errors import TensorTypeError
from funclab.layers import LSTM, Dense
from funclab.view import node_table, tensor_view
from tests.view import models
from tests.view.measures import Text, Texts, overlapping_texts


def test_a_node_table_tells_each_call_and_the_line_that_names_its_output():
    dense = models.called_twice().get_layer("dense")

    rows = node_table(dense).rows

    assert rows == [
        ("0", "input_layer[0:0]", "(None, 64)", "dense[0:0]", "(None, 64)", rows[0][-1]),
        ("1", "dense[0:0]", "(None, 64)", "dense[1:0]", "(None, 64)", rows[1][-1]),
    ]
    assert [row[-1] for row in rows] == [f"dense.get_output_at({i})" for i in (0, 1)]
    assert [eval(row[-1], {"dense": dense}).id for row in rows] == ["dense[0:0]", "dense[1:0]"]


def test_the_sentence_says_what_is_special():
    x = Input(shape=(4,), name="x")
    never, once, twice = (Dense(4, name=name) for name in ("never", "once", "twice"))
    twice(twice(once(x)))

    assert node_table(never).special.startswith("never has never been called on a tensor")
    assert node_table(once).special.endswith("so once.output is its one output.")
    reader = LSTM(2, return_state=True, name="reader")
    reader(Input(shape=(5, 4)))
    assert node_table(reader).special.endswith("so reader.output is the list of its 3 outputs.")
    assert node_table(twice).special == (
        "twice was called twice, so it has 2 outputs, and twice.output would be ambiguous. "
        "Name the one you mean."
    )
    assert "nothing flows into it" in node_table(x._keras_history.layer).special
    twice(Input(shape=(5, 4)))
    assert node_table(twice).special.endswith("so twice.output_shape is ambiguous too.")


def test_node_0_of_a_model_is_explained():
    encoder = models.siamese().get_layer("encoder")

    table = node_table(encoder)

    assert [row[0] for row in table.rows] == ["0", "1", "2"]
    assert table.special.startswith("Node 0 is the model's own")


def test_a_table_of_many_nodes_is_drawn_in_part_and_told_whole():
    x, dense = Input(shape=(4,)), Dense(4, name="dense")
    for _ in range(100):
        dense(x)

    table = node_table(dense)

    assert "… and 70 more nodes" in table.svg
    assert "dense[99:0]" not in table.svg.partition("<style>")[2]
    assert "dense[99:0]" in table.text
    assert "dense[99:0]" in table.table


def test_a_tensor_shows_the_way_back_to_its_inputs_and_nothing_else():
    model = models.two_and_two()
    early = model.outputs[1]

    picture = tensor_view(early)

    assert [box.name for box in picture.scene.boxes] == ["main", "dense", "early"]
    assert picture.scene.title == "Where early[0:0] comes from: 1 input, 2 calls of 2 layers"


def test_only_layers_have_node_tables_and_only_tensors_have_a_path():
    with pytest.raises(TensorTypeError, match="which is not a layer"):
        node_table(Input(shape=(4,)))
    with pytest.raises(TensorTypeError, match="which is not a symbolic tensor"):
        tensor_view(Dense(4))


def test_printed_forms_are_constant():
    table = node_table(models.called_twice().get_layer("dense"))

    assert str(table).splitlines()[0] == "dense, Dense 64 · relu: 2 nodes"
    assert repr(table) == "<NodeTable: dense, Dense 64 · relu: 2 nodes>"
    assert table._repr_mimebundle_()["text/plain"] == table.text


def test_a_table_is_told_in_sentences_and_its_columns_are_straight():
    x, dense = Input(shape=(4,), name="x"), Dense(4, name="dense")
    dense(dense(x))
    table, canvas = node_table(dense), Texts()

    width, height = table.draw(canvas)

    assert table.description == (
        "Node 0 takes x[0:0] of shape (None, 4) and makes dense[0:0] of shape (None, 4). "
        "Node 1 takes dense[0:0] of shape (None, 4) and makes dense[1:0] of shape (None, 4). "
        + table.special
    )
    lines: dict[float, list[Text]] = {}
    for text in canvas.texts:
        lines.setdefault(text.area.y, []).append(text)
    drawn = [line for _, line in sorted(lines.items()) if line[0].words in ("0", "1")]
    assert [[text.words for text in line] for line in drawn] == [list(row) for row in table.rows]
    assert [text.area.x for text in drawn[0]] == [text.area.x for text in drawn[1]]
    assert 20 < drawn[1][0].area.y - drawn[0][0].area.y < 40
    areas = [text.area for text in canvas.texts if text.words]
    assert all(part.x > 0 and part.right < width and part.bottom < height for part in areas)
    assert overlapping_texts(table) == []
