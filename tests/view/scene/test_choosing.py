"""Pictures fit the space available: with fewer words, in columns, as a U, or folded."""

from __future__ import annotations

import re

import pytest

from funclab import Input, Model, layers
from funclab.errors import ArgumentError
from funclab.layers import Dense
from funclab.view import diagram
from funclab.view.draw.text import shorten
from funclab.view.scene.choosing import COLUMNS, Chooser
from funclab.view.scene.diagram import chooser
from funclab.view.scene.layout.place import place, wrapping
from tests.view import gallery, models
from tests.view.measures import overlapping, texts

SCREEN = (1095, 624)
"""The room of a picture in a window of 1280 by 900 pixels, with a panel below it."""


def test_less_room_means_fewer_words_and_never_smaller_type():
    model = gallery.built("headline")

    drawn = [diagram(model, room=(1095, height)).scene for height in (2000, 624, 450)]

    assert [scene.choice for scene in drawn] == ["full", "two lines", "one line"]


def test_each_way_in_the_list_can_be_chosen_by_name_or_number():
    model = gallery.built("headline")
    names = diagram(model).scene.choices

    for number, name in enumerate(names):
        assert diagram(model, choice=name).scene.choice == name
        assert diagram(model, choice=number).scene.choice == name


def test_a_way_that_is_not_in_the_list_is_refused():
    with pytest.raises(ArgumentError, match="choice='tiny' is not known"):
        diagram(models.perceptron(), choice="tiny")


@pytest.mark.parametrize("density", ["short", "lines", "short lines"])
@pytest.mark.parametrize("name", gallery.MODELS)
def test_a_layout_is_as_large_as_it_was_said_to_be_at_least_and_has_the_columns(name, density):
    scene = chooser(gallery.built(name)).scene()
    scene.density, scene.direction = density, "TB"
    columns = wrapping(scene)

    for count in range(1, COLUMNS + 1):
        place(scene, count)
        assert scene.height >= columns(count).least_height
        assert scene.width >= columns(count).least_width
        assert len(scene.spine) == len(columns(count).starts) <= count


@pytest.mark.parametrize("name", gallery.MODELS)
def test_the_layout_is_the_one_that_is_found_by_making_those_that_cannot_fit_too(name, monkeypatch):
    model, rooms = gallery.built(name), [(734, 440), (1095, 320)]
    chosen = [chooser(model).fitting(room) for room in rooms]

    monkeypatch.setattr(Chooser, "_has_room", lambda *_: True)
    monkeypatch.setattr(Chooser, "_is_too_wide", lambda *_: False)

    ways = chooser(model)
    assert chosen == [ways.fitting(room) for room in rooms]


def test_a_long_model_is_wrapped_where_one_tensor_alone_passes_and_says_which():
    scene = diagram(gallery.built("resnet"), room=SCREEN).scene

    names = [re.fullmatch(r"from (.+?)( \d+(×\d+)*)?", label.text)[1] for label in scene.labels]
    ends = {shorten(box.heading, most) for box in scene.boxes for most in range(17, 25)}
    assert names and {*names} <= ends


def test_a_tensor_that_many_outputs_are_made_of_is_led_to_all_of_them():
    x = Input((4,), name="x")

    scene = diagram(Model(x, [Dense(2)(x) for _ in range(30)]), choice="lines").scene

    assert len(scene.boxes) == 31 and overlapping(scene) == []


def test_nested_skips_make_a_u_in_which_they_run_straight_across():
    scene = diagram(gallery.built("unet"), room=SCREEN).scene

    skips = [edge for edge in scene.edges if edge.target.index == 1]
    assert len(skips) == 3
    ends = {edge.target.key: edge.source.key for edge in scene.edges}
    boxes = {box.key: box for box in scene.boxes}
    for skip in skips:
        assert skip.path[0][0] == boxes[ends[skip.source.key]].right
        assert {y for _, y in skip.path} == {skip.path[0][1]}
    assert [label.text for label in scene.labels] == ["32 × 32", "16 × 16", "8 × 8", "4 × 4"]


@pytest.mark.parametrize("choice", ["full", "two lines"])
def test_with_whole_words_a_model_stands_in_one_column_also_if_it_could_be_a_u(choice):
    assert diagram(gallery.built("unet"), choice=choice, room=SCREEN).scene.labels == []


def test_the_words_on_a_band_end_before_the_boxes():
    y = x = Input((128, 128, 1))
    kept = []
    for filters in (16, 32):
        kept.append(y := layers.Conv2D(filters, 3, padding="same")(layers.ReLU()(y)))
        y = layers.MaxPooling2D()(y)
    for skip in reversed(kept):
        y = layers.Concatenate()([layers.UpSampling2D()(layers.Conv2D(8, 1)(y)), skip])
    model = Model(x, layers.Conv2D(1, 1)(y))

    for picture in (diagram(model), diagram(model, look="projector")):
        words = [text for text in texts(picture) if re.fullmatch(r"\d+ × \d+", text.words)]
        assert [text.words for text in words] == ["128 × 128", "64 × 64", "32 × 32"]
        assert max(text.area.right for text in words) < min(box.x for box in picture.scene.boxes)


def test_in_a_u_each_tensor_lies_in_the_band_of_its_resolution():
    scene = diagram(gallery.built("unet"), room=SCREEN).scene

    for plate in scene.plates:
        (band,) = [band for band in scene.labels if band.y < plate.middle.imag < band.bottom]
        assert plate.shape.startswith(f"(None, {band.text.replace(' × ', ', ')},")


def test_a_merge_right_below_the_place_of_least_space_stands_in_a_row_of_its_own():
    x = Input((4,))
    first, second, third = (Dense(4, name=name) for name in ("first", "second", "third"))
    near = second(first(x))
    inner = layers.add([third(near), near], name="inner")
    outer = layers.add([Dense(4)(inner), first.output], name="outer")

    scene = diagram(Model(x, outer), choice="lines", room=(300, 300)).scene

    assert len({box.y for box in scene.boxes if box.key in ("third[0]", "inner[0]")}) == 2


def test_where_there_is_little_room_a_shape_is_told_without_the_batch_and_its_bar_explained():
    picture = diagram(gallery.built("unet"), room=(644, 367))

    assert "32×32×24" in picture.svg
    assert "its height stands for positions, its width for features" in picture.svg


def test_the_order_of_inputs_is_numbered_only_where_it_matters():
    added, joined = (diagram(build()).scene for build in (models.residual, models.two_and_two))

    assert [box.ports for box in added.boxes if box.name.startswith("add")] == [[]]
    (ports,) = [box.ports for box in joined.boxes if box.name.startswith("concatenate")]
    assert sorted(number for _, _, number in ports) == ["0", "1"]


def test_a_layer_called_once_is_the_same_box_in_both_faces():
    calls, layers = (diagram(models.two_and_two(), face, choice="full").scene for face in FACES)

    for one, other in zip(calls.boxes, layers.boxes, strict=True):
        assert (one.name.rstrip("_0123456789"), one.height) == (
            other.name.rstrip("_0123456789"),
            other.height,
        )
        assert (one.node, other.rows) == (other.node, [])


FACES = ("calls", "layers")


def test_calls_outside_a_model_are_told_of_once_also_after_what_could_be_folded():
    shared = Dense(8, name="shared")
    shared(Input((8,)))
    x = y = Input((8,))
    for layer in (shared, shared, shared, Dense(8), shared):
        y = layer(y)

    boxes = diagram(Model(x, y), choice="lines").scene.boxes

    assert ["Not in this picture" in box.title for box in boxes].count(True) == 1


def test_a_direction_that_is_asked_for_is_kept():
    for direction in ("TB", "LR"):
        for room in (SCREEN, (300, 300)):
            scene = diagram(models.perceptron(), direction=direction, room=room).scene
            assert scene.direction == direction


def test_an_open_run_is_drawn_with_a_tick_for_each_repetition_the_shown_one_filled():
    model = gallery.built("transformer_4")
    (run,) = [box for box in diagram(model, room=(400, 300)).scene.boxes if len(box.starts) == 4]

    picture = diagram(model, room=(900, 700), choice="5 boxes", unfolded=[run.key])

    ticks = re.findall(r'class="tick" data-repetition="(\d)".*?class="f-(\w+)', picture.svg)
    assert [number for number, _ in ticks] == [*"0123"]
    assert [number for number, fill in ticks if fill == "neutral"] == ["0"]


def test_more_room_only_opens_blocks():
    model = gallery.built("mobilenet")

    members = [
        [frozenset(box.members or [box.key]) for box in diagram(model, room=room).scene.boxes]
        for room in ((400, 300), (700, 500), (1095, 624), (1500, 900))
    ]

    for small, large in zip(members, members[1:], strict=False):
        assert all(any(box <= outer for outer in small) for box in large)
