"""Pictures as files, and `plot_model` with the arguments that Keras users know."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

import funclab
from funclab import utils
from funclab.errors import ArgumentError, GraphError
from funclab.layers import Dense
from funclab.models import Sequential
from funclab.view import diagram, history_plot, node_table, plot_model
from tests.view import models


def test_a_diagram_can_be_kept_as_picture_page_text_and_data(tmp_path):
    picture = diagram(models.called_twice())

    endings = ("svg", "html", "txt", "json")
    svg, page, text, data = (picture.save(tmp_path / f"a.{ending}") for ending in endings)

    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert "<table" in page.read_text(encoding="utf-8")
    told = text.read_text(encoding="utf-8").splitlines()
    assert told[0] == "Model called_twice: 1 input, 3 calls of 2 layers"
    assert json.loads(data.read_text(encoding="utf-8"))["name"] == "called_twice"


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_pictures_tables_and_curves_can_be_kept_as_pixels_and_pages(tmp_path, ending):
    layer = models.called_twice().get_layer("dense")
    pictures = [
        diagram(models.siamese(), expand_nested=True),
        diagram(models.hostile(), face="layers"),
        node_table(layer),
        history_plot({"loss": [2.0, 1.0], "val_loss": [2.0, 1.5]}),
    ]
    begins = {"png": b"\x89PNG", "pdf": b"%PDF"}[ending]

    for i, picture in enumerate(pictures):
        path = picture.save(tmp_path / f"{i}.{ending}", dpi=72)

        assert path.read_bytes().startswith(begins)


def test_more_dots_per_inch_make_a_larger_picture(tmp_path):
    picture = diagram(models.called_twice())

    small, large = (picture.save(tmp_path / f"{dpi}.png", dpi) for dpi in (72, 144))

    assert size(large) == pytest.approx([2 * length for length in size(small)], abs=1)


def size(path):
    header = path.read_bytes()[16:24]
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")


def test_another_ending_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ArgumentError, match=r"cannot be written as 'a\.gif'"):
        diagram(models.called_twice()).save(tmp_path / "a.gif")

    assert list(tmp_path.iterdir()) == []


def test_plot_model_takes_keras_arguments_and_writes_the_file(tmp_path):
    model, path = models.siamese(), tmp_path / "model.png"
    settings = {
        "to_file": path, "show_shapes": True, "show_dtype": True, "show_layer_names": True,
        "rankdir": "LR", "expand_nested": True, "dpi": 60, "show_layer_activations": True,
        "show_trainable": True,
    }  # fmt: skip

    pictures = [plot_model(model, **settings), model.plot(**settings)]

    for picture in pictures:
        assert picture.scene.direction == "LR"
        assert any(box.inside for box in picture.scene.boxes)
        assert ">64 float32<" in picture.svg
    assert size(path)[0] > size(path)[1]
    assert funclab.plot_model is plot_model


def test_a_diagram_leaves_shapes_out_when_it_is_told_to():
    picture = models.siamese().plot(show_shapes=False)

    assert re.findall(r"<text[^>]*>[^<]*None", picture.svg) == []


def test_plot_model_is_found_where_keras_keeps_it(tmp_path):
    model = models.siamese()

    picture = utils.plot_model(model, tmp_path / "model.svg", show_shapes=True)

    assert picture.text == plot_model(model).text
    assert (tmp_path / "model.svg").exists()


def test_printed_forms_are_constant():
    picture = diagram(models.called_twice())

    assert repr(picture) == "<Diagram: Model called_twice: 1 input, 3 calls of 2 layers>"
    assert str(picture) == picture.text
    assert picture._repr_mimebundle_().keys() == {"image/svg+xml", "image/png", "text/plain"}
    assert "dense[1]        Dense 64 · relu  dense[0:0]        dense[1:0]" in picture.text


def test_the_table_has_headings_that_screen_readers_announce():
    table = diagram(models.called_twice()).table

    assert "<caption>Model called_twice: 1 input, 3 calls of 2 layers</caption>" in table
    assert table.count('scope="col"') == 5
    assert table.count('scope="row"') == 4


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"face": "nodes"}, "face='nodes' is not known"),
        ({"direction": "BT"}, "direction='BT' is not known"),
        ({"look": "pink"}, "Unknown look: 'pink'"),
    ],
)
def test_a_choice_that_is_not_known_is_refused(settings, message):
    with pytest.raises(ArgumentError, match=message):
        diagram(models.called_twice(), **settings)


def test_what_has_no_graph_cannot_be_drawn():
    for thing in (Sequential([Dense(4)], name="later"), Dense(4, name="alone")):
        with pytest.raises(GraphError, match="has no graph to draw yet"):
            diagram(thing)
