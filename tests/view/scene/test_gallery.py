"""Models that must be readable as a whole: what stands in their pictures is clear of the rest."""

from __future__ import annotations

import pytest

from funclab import Input, Model
from funclab.layers import Dense
from funclab.view import diagram
from tests.view import gallery
from tests.view.areas import crossed_boxes, overlapping
from tests.view.gallery_measures import (
    crossings,
    overlapping_texts,
    texts,
    wires,
    wires_of_dot,
    wires_through_texts,
)

every_model = pytest.mark.parametrize("name", gallery.MODELS)
LEGIBLE = 11


@every_model
@pytest.mark.parametrize("room", gallery.ROOMS)
def test_no_parts_overlap_and_no_wire_runs_through_a_box(name, room):
    scene = gallery.drawn(name, room).scene

    for part in scene.walk():
        assert overlapping(part) == []
        assert crossed_boxes(part) == []


@every_model
def test_every_text_is_legible_and_clear_of_other_texts_and_wires(name):
    picture = gallery.drawn(name)

    assert min(text.size for text in texts(picture)) >= LEGIBLE
    assert overlapping_texts(picture) == []
    assert wires_through_texts(picture) == []


@pytest.mark.parametrize("name", [name for name in gallery.MODELS if name != "mobilenet"])
def test_a_model_of_at_most_a_hundred_calls_is_on_one_screen(name):
    scene = gallery.drawn(name, "notebook").scene

    assert scene.width <= gallery.ROOMS["notebook"][0]
    assert scene.height <= gallery.ROOMS["notebook"][1]


@every_model
def test_no_more_wires_cross_than_graphviz_draws(name):
    scene = gallery.drawn(name, "notebook").scene

    number = crossings(wires(scene))
    assert number == 0 or number <= crossings(wires_of_dot(scene))


@every_model
def test_a_model_has_the_same_picture_each_time(name):
    first, second = (gallery.drawn(name).scene.to_dict() for _ in range(2))

    assert first == second


@pytest.mark.parametrize("face", ["calls", "layers"])
def test_layers_may_have_the_names_of_parts_of_a_picture(face):
    x = Input((4,), name="tensor")
    shared = Dense(4, name="foot")
    model = Model(x, Dense(2, name="head")(shared(shared(x))))

    assert overlapping(diagram(model, face).scene) == []
