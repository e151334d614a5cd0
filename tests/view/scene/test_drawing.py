"""Pictures: well-formed SVG without ids or scripts, whatever the names, readable in every theme."""

from __future__ import annotations

import re
from itertools import product
from xml.etree import ElementTree

import pytest

from funclab import Input, Model, explore
from funclab.layers import Dense
from funclab.view import diagram, history_plot, node_table
from funclab.view.draw import theme
from funclab.view.draw.geometry import rounded
from funclab.view.draw.text import text_width
from tests.view import models

SVG = "{http://www.w3.org/2000/svg}"
TEXT_ON = {
    "paper": ["ink", "soft", "input", "output", "neutral"],
    "plain": ["ink", "soft"],
    "input-fill": ["ink", "soft"],
    "output-fill": ["ink", "soft"],
}
PALETTES = {"light": theme.LIGHT, "dark": theme.DARK, "print": theme.PRINT}


def parsed(picture):
    return ElementTree.fromstring(picture.svg)


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("build", models.FLAT, ids=lambda build: build.__name__)
@pytest.mark.parametrize("face", ["calls", "layers"])
def test_every_picture_is_well_formed_and_holds_only_harmless_elements(build, face):
    root = parsed(diagram(build(), face, expand_nested=True))

    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds <= {"svg", "title", "desc", "style", "g", "rect", "path", "circle", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name]
    assert "id" not in attributes


def test_a_name_is_shown_as_it_is_and_never_as_markup():
    picture = diagram(models.hostile())

    root = parsed(picture)

    assert "<script>alert(1)<b>" in texts(root)
    assert "\"quotes\" & 'more'" in texts(root)
    assert "<script" not in picture.svg
    assert "<script" not in picture.table
    assert root.find(f"{SVG}title").text.startswith("Model <h1>model: ")


def test_a_long_name_is_shortened_and_stands_whole_in_the_title():
    root = parsed(diagram(models.hostile()))

    (shown,) = [text for text in texts(root) if text.startswith("nnn") and "[" not in text]
    assert len(shown) <= 28
    assert "…" in shown
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert any("n" * 10_000 in title for title in titles)


def test_control_characters_do_not_reach_the_picture():
    picture = diagram(models.hostile())

    assert not re.search("[\x00-\x08\u202e]", picture.svg + picture.text + picture.table)


def test_a_picture_has_a_name_a_description_and_names_for_its_parts():
    root = parsed(diagram(models.called_twice()))

    assert root.attrib["role"] == "graphics-document"
    assert root.attrib["aria-label"] == "Model called_twice: 1 input, 3 calls of 2 layers"
    description = root.find(f"{SVG}desc").text
    assert "dense, Dense 64 · relu, node 1: takes dense[0:0] and makes dense[1:0]" in description
    assert "dense is shared: called twice; its weights, 64×64 + 64 = 4,160" in description
    parts = [group for group in root.iter(f"{SVG}g") if "role" in group.attrib]
    assert {group.attrib["role"] for group in parts} == {"graphics-symbol"}
    assert all(group.attrib["aria-label"] for group in parts)


def test_parts_carry_the_keys_of_the_scene():
    picture = diagram(models.called_twice())

    keys = {(g.get("class"), g.get("data-key")) for g in parsed(picture).iter(f"{SVG}g")}

    assert keys >= {("box", box.key) for box in picture.scene.boxes}
    assert keys >= {("plate", plate.key) for plate in picture.scene.plates}
    assert keys >= {("edge", edge.tensor) for edge in picture.scene.edges}


def test_colours_are_written_out_for_viewers_without_style_sheets():
    root = parsed(diagram(models.called_twice(), look="dark"))

    (first, *_) = [rect for rect in root.iter(f"{SVG}rect") if "f-input-fill" in rect.get("class")]
    assert first.get("fill") == theme.DARK["input-fill"]


def test_on_a_projector_the_smallest_type_has_eighteen_pixels():
    root = parsed(diagram(models.two_and_two(), look="projector"))

    scale = float(root.get("width")) / float(root.get("viewBox").split()[2])
    smallest = min(float(text.get("font-size")) for text in root.iter(f"{SVG}text"))
    assert smallest * scale >= 18


def test_an_open_frame_is_an_object_that_holds_named_parts():
    root = parsed(diagram(models.siamese(), expand_nested=True))

    frames = [group for group in root.iter(f"{SVG}g") if group.get("role") == "graphics-object"]
    assert [frame.get("data-key") for frame in frames] == ["encoder[1]", "encoder[2]"]


def contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, relative luminance and contrast ratio."""
    lights = sorted(map(luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", PALETTES)
def test_all_text_has_a_contrast_of_at_least_four_and_a_half(name):
    colours = PALETTES[name]
    groups = [f"group{i}" for i in range(5)]
    pairs = [(ink, ground) for ground, inks in TEXT_ON.items() for ink in inks]
    pairs += list(product(["ink", "soft"], [f"{group}-fill" for group in groups]))
    pairs += [(group, "paper") for group in groups]
    pairs += [("on-colour", fill) for fill in ("input", "output", "neutral", *groups)]

    weak = [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]

    assert weak == []


def test_lines_can_be_seen_on_white_and_on_black_whatever_the_theme():
    grounds = ("#ffffff", "#111111")

    for colours in (theme.LIGHT, theme.DARK):
        assert min(contrast(colours["line"], ground) for ground in grounds) >= 2.9


def test_tables_of_nodes_and_curves_are_pictures_of_the_same_kind():
    layer = models.called_twice().layers[1]

    for picture in (node_table(layer), history_plot({"loss": [2.0, 1.0]})):
        root = parsed(picture)
        assert root.attrib["aria-label"]
        assert root.find(f"{SVG}desc").text


def test_corners_of_a_path_are_rounded():
    path = rounded([0j, 100 + 0j, 100 + 100j], 8)

    assert 92 in path
    assert 100 + 8j in path
    assert 100 not in path


def test_wide_characters_take_more_room_than_narrow_ones():
    assert text_width("日本", 10) > text_width("ii", 10) > 0
    assert text_width("e\u0301", 10) == text_width("e", 10)


def test_the_title_counts_inputs_calls_of_layers_and_ops_apart():
    left, right, shared = Input((4,)), Input((4,)), Dense(2)
    gap = abs(shared(left) - shared(right))
    model = Model([left, right], Dense(1)(gap), name="twins")

    picture, view = diagram(model), explore(model)

    assert picture.scene.title == "Model twins: 2 inputs, 3 calls of 2 layers, 2 ops"
    assert view.facts["counted"] == "2 inputs, 3 calls of 2 layers, 2 ops"
    assert len(model.layers) == 2 + 2
