"""Blocks in pictures: closed, open as frames, and with the way to a call open."""

from __future__ import annotations

import pytest

from funclab import Input, ops
from funclab.layers import (
    Add,
    Dense,
    Dropout,
    Embedding,
    GlobalAveragePooling1D,
    LayerNormalization,
    MultiHeadAttention,
    Softmax,
)
from funclab.models import Model
from funclab.view.scene.blocks import Blocks
from funclab.view.scene.calls import Calls
from funclab.view.scene.diagram import diagram
from funclab.view.scene.layers import Layers
from tests.view import models
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


def scene_of(model, most=12, **settings):
    return Calls(model, False, most, **settings).build()


def closed(scene):
    return [box for box in scene.every_box if box.role == "block"]


@pytest.mark.parametrize(
    ("build", "most", "times"),
    [
        (lambda: resnet(4), 8, [4, 4, 4]),
        (lambda: resnet(12), 8, [12, 12, 12]),
        (lambda: stack(*(Dense(8, "relu") for _ in range(60))), 6, [60]),
        (lambda: transformer(4), 6, [4]),
    ],
)
def test_what_is_repeated_is_one_box_that_says_how_often(build, most, times):
    model = build()

    scene = scene_of(model, most)

    assert [box.times for box in scene.boxes if box.starts] == times
    assert sum(len(box.members) or 1 for box in scene.boxes) == len(model.nodes)


@pytest.mark.parametrize("kind", [Calls, Layers])
@pytest.mark.parametrize("most", [6, 12, 25, 40])
@pytest.mark.parametrize("build", [mobilenet, resnet, lambda: models.chain(300)])
def test_every_call_is_drawn_or_in_a_block_that_says_so(build, most, kind):
    model = build()

    scene = kind(model, False, most).build()

    drawn = [key for box in scene.boxes for key in box.members or [box.key]]
    own = [node.key if kind is Calls else node.operation.name for node in model.nodes]
    keys = {node.key: name for node, name in zip(model.nodes, own, strict=True)}
    assert sorted(keys.get(key, key) for key in drawn) == sorted(own)
    assert all(box.name and box.detail and box.title for box in closed(scene))


def test_a_picture_has_a_line_for_every_call_also_of_those_in_blocks():
    model = resnet(4)

    table = diagram(model, room=(700, 500)).table

    assert all(f"{node.key}<" in table for node in model.nodes)


def test_a_block_says_whose_weights_it_uses_and_how_its_repetitions_differ():
    shared = Dense(8)
    own, same = stack(*(Dense(8) for _ in range(5))), stack(*[shared] * 5)
    wider = stack(*(Dense(units) for units in (8, 16, 32, 64, 128)))

    (box,) = closed(scene_of(own, 6))
    assert (box.detail, box.block["whose"]) == ("Dense", "own weights each")
    (box,) = closed(scene_of(wider, 6))
    assert box.block["differ"] == ["units 8 · 16 · 32 · 64 · 128"]
    scene = scene_of(same, 6)
    (box,) = closed(scene)
    assert (box.detail, box.block["whose"]) == ("one set of weights: Dense", "one set of weights")
    assert scene.groups[0].calls == [box.key]
    assert box.group == scene.groups[0].number


def test_a_block_tells_what_it_takes_and_makes_and_its_weights():
    model = stack(*(Dense(8) for _ in range(5)))

    (box,) = closed(scene_of(model, 6))

    first, last = model.nodes[0].output_tensors[0], model.nodes[5].output_tensors[0]
    assert box.block["reads"] == [f"{first.id} of shape (None, 8)"]
    assert box.block["makes"] == [f"{last.id} of shape (None, 8)"]
    assert box.block["weights"] == f"{5 * (8 * 8 + 8)}"


def test_a_call_that_makes_an_output_is_in_no_block():
    x = start = Input((8,))
    outputs = []
    for _ in range(4):
        x = Dense(8)(Dropout(0.1)(x))
        outputs.append(x)

    scene = scene_of(Model(start, outputs), 6)

    assert [box.role for box in scene.boxes].count("output") == 4


def test_a_tensor_goes_in_and_out_of_a_block_that_is_open():
    scene = scene_of(transformer(4), 6)

    (frame,) = [box for box in scene.boxes if box.role == "repeat"]
    assert frame.inside is not None and len(frame.starts) == 4
    assert len(frame.members) == 48
    inside = {plate.border: plate.key for plate in frame.inside.plates}
    assert sum(edge.source.key == inside["in"] for edge in frame.inside.edges) >= 1
    assert sum(edge.target.key == inside["out"] for edge in frame.inside.edges) == 1


def test_opening_a_block_leaves_all_other_boxes_as_they_are():
    model = resnet(4)
    before = scene_of(model, 8)

    for box in closed(before):
        after = scene_of(model, 8, unfolded=[box.key])
        assert [part.key for part in after.boxes] == [part.key for part in before.boxes]
        assert [part.key for part in after.boxes if part.inside] == [box.key]


def test_a_block_that_the_picture_opens_can_be_closed():
    model = resnet(4)
    scene = scene_of(model, 25)

    key, members = next(iter(scene.around.items()))
    again = scene_of(model, 25, unfolded=[f"-{key}"])

    (box,) = [box for box in again.boxes if box.key == key]
    assert box.members == members
    assert len(again.boxes) < len(scene.boxes)


def test_the_way_to_the_focus_is_open_and_the_repetition_with_it_is_the_one_drawn():
    model = transformer(4)
    hidden = next(box for box in scene_of(model, 6).boxes if box.starts).starts[2]

    scene = scene_of(model, 6, focus=hidden)

    frame = next(box for box in scene.boxes if box.inside)
    assert (frame.shown, scene.moved) == (2, True)
    assert hidden in [box.key for box in scene.every_box]


def test_nested_models_are_compared_by_what_is_inside():
    def block(units, kind=Dense):
        start = Input((8,))
        return Model(start, kind(8)(Dense(units)(start)))

    alike = stack(block(4), block(4), block(4), block(5), Dense(8), Dense(8))

    assert [box.times for box in closed(scene_of(alike, 6))] == [4]


def test_names_in_a_frame_lose_what_they_all_begin_with():
    model = mobilenet()
    (block,) = [box for box in closed(scene_of(model, 12)) if box.name == "block_0"]

    scene = scene_of(model, 12, unfolded=[block.key])

    (frame,) = [box for box in scene.boxes if box.inside]
    calls = [box for box in frame.inside.boxes if box.role == "plain"]
    assert calls and [f"block_0_{box.name}[0]" for box in calls] == [box.key for box in calls]


def test_a_name_that_a_way_to_draw_once_had_still_draws_the_model():
    for name in ("folded, lines", "alike folded, lines", "overview"):
        assert diagram(resnet(4), choice=name).scene.choice == diagram(resnet(4)).scene.choice


def attending(mask, memory=None):
    """One block of a transformer, which may have a mask, and may look at another sentence."""
    rows = x = Input((16, 8), name="rows")
    inputs = [rows, *([memory] if memory is not None else [])]
    read = rows if memory is None else memory
    kept = ops.not_equal(ops.sum(read, axis=-1), 0.0)[:, None, :] if mask else None
    looked = MultiHeadAttention(2, 4)(x, read, attention_mask=kept)
    x = LayerNormalization()(Add()([x, looked]))
    x = LayerNormalization()(Add()([x, Dense(8)(Dense(16, "relu")(x))]))
    return Model(inputs, Dense(2)(x))


@pytest.mark.parametrize("mask", [False, True])
@pytest.mark.parametrize("crosses", [False, True])
def test_attention_is_crossed_if_it_looks_at_another_tensor_whatever_its_mask(mask, crosses):
    model = attending(mask, Input((9, 8), name="memory") if crosses else None)

    known = Blocks(model.graph)
    [attention] = [node.key for node in known.nodes if node.operation.name.startswith("multi")]

    assert known.words.kind(known.tree.flow.at[attention]) == (
        "Cross-attention" if crosses else "Attention"
    )


def test_where_there_is_little_room_boxes_become_low_before_they_become_few():
    """A model of 17 calls, of which only three blocks have a way around."""
    words = Input((16,), dtype="int32", name="sentence")
    places = Embedding(17, 8)(ops.cumsum(ops.ones_like(words), axis=1))
    x = Embedding(99, 8)(words) + places
    looked = MultiHeadAttention(2, 4)(x, x, attention_mask=ops.not_equal(words, 0)[:, None, :])
    x = LayerNormalization()(Add()([x, looked]))
    x = LayerNormalization()(Add()([x, Dense(8)(Dense(16, "relu")(x))]))
    model = Model(words, Dense(2)(GlobalAveragePooling1D()(x)))

    scene = diagram(model, room=(750, 480)).scene

    assert len(scene.boxes) > 6
    assert scene.width <= 751
    assert scene.height <= 481
