"""Nested skips as a U: down, across the place of least space, and up again."""

from __future__ import annotations

from funclab import Input
from funclab.layers import Add, Concatenate, Conv2D, Dense, MaxPooling2D, UpSampling2D
from funclab.models import Model
from funclab.view import diagram


def unet(levels):
    x = image = Input((32, 32, 1), name="image")
    skips = []
    for _ in range(levels):
        x = Conv2D(8, 3, padding="same")(Conv2D(8, 3, padding="same")(x))
        skips.append(x)
        x = MaxPooling2D()(x)
    x = Conv2D(8, 3, padding="same", name="bottom")(x)
    for skip in reversed(skips):
        x = Conv2D(8, 3, padding="same")(Concatenate()([UpSampling2D()(x), skip]))
    return Model(image, x)


def drawn(model, **settings):
    return diagram(model, **settings).scene


def boxes(scene):
    return {box.key: box for box in scene.boxes}


def test_nested_skips_make_a_u_with_a_band_for_each_resolution():
    scene = drawn(unet(3))

    assert [band.text for band in scene.bands] == ["32 × 32", "16 × 16", "8 × 8", "4 × 4"]
    assert scene.width <= 1095 and scene.height <= 744


def test_both_ends_of_a_skip_are_one_row_and_its_wire_is_straight():
    model = unet(3)
    scene = drawn(model)

    placed = boxes(scene)
    joins = [node for node in model.nodes if isinstance(node.operation, Concatenate)]
    for node in joins:
        skip = node.arguments.tensors[1]
        below, join = placed[skip.id.rpartition(":")[0] + "]"], placed[node.key]
        (wire,) = [
            edge for edge in scene.edges if edge.target.key == node.key and edge.target.index == 1
        ]
        assert below.middle.imag == join.middle.imag
        assert below.right < join.x
        assert {y for _, y in wire.path} == {join.middle.imag}


def test_rows_go_down_on_the_left_and_up_on_the_right():
    model = unet(2)
    placed = boxes(drawn(model))

    ways = [placed[node.key] for node in model.nodes]
    left = [box.y for box in ways if box.x == ways[0].x]
    right = [box.y for box in ways if box.x > ways[0].x]
    assert (left, right) == (sorted(left), sorted(right, reverse=True))
    assert len(left) + len(right) == len(ways)


def test_every_box_lies_in_the_band_of_its_resolution():
    model = unet(3)
    scene = drawn(model)

    shapes = {edge.source.key: edge.target.key for edge in scene.edges}
    plates = {plate.key: plate.shape for plate in scene.plates}
    for box in scene.boxes:
        (band,) = [one for one in scene.bands if one.y <= box.middle.imag < one.bottom]
        size = band.text.split(" × ")[0]
        assert plates[shapes[box.key]].startswith(f"(None, {size}, {size}, ")


def test_one_skip_or_a_branch_makes_no_u():
    start = Input((8,))
    x = start
    for _ in range(30):
        x = Dense(8)(x)
    beside = Model(start, Dense(4)(Add()([x, Dense(8)(start)])))

    assert [drawn(unet(1)).bands, drawn(beside).bands] == [[], []]
