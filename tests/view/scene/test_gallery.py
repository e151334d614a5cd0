"""Models that must be readable as a whole: what stands in their pictures is clear of the rest."""

from __future__ import annotations

from functools import cache

import pytest

from funclab import Input, Model
from funclab.layers import Dense
from funclab.view import diagram
from funclab.view.draw.text import text_width
from funclab.view.scene.sizes import box_texts, density_of, fitted
from tests.view import gallery
from tests.view.measures import (
    bent,
    crossed_boxes,
    crossings,
    hidden_arrows,
    icons_over_words,
    overlapping,
    overlapping_texts,
    texts,
    wires,
    wires_of_dot,
    wires_through_texts,
)

LEGIBLE = 11
drawn = cache(gallery.drawn)


def every_picture(test):
    """Run a test with each model in each room."""
    in_rooms = pytest.mark.parametrize("room", gallery.ROOMS)
    return pytest.mark.parametrize("name", gallery.MODELS)(in_rooms(test))


@every_picture
def test_no_parts_overlap_and_no_wire_runs_through_a_box(name, room):
    for part in drawn(name, room).scene.walk():
        assert overlapping(part) == []
        assert crossed_boxes(part) == []


@every_picture
def test_every_text_is_legible_and_clear_of_other_texts_and_wires(name, room):
    picture = drawn(name, room)

    assert min(text.size for text in texts(picture)) >= LEGIBLE
    assert overlapping_texts(picture) == []
    assert wires_through_texts(picture) == []


@every_picture
def test_no_icon_covers_a_text_or_another_icon(name, room):
    assert icons_over_words(drawn(name, room)) == []


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("face", ["calls", "layers"])
@pytest.mark.parametrize("room", [(400, 300), (643, 900), (3000, 3000)])
def test_no_icon_covers_a_text_however_crowded_the_boxes_are(face, opened, room):
    picture = diagram(gallery.built("crowded"), face, opened, room=room)

    assert icons_over_words(picture) == []
    assert overlapping_texts(picture) == []


def test_the_names_of_outputs_in_a_dict_are_in_the_picture():
    for face in ("calls", "layers"):
        words = [text.words for text in texts(diagram(gallery.built("crowded"), face))]

        assert {'outputs["age"]', 'outputs["sex"]'} <= {*words}


@pytest.mark.parametrize("room", [20, 60, 120, 400])
@pytest.mark.parametrize("name", ["years of age", "Age In Years", "a", "one_very_long_name_indeed"])
def test_a_name_is_cut_and_never_left_out(name, room):
    cut = fitted(name, room, 13, bold=True)

    assert cut
    assert name.startswith(cut.rstrip("…")) or cut[:1] == name[:1]
    assert text_width(cut, 13, bold=True) <= room or len(cut) <= 8


@every_picture
def test_every_box_has_its_name(name, room):
    for part in drawn(name, room).scene.walk():
        assert all(box_texts(box, density_of(part)).name for box in part.boxes if not box.gathers)


@every_picture
def test_a_model_fits_every_room(name, room):
    scene = drawn(name, room).scene

    scale = gallery.SCALE.get(room, 1)
    width, height = (size / scale for size in gallery.ROOMS[room])
    assert scene.width <= width + 1
    assert scene.height <= height + 1


@every_picture
def test_the_main_line_is_straight_in_each_column(name, room):
    for part in drawn(name, room).scene.walk():
        assert bent(part) == []


@every_picture
def test_an_arrow_that_comes_to_a_number_is_seen(name, room):
    for part in drawn(name, room).scene.walk():
        assert hidden_arrows(part) == []


@pytest.mark.parametrize("room", gallery.ROOMS)
def test_weights_that_two_calls_share_are_drawn_in_every_room(room):
    (group,) = drawn("siamese", room).scene.groups

    assert group.width > 0
    assert len(group.ties) == 2


@every_picture
def test_no_more_wires_cross_than_graphviz_draws(name, room):
    scene = drawn(name, room).scene

    number = crossings(wires(scene))
    assert number == 0 or number <= crossings(wires_of_dot(scene))


@pytest.mark.parametrize("name", gallery.MODELS)
def test_a_model_has_the_same_picture_each_time(name):
    first, second = (gallery.drawn(name).scene.to_dict() for _ in range(2))

    assert first == second


@pytest.mark.parametrize("face", ["calls", "layers"])
def test_layers_may_have_the_names_of_parts_of_a_picture(face):
    x = Input((4,), name="tensor")
    shared = Dense(4, name="foot")
    model = Model(x, Dense(2, name="head")(shared(shared(x))))

    assert overlapping(diagram(model, face).scene) == []
