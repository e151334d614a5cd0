"""Where things are put: nothing overlaps, no edge runs over a box, data flows one way."""

from __future__ import annotations

from itertools import pairwise

import pytest

from funclab import Input, Model, layers
from funclab.layers import Dense
from funclab.view import diagram
from funclab.view.draw.text import text_width
from funclab.view.scene.sizes import MONO, NAME, box_texts, pill_width, plate_lines
from tests.view import gallery, models
from tests.view.measures import (
    Texts,
    crossed_boxes,
    inside,
    overlapping,
    points,
    side_by_side,
    stretches,
)

WAYS = ["full", "two lines", "one line", "lines"]


def drawn(build, density, *settings, **more):
    """The scene of a model at this level of detail, folded if it is only drawn folded."""
    ways = diagram(build(), *settings, **more).scene.choices
    choice = next((way for way in ways if way.endswith(density)), ways[-1])
    return diagram(build(), *settings, choice=choice, **more).scene


every_model = pytest.mark.parametrize("build", models.FLAT, ids=lambda build: build.__name__)


@pytest.mark.covering(facts=lambda build, **ways: {(build, way) for way in ways.values()})
@every_model
@pytest.mark.parametrize("choice", WAYS)
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("face", ["calls", "layers"])
def test_nothing_overlaps_and_no_edge_runs_over_a_box(build, choice, direction, face):
    scene = drawn(build, choice, face, direction=direction)

    assert overlapping(scene) == []
    assert crossed_boxes(scene) == []


@pytest.mark.parametrize("choice", WAYS)
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_every_line_begins_on_a_box_or_on_a_line_that_does(choice, direction):
    scene = drawn(models.translated, choice, direction=direction)
    places = {item.key: item.grown(1) for item in scene.items()}
    lines = {edge.target.key: edge for edge in scene.edges if edge.target.key in places}

    for edge in scene.edges:
        (x, y), first = edge.path[0], places[edge.source.key]
        on_box = first.x <= x <= first.right and first.y <= y <= first.bottom
        line = lines.get(edge.source.key)
        assert on_box or (line and abs(points(line.path)[-1] - complex(x, y)) < 1), edge


@pytest.mark.parametrize("build", models.NESTED, ids=lambda build: build.__name__)
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_open_frames_hold_what_is_inside_them(build, direction):
    scene = diagram(build(), direction=direction, expand_nested=True).scene

    for part in scene.walk():
        assert overlapping(part) == []
        assert crossed_boxes(part) == []
    for box in scene.boxes:
        if box.inside:
            assert box.inside.width <= box.width
            assert box.inside.height < box.height


@every_model
def test_everything_lies_on_the_picture(build):
    scene = diagram(build()).scene

    for item in [*scene.items(), *scene.groups]:
        assert item.x >= 0
        assert item.y >= 0
        assert item.right <= scene.width
        assert item.bottom <= scene.height


@every_model
@pytest.mark.parametrize(("direction", "axis"), [("TB", 1), ("LR", 0)])
def test_calls_stand_in_the_order_of_the_flow(build, direction, axis):
    scene = diagram(build(), direction=direction).scene

    for edge in scene.edges:
        assert edge.path[0][axis] < edge.path[-1][axis]


@every_model
def test_text_fits_into_its_box_with_room_to_spare(build):
    scene = diagram(build(), choice="full").scene

    for box in scene.boxes:
        texts = box_texts(box)
        pill = pill_width(texts.pill) if texts.pill else 0
        assert text_width(texts.name, NAME, bold=True) + pill < box.width - 30
    for plate in scene.plates:
        widths = [text_width(line, MONO, mono=True) for line in plate_lines(plate)]
        stacked = plate.height >= 2 * MONO
        assert plate.hidden or (max if stacked else sum)(widths) <= plate.width


def test_a_line_of_layers_is_drawn_as_a_straight_line():
    scene = diagram(models.perceptron()).scene

    assert len({box.middle.real for box in scene.boxes}) == 1
    assert len({at for edge in scene.edges for at, _ in edge.path}) == 1
    tops = [box.y for box in scene.boxes]
    assert len({round(low - high) for high, low in pairwise(tops)}) == 1


def test_a_link_that_passes_layers_by_runs_straight_beside_them():
    scene = diagram(models.residual()).scene

    (skip,) = [
        edge for edge in scene.edges if (edge.target.key, edge.target.index) == ("add[0]", 0)
    ]
    passed = [box for box in scene.boxes if box.name.startswith("dense")]
    upright = [(low, high) for way, _, low, high in stretches(skip) if way]
    low, high = max(upright, key=lambda ends: ends[1] - ends[0])
    assert low < passed[0].y
    assert high > passed[-1].bottom


def test_twins_stand_at_the_same_height():
    scene = diagram(models.siamese()).scene

    left, right = [box for box in scene.boxes if box.name == "encoder"]
    assert left.y == right.y
    assert left.x < right.x


def test_an_input_that_joins_late_stands_near_its_reader():
    scene = diagram(models.two_and_two()).scene
    boxes = {box.name: box for box in scene.boxes}

    assert boxes["main"].y < boxes["extra"].y < boxes["concatenate"].y


def test_an_even_number_of_branches_stands_on_both_sides_of_where_they_fork_and_meet():
    scene = diagram(gallery.inception(), choice="two lines", direction="TB").scene
    middles = {box.key.partition("[")[0]: box.x + box.width / 2 for box in scene.boxes}

    spine = [middles[name] for name in ("image", "concatenate", "dense")]
    assert spine == pytest.approx([spine[0]] * 3)
    columns = [middles[name] for name in ("conv2d_5", "conv2d_1", "conv2d_3", "conv2d_4")]
    assert columns == sorted(columns)
    assert columns[1] < spine[0] < columns[2]
    apart = [after - before for before, after in pairwise(columns)]
    assert apart == pytest.approx([apart[0]] * 3, abs=1)


def test_a_capsule_of_calls_side_by_side_stands_nearer_to_the_middle_of_the_picture():
    scene = diagram(gallery.siamese(), choice="full", direction="TB").scene
    (group,) = scene.groups
    calls = [box for box in scene.boxes if box.key in group.calls]

    level, middle = calls[0].y + calls[0].height / 2, group.y + group.height / 2
    assert {box.y for box in calls} == {calls[0].y}
    assert level < middle < scene.height / 2 + 1
    assert middle - level <= group.height


def test_a_capsule_stands_level_with_the_middle_of_its_calls():
    scene = diagram(models.called_twice()).scene

    (group,) = scene.groups
    calls = [box for box in scene.boxes if box.group == 0]
    assert group.middle.imag == pytest.approx(sum(box.middle.imag for box in calls) / 2)
    assert group.x > max(box.right for box in calls)


@pytest.mark.parametrize("build", models.FLAT, ids=lambda build: build.__name__)
def test_lines_of_different_tensors_keep_apart_in_the_layers_face(build):
    scene = diagram(build(), "layers", direction="TB").scene

    assert side_by_side(scene, 8) == []


@pytest.mark.parametrize("face", ["calls", "layers"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_the_first_input_stands_before_the_second(face, direction):
    scene = diagram(models.siamese(), face, direction=direction).scene

    left, right = (box for box in scene.boxes if box.role == "input")
    assert (left.name, right.name) == ("left", "right")
    assert left.x < right.x if direction == "TB" else left.y < right.y


@pytest.mark.parametrize(
    ("direction", "size"), [("TB", None), ("LR", None), ("TB", (760, 900))]
)  # fmt: skip
def test_a_capsule_is_tied_to_the_calls_of_its_layer_and_to_no_other_box(direction, size):
    near, far, room = (Input((4,), name=name) for name in ("near", "far", "room"))
    ear, walls = Dense(4, name="ear"), Dense(4, name="walls")
    heard = layers.add([ear(near), ear(far), walls(room)])
    model = Model([near, far, room], layers.add([ear(heard), walls(room)]))

    scene = diagram(model, direction=direction, room=size).scene

    assert scene.under == (size is not None)
    for group in scene.groups:
        others = [item for item in scene.items() if item.key not in group.calls]
        along = [at for tie in group.ties for at in points(tie)]
        assert len(group.ties) == len(group.calls)
        assert not [item.key for item in others if any(inside(at, item) for at in along)]


def test_rows_of_a_u_spread_to_fill_the_height_of_the_room_up_to_the_longest_springs():
    heights = [
        (room, diagram(gallery.built("unet"), room=(1100, room)).draw(Texts())[1])
        for room in range(640, 1000, 40)
    ]

    most = max(height for _, height in heights)
    for room, height in heights:
        assert height <= room and (room - height <= 20 or height == most), heights
