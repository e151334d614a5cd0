"""The code beside the picture: each call has its line, and the lines make the model again."""

from __future__ import annotations

import re

import pytest

import funclab
from funclab import Input, Model
from funclab.layers import Concatenate, Conv2D, Dense, Flatten, MaxPooling2D
from funclab.view.code.source import call_lines


def chain() -> Model:
    x = Input((8,), name="features")
    shared = Dense(8, activation="relu", name="shared")
    return Model(x, Dense(3, activation="softmax", name="out")(shared(shared(x))), name="chain")


def drawn(model: Model, **state):
    """The lines in the picture of an explorer, by the keys of their calls, with their heights, and
    the middles of the boxes."""
    view = funclab.explore(model, **state)
    svg = next(iter(view.pictures.values()))["svg"]
    lines = re.findall(
        r'class="line" data-key="([^"]+)"><text x="8" y="([\d.]+)"[^>]*>([^<]*)<', svg
    )
    box = r'class="box"[^>]*data-key="([^"]+)"[^>]*>.*?<rect x="[\d.]+" y="([\d.]+)"'
    boxes = re.findall(box + r' width="[\d.]+" height="([\d.]+)"', svg)
    return (
        {key: (text, float(y)) for key, y, text in lines},
        {key: float(y) + float(height) / 2 for key, y, height in boxes},
        view,
    )


def test_each_call_of_a_chain_has_its_line_at_the_height_of_its_box():
    lines, boxes, _ = drawn(chain())

    assert {key: text for key, (text, _) in lines.items()} == {
        "features[0]": "features = Input((8,))",
        "shared[0]": "x = shared(features)",
        "shared[1]": "x = shared(x)",
        "out[0]": "x = Dense(3, …)(x)",
    }
    assert {key: y - 4 for key, (_, y) in lines.items()} == boxes


def test_the_lines_make_the_graph_again_once_their_settings_are_filled_in():
    lines = call_lines(chain())

    names = {"Input": Input, "Dense": Dense, "shared": Dense(8, activation="relu", name="shared")}
    source = "\n".join(lines.values()).replace("…", 'activation="softmax", name="out"')
    exec(f"{source}\nmodel = funclab.Model(features, x)", names | {"funclab": funclab}, found := {})
    calls = [node.key for node in found["model"].graph.nodes]
    assert [key.partition("[")[2] for key in calls] == ["0]", "0]", "1]", "0]"]
    assert found["model"].output_shape == (None, 3)


def test_branches_have_variables_of_their_own_and_no_gutter():
    x = Input((4,), name="x")
    a, b = Dense(2, name="a")(x), Dense(2, name="b")(x)
    model = Model(x, Concatenate(name="both")([a, b]))

    assert call_lines(model)["both[0]"] == "both = Concatenate()([a, b])"
    assert drawn(model)[0] == {}


@pytest.mark.parametrize("state", [{"face": "layers"}, {"look": "projector"}, {"choice": "lines"}])
def test_there_is_no_gutter_where_calls_have_no_box_with_room_beside_it(state):
    assert drawn(chain(), **state)[0] == {}


def test_the_static_picture_has_the_same_lines():
    lines, _, view = drawn(chain())

    texts = re.findall(r'class="line" data-key="[^"]+"><title>([^<]*)<', view.svg())
    assert texts == [text for text, _ in lines.values()]


def test_a_model_without_source_is_drawn_without_code():
    x = Input((4,), name="x")
    model = Model(x, funclab.layers.Lambda(lambda t: t * 2, name="twice")(x))

    assert drawn(model)[0] == {}


def test_a_convolution_shows_its_first_setting():
    x = Input((8, 8, 1), name="image")
    h = MaxPooling2D(name="pool")(Conv2D(6, 3, name="conv")(x))
    lines = call_lines(Model(x, Dense(2, name="digit")(Flatten(name="flat")(h))))

    assert [*lines.values()] == [
        "image = Input((8, 8, 1))",
        "x = Conv2D(6, …)(image)",
        "x = MaxPooling2D()(x)",
        "x = Flatten()(x)",
        "x = Dense(2)(x)",
    ]
