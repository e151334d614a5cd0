"""A layer may be named with any characters: they do nothing to a terminal, a file or a picture."""

from __future__ import annotations

import xml.dom.minidom

import numpy as np
import pytest

import funclab
from funclab.errors import ACTS, FunclabError
from funclab.layers import Dense, Input
from funclab.models import Model

NAMES = {
    "not text": "a\ufffeb",
    "half a letter": "a\ud800b",
    "colours of a terminal": "a\x1b[31mb",
    "another direction": "a\u202eb",
    "two lines": "a\nb",
    "a zero": "a\x00b",
    "a line separator": "a\u2028b",
}


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def model(request):
    name = request.param
    x = Input((3,), name=f"{name}_x")
    model = Model(x, Dense(2, name=f"{name}_d")(x), name=f"{name}_m")
    model.compile("sgd", "mse")
    return model


def harmless(text):
    return not any(ACTS.search(line) for line in text.split("\n"))


def test_names_are_written_out_in_reprs(model):
    things = [model, *model.layers, *model.outputs, *model.nodes, model.fit(*data(), verbose=0)]

    assert all(harmless(repr(thing)) and "\n" not in repr(thing) for thing in things)


def test_names_are_written_out_in_errors(model):
    with pytest.raises(FunclabError) as caught:
        model.layers[1](Input((4,)))

    assert harmless(str(caught.value))


def test_names_are_written_out_in_progress_and_summary(model, capsys):
    model.fit(*data(), verbose=2)
    model.summary()

    assert harmless(capsys.readouterr().out)


@pytest.mark.parametrize("face", ["calls", "layers"])
def test_pictures_are_valid_documents(model, face, tmp_path):
    views = [model.explore(face=face), model.shapes(), model.trace(*data())]

    for view in views:
        view.save(tmp_path / "view.svg")
        xml.dom.minidom.parse(str(tmp_path / "view.svg"))
        funclab.export_html(view, tmp_path / "view.html")


def data():
    return np.zeros((2, 3)), np.zeros((2, 2))
