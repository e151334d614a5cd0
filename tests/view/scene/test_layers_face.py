"""The layers face as data: a box for each layer, a row for each of its nodes, loops included."""

from __future__ import annotations

from funclab import Input
from funclab.layers import LSTM, Dense
from funclab.models import Model
from funclab.view import diagram
from tests.view import models


def scene_of(model, **settings):
    return diagram(model, face="layers", **settings).scene


def rows(scene, name):
    (box,) = [box for box in scene.boxes if box.name == name]
    return box.rows


def test_a_layer_is_one_box_with_a_row_for_each_call():
    scene = scene_of(models.called_twice())

    assert [box.name for box in scene.boxes] == ["input_layer", "dense", "dense_1"]
    first, second = rows(scene, "dense")
    assert (first.index, first.inputs, first.shapes) == (0, ["input_layer[0:0]"], ["(None, 64)"])
    assert (second.index, second.inputs, second.outputs) == (1, ["dense[0:0]"], ["dense[1:0]"])


def test_a_layer_applied_to_its_own_output_is_a_loop_from_row_to_row():
    scene = scene_of(models.called_twice())

    (loop,) = [edge for edge in scene.edges if edge.source.key == edge.target.key]
    assert (loop.source.row, loop.target.row) == (0, 1)
    assert loop.tensor == "dense[0:0]"


def test_each_row_has_its_own_way_in_and_out():
    scene = scene_of(models.alternating())

    ways = [(e.source.key, e.source.row, e.target.key, e.target.row) for e in scene.edges[1:-1]]
    assert {*ways} == {
        ("tensor input_layer[0:0]", None, "b", 0),
        ("b", 0, "a", 0),
        ("a", 0, "b", 1),
        ("b", 1, "a", 1),
    }


def test_the_weights_of_a_layer_are_told_once():
    scene = scene_of(models.called_twice())

    assert scene.boxes[1].detail == "Dense 64 · relu · 4,160 weights"
    assert [group.weights for group in scene.groups] == [""]


def test_a_large_number_of_weights_is_drawn_whole():
    x, z = Input(shape=(50_000, 3)), Input(shape=(50_000, 3))
    video = LSTM(2048, return_sequences=True, name="encode_the_video")
    picture = diagram(Model([x, z], [video(x), video(z)]), face="layers")

    assert "LSTM 2048 · tanh · all steps · 16,809,984 weights" in picture.svg


def test_calls_outside_the_model_are_told_without_edges():
    scene = scene_of(models.called_elsewhere())

    calls = rows(scene, "dense")
    assert [(row.index, row.note) for row in calls] == [
        (0, "outside this model"),
        (1, "outside this model"),
        (2, "outside this model"),
        (5, ""),
        (6, ""),
        (3, "and on: 2 more calls outside this model"),
    ]
    assert [edge.target.row for edge in scene.edges if edge.target.key == "dense"] == [3, 4]


def test_node_0_of_a_nested_model_is_its_own():
    scene = scene_of(models.siamese())

    assert [(row.index, row.note) for row in rows(scene, "encoder")] == [
        (0, "made with the model itself"),
        (1, ""),
        (2, ""),
    ]


def test_outputs_of_the_model_end_in_plates():
    scene = scene_of(models.several_outputs())

    assert [(plate.name, plate.label) for plate in scene.plates if plate.output] == [
        ("both[2:0]", 'outputs["s"]'),
        ("both[2:1]", 'outputs["t"]'),
    ]


def test_layers_run_from_left_to_right_where_that_fits_and_else_downward():
    assert scene_of(models.called_twice()).direction == "LR"
    assert scene_of(models.two_and_two()).direction == "TB"


def test_a_long_model_is_drawn_in_blocks_and_a_tensor_enters_a_block_once():
    scene = scene_of(models.chain(300))

    (block,) = [box for box in scene.boxes if box.role == "block"]
    assert [edge.tensor for edge in scene.edges if edge.target.key == block.key] == [
        "input_layer[0:0]"
    ]
    assert len(block.members) == 299


def test_a_shared_layer_is_in_no_block():
    x = y = Input((8,))
    shared = Dense(8, name="shared")
    for i in range(20):
        y = shared(y) if i % 5 == 0 else Dense(8)(y)

    boxes = scene_of(Model(x, y), room=(400, 300)).boxes

    (box,) = [box for box in boxes if box.name == "shared"]
    assert len(box.rows) == 4
    assert not any("shared" in member for other in boxes for member in other.members)
