"""The calls face as data: a box for each call, a plate for each tensor, nothing in a loop."""

from __future__ import annotations

import json

import pytest

from funclab import Input, ops
from funclab.layers import Concatenate, Dense
from funclab.models import Model
from funclab.view import diagram
from tests.view import models


def scene_of(model, **settings):
    return diagram(model, **settings).scene


def links(scene):
    return [(edge.source.key, edge.target.key) for edge in scene.edges]


def test_a_shared_layer_has_a_box_for_each_call_with_its_own_node_index():
    scene = scene_of(models.called_twice())

    assert [(box.name, box.node) for box in scene.boxes] == [
        ("input_layer", 0),
        ("dense", 0),
        ("dense", 1),
        ("dense_1", 0),
    ]


def test_data_flows_through_the_tensor_of_each_call():
    scene = scene_of(models.called_twice())

    assert links(scene) == [
        ("input_layer[0]", "tensor input_layer[0:0]"),
        ("tensor input_layer[0:0]", "dense[0]"),
        ("dense[0]", "tensor dense[0:0]"),
        ("tensor dense[0:0]", "dense[1]"),
        ("dense[1]", "tensor dense[1:0]"),
        ("tensor dense[1:0]", "dense_1[0]"),
        ("dense_1[0]", "tensor dense_1[0:0]"),
    ]


def test_the_calls_of_a_shared_layer_are_tied_to_its_weights_which_exist_once():
    scene = scene_of(models.called_twice())

    (group,) = scene.groups
    assert group.calls == ["dense[0]", "dense[1]"]
    assert group.weights == "64×64 + 64 = 4,160"
    assert group.caption == ["used by 2 calls,", "learns from all of them"]
    assert len(group.ties) == 2
    assert [box.group for box in scene.boxes] == [None, 0, 0, None]


def test_weights_say_from_how_many_calls_they_learn_where_a_gradient_is_stopped():
    x, shared = Input((4,)), Dense(4)
    one, two = shared(x), shared(ops.relu(x))

    stopped = scene_of(Model(x, ops.stop_gradient(one) + two))
    both = scene_of(Model(x, ops.stop_gradient(one + two)))

    assert stopped.groups[0].caption[-1] == "learns from 1 of them"
    assert both.groups[0].caption[-1] == "learns from none of them"


def test_shared_layers_differ_by_mark_and_colour():
    scene = scene_of(models.alternating())

    assert [group.name for group in scene.groups] == ["b", "a"]
    assert len({group.mark for group in scene.groups}) == 2
    assert len({group.colour for group in scene.groups}) == 2


def test_an_input_that_a_nested_model_has_too_is_not_shared():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    tower = Model(a, Dense(2, name="inner")(a), name="tower")
    model = Model([a, b], [tower(a), tower(b)])

    for opened in (False, True):
        for part in scene_of(model, expand_nested=opened).walk():
            assert all(box.group is None for box in part.boxes if box.name == "a")
            assert "a" not in [group.name for group in part.groups]


def test_a_shared_layer_without_weights_has_a_mark_but_no_capsule():
    scene = scene_of(models.frozen())

    still, relu = scene.groups
    assert (relu.name, relu.weights, relu.ties) == ("activation", "", [])
    assert still.caption[-1] == "frozen: training leaves them"


def test_frozen_weights_are_locked():
    scene = scene_of(models.frozen())

    assert [box.name for box in scene.boxes if box.frozen] == ["still", "still"]


def test_a_call_outside_the_model_still_counts_in_the_node_index():
    scene = scene_of(models.called_elsewhere())

    assert [(box.name, box.node) for box in scene.boxes[1:]] == [("dense", 5), ("dense", 6)]


def test_several_inputs_and_outputs_are_numbered_as_the_model_takes_and_gives_them():
    scene = scene_of(models.two_and_two())

    inputs = {box.name: (box.detail, box.brief) for box in scene.boxes if box.role == "input"}
    outputs = {plate.name: plate.label for plate in scene.plates if plate.output}
    assert inputs == {
        "main": ("InputLayer · inputs[0]", "inputs[0]"),
        "extra": ("InputLayer · inputs[1]", "inputs[1]"),
    }
    assert outputs == {"late[0:0]": "outputs[0]", "early[0:0]": "outputs[1]"}


def test_the_inputs_of_a_merge_arrive_in_order():
    scene = scene_of(models.residual())

    arriving = [edge for edge in scene.edges if edge.target.key == "add[0]"]
    assert sorted((edge.target.index, edge.tensor) for edge in arriving) == [
        (0, "input_layer[0:0]"),
        (1, "dense_1[0:0]"),
    ]
    assert {edge.target.count for edge in arriving} == {2}


def test_one_tensor_given_twice_arrives_twice():
    scene = scene_of(models.operators())

    arriving = [edge.target.index for edge in scene.edges if edge.target.key == "multiply[0]"]
    assert arriving == [0, 1]


def test_a_mask_travels_beside_its_tensor_and_ends_where_no_layer_passes_it_on():
    scene = scene_of(models.masked())

    masked = {plate.name: plate.mask for plate in scene.plates}
    assert masked == {
        "words[0:0]": False,
        "embedding[0:0]": True,
        "dropout[0:0]": True,
        "lstm[0:0]": False,
    }
    assert all(edge.mask == masked[edge.tensor] for edge in scene.edges)


def test_a_nested_model_is_one_box_until_it_is_opened():
    closed, opened = scene_of(models.siamese()), scene_of(models.siamese(), expand_nested=True)

    assert [box.name for box in closed.boxes if box.nested] == ["encoder", "encoder"]
    assert all(box.inside is None for box in closed.boxes)
    inside = [box.inside for box in opened.boxes if box.inside]
    assert [[box.role for box in part.boxes] for part in inside] == [
        ["input", "plain", "output"]
    ] * 2


def test_keys_inside_frames_tell_the_frames_apart():
    scene = scene_of(models.siamese(), expand_nested=True)

    keys = [item.key for part in scene.walk() for item in part.items()]
    assert len(set(keys)) == len(keys)
    assert "encoder[1]/digit[0]" in keys
    assert "encoder[2]/digit[0]" in keys


def test_a_wrapper_opens_to_the_layer_it_applies():
    scene = scene_of(models.wrapped(), expand_nested=True)

    wrappers = [box for box in scene.boxes if box.wrapper]
    assert [box.name for box in wrappers] == ["each_step", "bidirectional"]
    assert [box.inside.boxes[0].detail for box in wrappers] == [
        "Dense 8 · relu",
        "LSTM 5 · tanh · all steps",
    ]
    assert all(box.inside.boxes[0].node is None for box in wrappers)


def test_a_very_long_model_is_drawn_in_blocks():
    scene = scene_of(models.chain(5000))

    assert [len(box.members) or 1 for box in scene.boxes] == [1, 4999, 1]
    assert scene.boxes[-1].name == "dense_4999"


def test_a_cut_graph_begins_at_its_stand_in():
    x = Input(shape=(4,))
    middle = Dense(3, name="middle")(x)
    scene = scene_of(Model(middle, Dense(2, name="end")(middle)))

    assert [box.role for box in scene.boxes] == ["input", "output"]
    assert scene.boxes[0].name == "input_layer_1"
    assert links(scene)[1] == ("tensor input_layer_1[0:0]", "end[0]")


def test_an_input_returned_unchanged_is_input_and_output():
    x = Input(shape=(4,), name="x")
    scene = scene_of(Model(x, [x, Dense(2)(x)]))

    plates = {plate.name: plate.label for plate in scene.plates}
    assert plates["x[0:0]"] == "outputs[0]"


@pytest.mark.parametrize("build", models.FLAT, ids=lambda build: build.__name__)
def test_a_scene_is_plain_data(build):
    scene = scene_of(build(), expand_nested=True)

    data = json.loads(json.dumps(scene.to_dict()))

    assert len(data["boxes"]) == len(scene.boxes)


@pytest.mark.parametrize("build", models.FLAT, ids=lambda build: build.__name__)
def test_drawing_allocates_no_weights(build):
    model = build()

    for face in ("calls", "layers"):
        diagram(model, face=face, expand_nested=True).svg  # noqa: B018
    model.summary(print_fn=lambda line: None)

    assert not any(weight.allocated for weight in model.weights)


def test_a_tensor_read_inside_a_block_and_after_it_makes_no_loop():
    x = y = Input((4,), name="x")
    kept = None
    for i in range(100):
        y = Dense(4 + i % 7, name=f"wide_{i}")(Dense(4)(y) if i % 3 else y)
        kept = y if i == 70 else kept
    scene = scene_of(Model(x, [y, Concatenate()([kept, y])]), most_calls=12)

    order = {box.key: i for i, box in enumerate(scene.boxes)}
    ends = dict(links(scene))
    assert all(
        order[start] < order[ends[plate]] for start, plate in links(scene)
        if start in order and ends.get(plate) in order
    )  # fmt: skip
