"""What a notebook keeps of a view: little, the same each time, and for every front end."""

from __future__ import annotations

import base64
import io
import json
import sys
import zlib
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from matplotlib.image import imread

import funclab
from funclab import Input, Model
from funclab.layers import Conv2D, Dense, Flatten
from funclab.view.live.view import MIME
from funclab.view.notebook.extension import live_view
from tests.view import gallery

WIDGET = "application/vnd.jupyter.widget-view+json"


def chain(calls: int) -> Model:
    x = made = Input((8,), name="x")
    for number in range(calls - 1):
        made = Dense(8, name=f"dense_{number}")(made)
    return Model(x, made, name="chain")


def images() -> Model:
    x = Input((28, 28, 1))
    made = Conv2D(16, 3, activation="relu")(Conv2D(16, 3, activation="relu")(x))
    model = Model(x, Dense(10, activation="softmax")(Dense(64)(Flatten()(made))))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def kept(view) -> str:
    """What the notebook holds beside pictures and ids."""
    return view._repr_mimebundle_()[1][MIME]["held"]


@pytest.mark.parametrize("build", [lambda: chain(30), gallery.unet, lambda: gallery.transformer(2)])
def test_a_notebook_keeps_an_explorer_of_30_calls_in_60_kilobytes(build):
    view = funclab.explore(build(), open=True)

    held = json.loads(zlib.decompress(base64.b64decode(kept(view))))

    assert set(held) == set(view.page_traits())
    assert [held["facts"], held["state"]] == [view.facts, view.state]
    assert len(json.dumps({**held, "texts": ""})) <= 60_000


def test_a_notebook_keeps_a_slow_motion_in_300_kilobytes():
    x = np.random.default_rng(0).random((32, 28, 28, 1), np.float32)

    view = funclab.trace(images(), x, np.zeros(32))

    assert len(kept(view)) <= 300_000


def test_outputs_of_equal_views_differ_in_nothing_that_strict_nbval_compares():
    model = chain(3)

    first, second = (funclab.explore(model)._repr_mimebundle_()[0] for _ in range(2))

    assert first.pop(WIDGET) != second.pop(WIDGET)
    assert first == second
    assert first[MIME] == {"view": "explorer"}


def test_beside_the_svg_is_a_png_with_the_same_boxes():
    view = funclab.explore(chain(2), look="light")

    data, _ = view._repr_mimebundle_()
    pixels = imread(io.BytesIO(base64.b64decode(data["image/png"])))[..., :3]
    blue = np.abs(pixels - np.array([0x0B, 0x62, 0xA4]) / 255).max(-1) < 0.01

    drawn = view.picture().scene
    assert pixels.shape[:2] == (round(drawn.height), round(drawn.width))
    assert blue.sum() > 200  # the input's box: its bar, rim and node number


@pytest.mark.parametrize("displayed", ["once", "again"])
def test_a_view_is_let_go_with_its_last_output_and_may_be_shown_again(displayed):
    view = funclab.explore(chain(2))
    cleared = view._repr_mimebundle_()[1][MIME]["displays"]
    if displayed == "again":
        view._repr_mimebundle_()

    view._handle_custom_msg({"ask": "close", "displays": cleared}, [])

    assert (view.comm is None) == (displayed == "once")
    assert view._repr_mimebundle_()[0][WIDGET]["model_id"] == view.comm.comm_id == view.own_id


def test_colab_is_told_where_the_widget_manager_is_also_of_a_bare_model(monkeypatch):
    output = ModuleType("google.colab.output")
    output.enable_custom_widget_manager = lambda: None
    output._widgets = SimpleNamespace(_installed_url="https://colab.example/manager.js")
    monkeypatch.setitem(sys.modules, "google.colab.output", output)

    _, metadata = live_view(chain(2))

    assert "manager.js" in str(metadata[WIDGET]["colab"]["custom_widget_manager"])
