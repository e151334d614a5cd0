"""Repeated blocks: found at the cuts of a graph, drawn once, and unfolded again."""

from __future__ import annotations

import pytest

from funclab import Input, ops
from funclab.layers import Add, Dense, Dropout, ReLU, Softmax
from funclab.models import Model
from funclab.view.scene.calls import Calls
from tests.view.gallery import mobilenet, resnet


def transformer(blocks):
    tokens = Input((10, 16))
    x = Dense(16)(tokens)
    for _ in range(blocks):
        query, key, value = Dense(16)(x), Dense(16)(x), Dense(16)(x)
        scores = Softmax()(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / 4.0)
        x = Add()([ops.matmul(scores, value), x])
        x = Add()([Dense(16)(Dense(64, "gelu")(x)), x])
    return Model(tokens, Dense(50)(x))


def stack(*layers):
    x = start = Input((8,))
    for layer in layers:
        x = layer(x)
    return Model(start, Dense(2)(x))


def scene_of(model, **settings):
    return Calls(model, False, 2000, **{"fold": "equal", **settings}).build()


def repeats(scene):
    return [box for box in scene.every_box if box.role == "repeat"]


@pytest.mark.parametrize(
    ("model", "calls", "drawn", "times"),
    [
        (resnet(4), 92, 43, [4, 3, 3]),
        (resnet(12), 260, 43, [12, 11, 11]),
        (stack(*(Dense(8, "relu") for _ in range(60))), 62, 3, [60]),
        (transformer(4), 51, 15, [4]),
    ],
)
def test_equal_blocks_are_drawn_once(model, calls, drawn, times):
    scene = scene_of(model)

    assert len(model.nodes) == calls
    assert calls - scene.hidden == drawn
    assert [box.times for box in repeats(scene)] == times


def test_stages_that_differ_in_filters_fold_when_alike_is_enough():
    scene = scene_of(resnet(4), fold="alike")

    assert [(box.times, box.varies) for box in repeats(scene)] == [
        (4, []),
        (2, ["filters 32 · 64"]),
        (3, []),
    ]
    assert scene.hidden == 92 - 28


def test_alike_blocks_say_which_call_varies_where_several_do():
    scene = scene_of(mobilenet(), fold="alike")

    *_, inner = (box.varies for box in repeats(scene) if box.varies)
    assert inner[:2] == ["repeated 5 · 3 · 3 times", "block_7_expand: filters 384 · 576 · 960"]


def test_two_repetitions_fold_only_when_they_are_large():
    small, large = stack(Dense(8), Dense(8)), transformer(2)

    assert [box.times for box in repeats(scene_of(small))] == []
    assert [box.times for box in repeats(scene_of(large))] == [2]


def test_names_and_seeds_make_no_difference_but_settings_do():
    layers = [Dropout(0.5, seed=1), Dropout(0.5, seed=2, name="other"), Dropout(0.5), Dropout(0.4)]

    (box,) = repeats(scene_of(stack(*layers)))

    assert box.times == 3


def test_a_repeat_says_whose_weights_it_uses():
    shared = Dense(8)
    own, same = stack(*(Dense(8) for _ in range(3))), stack(shared, shared, shared)

    assert repeats(scene_of(own))[0].detail == "equal calls, own weights each"
    (box,) = repeats(scene_of(same))
    assert (box.detail, box.group) == ("equal calls, one set of weights", 0)


def test_shared_and_own_weights_do_not_mix_nor_do_frozen_and_trained():
    shared = Dense(8)
    frozen = [Dense(8, trainable=False) for _ in range(3)]
    model = stack(shared, shared, shared, *frozen, *(Dense(8) for _ in range(4)))

    assert [box.times for box in repeats(scene_of(model))] == [3, 3, 4]


def test_a_call_that_makes_an_output_is_never_folded_away():
    x = start = Input((8,))
    outputs = []
    for _ in range(4):
        x = Dense(8)(x)
        outputs.append(x)

    assert repeats(scene_of(Model(start, outputs))) == []


def test_a_tensor_goes_in_and_out_of_a_repeat():
    scene = scene_of(transformer(4))
    (box,) = repeats(scene)

    assert [plate.name for plate in scene.plates][1:3] == [
        box.inside.plates[0].name,
        [edge.tensor for edge in scene.edges if edge.source.key == box.key][0],
    ]
    inside = {plate.border: plate.key for plate in box.inside.plates}
    assert sum(edge.source.key == inside["in"] for edge in box.inside.edges) == 4
    assert sum(edge.target.key == inside["out"] for edge in box.inside.edges) == 1


def test_the_repetition_with_the_focus_is_the_one_drawn():
    model = transformer(4)
    hidden = repeats(scene_of(model))[0].starts[2]

    scene = scene_of(model, focus=hidden)

    (box,) = repeats(scene)
    assert (box.shown, scene.moved) == (2, True)
    assert hidden in [inner.key for inner in box.inside.boxes]


def test_an_unfolded_repeat_is_drawn_whole():
    model = resnet(4)
    first, *others = repeats(scene_of(model))

    scene = scene_of(model, unfolded=[first.key])

    assert [box.key for box in repeats(scene)] == [box.key for box in others]
    assert set(first.members) < {box.key for box in scene.boxes}


def test_every_call_is_drawn_or_a_member_of_a_box():
    model = resnet(4)
    scene = scene_of(model, fold="alike")

    keys = {key for box in scene.every_box for key in [box.key, *box.members]}
    assert {node.key for node in model.nodes} <= keys


def test_calls_between_two_repeats_of_nested_models_are_compared_by_what_is_inside():
    def block(units):
        start = Input((8,))
        return Model(start, Dense(8)(Dense(units)(start)))

    scene = scene_of(stack(block(4), block(4), block(4), block(5)))

    assert [box.times for box in repeats(scene)] == [3]


def blocks(names):
    """Two blocks of layers whose names begin alike."""
    layers = []
    for i in range(2):
        kinds = {"wide": Dense(8 + i), "relu": ReLU(), "drop": Dropout(i / 10), "back": Dense(4)}
        for name in names.split():
            layers.append(kinds[name])
            layers[-1].name = f"block_{i}_{name}"
    return stack(*layers)


def test_calls_with_a_prefix_are_framed_and_lose_it():
    scene = scene_of(blocks("wide relu drop back"), fold="")

    frames = [box for box in scene.boxes if box.role == "names"]
    assert [box.heading for box in frames] == ["block_0", "block_1"]
    assert [[inner.name for inner in box.inside.boxes] for box in frames] == [
        ["wide", "relu", "drop", "back"]
    ] * 2
    assert [inner.key for inner in frames[0].inside.boxes] == frames[0].members
    assert scene.hidden == 0


def test_few_calls_make_no_frame():
    assert {box.role for box in scene_of(blocks("wide relu drop"), fold="").boxes} == {
        "input",
        "plain",
        "output",
    }


def test_frames_close_when_alike_blocks_fold_but_not_around_the_focus():
    model = blocks("wide relu drop back")

    closed = scene_of(model, fold="alike")
    opened = scene_of(model, fold="alike", focus="block_1_relu[0]")

    assert [box.inside is None for box in closed.boxes if box.role == "names"] == [True, True]
    assert [box.inside is None for box in opened.boxes if box.role == "names"] == [True, False]
    assert closed.hidden == 8
