"""Pages that open from disk, and the still picture that every view leaves behind."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import funclab
from funclab import Model, layers
from funclab.errors import ArgumentError, NeverCalledError, TensorTypeError
from funclab.teach.scenes import scene
from funclab.view import node_table, tensor_view
from funclab.view.notebook.export import export_html
from tests.view.models import twice
from tests.view.training.live_runs import X, Y, fresh

SVG = "{http://www.w3.org/2000/svg}"
LARGEST_PAGE = 400_000
"""Characters: a page of a small model goes into a mail."""


def trained() -> Model:
    model = twice()
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 4)), np.ones((8, 2)), epochs=2, verbose=0, live=False)
    return model


VIEWS = {
    "explorer": lambda: funclab.explore(twice()),
    "explorer of a layer": lambda: funclab.explore(twice().get_layer("shared")),
    "explorer of a tensor": lambda: funclab.explore(twice().outputs[0]),
    "playground": lambda: funclab.playground(epochs=2),
    "shapes": lambda: funclab.shapes(twice()),
    "trace": lambda: funclab.trace(twice(), np.eye(4), np.ones((4, 2)), loss="mse"),
    "profile": lambda: funclab.profile(twice(), np.eye(4), np.ones((4, 2)), loss="mse"),
    "mistakes": lambda: funclab.mistakes(twice(), np.eye(4), np.ones(4)),
    "embedding": lambda: funclab.embedding(twice(), np.eye(4)),
    "what if": lambda: funclab.whatif(twice(), np.eye(4)),
    "scene": lambda: scene("mask"),
    "watch": lambda: funclab.watch(trained()),
    "runs": lambda: funclab.compare_runs(trained().history, trained().history),
    "diff": lambda: funclab.diff(twice(), trained()).view(),
    "difference": lambda: funclab.diff(twice(), trained()),
}
PICTURES = {
    "diagram": lambda: twice().plot(),
    "layers face": lambda: twice().plot(face="layers"),
    "curves": lambda: trained().history.plot(),
    "node table": lambda: node_table(twice().get_layer("shared")),
    "tensor path": lambda: tensor_view(twice().outputs[0]),
}
THINGS = {
    "model": twice,
    "layer": lambda: twice().get_layer("shared"),
    "tensor": lambda: twice().outputs[0],
    "history": lambda: trained().history,
}


def bundle(view) -> dict[str, str]:
    made = view._repr_mimebundle_()
    return made[0] if isinstance(made, tuple) else made


@pytest.mark.parametrize("name", [*VIEWS, *PICTURES])
def test_a_still_picture_has_a_name_a_description_and_both_themes(name):
    svg = bundle((VIEWS | PICTURES)[name]())["image/svg+xml"]

    root = ElementTree.fromstring(svg)
    title, words = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "graphics-document"
    assert title is not None
    assert title.text == root.get("aria-label")
    assert words is not None
    assert len(words.text or "") > 20
    assert "@media (prefers-color-scheme:dark)" in svg
    assert "max-width:100%" in root.get("style", "")


@pytest.mark.parametrize("name", [*VIEWS, *PICTURES])
def test_the_plain_text_is_the_same_each_time_and_names_its_subject(name):
    first, second = (bundle((VIEWS | PICTURES)[name]())["text/plain"] for _ in range(2))

    assert first == second
    assert " at 0x" not in first
    subject = {"playground": "Playground", "scene": "where_a_mask_stops", "runs": "run 1"}
    subject["embedding"] = "Embedding of shared"
    assert subject.get(name, "out" if name == "tensor path" else "") in first
    drawn = ("diff", "difference", "diagram", "curves")
    named = ("explorer", "shapes", "trace", "profile", "mistakes", "what if", "watch", *drawn)
    if name in named:
        assert "twice" in first


@pytest.mark.parametrize("name", [*VIEWS, *PICTURES, *THINGS])
def test_a_page_of_everything_stands_alone(name):
    page = export_html((VIEWS | PICTURES | THINGS)[name]())

    assert page.startswith("<!DOCTYPE html>")
    assert re.findall(r"(?:src|href)=|@import|url\(|https?://(?!www\.w3\.org/)", page) == []
    assert len(page) < LARGEST_PAGE
    assert page.count("<h1>") == 1


def test_a_list_is_one_page_with_a_place_for_each():
    page = export_html([twice(), funclab.shapes(twice()), twice().plot(), trained().history])

    assert "<h1>4 views</h1>" in page
    assert re.findall(r'<section id="(\w+)"><h2>(\w+)', page) == [
        ("view0", "Model"),
        ("view1", "Shapes"),
        ("view2", "Model"),
        ("view3", "Runs"),
    ]
    assert page.count('<script type="module">') == 3


def test_as_the_last_line_of_a_cell_a_page_is_named_and_not_poured_out():
    assert re.fullmatch(r"<Page of \d+ kB>", repr(export_html(scene("mask"))))


def test_a_view_saves_itself_as_a_page_or_as_a_picture(tmp_path):
    view = funclab.explore(twice())

    page = export_html(view, tmp_path / "page.html")
    for path in (tmp_path / "page.html", view.save(tmp_path / "v.html")):
        assert path.read_text(encoding="utf-8") == page
    ElementTree.parse(view.save(tmp_path / "v.svg"))
    assert view.save(tmp_path / "v.png", dpi=40).read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ArgumentError, match=r"cannot be written as 'v\.gif'"):
        view.save(tmp_path / "v.gif")


@pytest.mark.parametrize("thing", [3, "model", None, [twice], {"a": 1}, np.ones(2)])
def test_what_is_not_a_view_is_refused(thing):
    with pytest.raises(TensorTypeError, match="which is not a view"):
        export_html(thing)
    with pytest.raises(NeverCalledError):
        export_html(layers.Dense(2))


@pytest.mark.parametrize("kind", ["explore", "trace", "playground", "watch"])
def test_a_view_on_display_goes_on_as_it_was_when_a_page_is_made_of_it(kind):
    model = fresh()
    training = model.fit(X, Y, epochs=10**9, live=True, background=True)
    make = {
        "explore": lambda: funclab.explore(model),
        "trace": lambda: funclab.trace(model, X[:2], Y[:2]),
        "playground": lambda: funclab.playground(epochs=1),
        "watch": lambda: funclab.watch(model),
    }
    view = make[kind]()
    control = getattr(view, "control", "")
    facts = view.facts

    page = funclab.export_html(view)
    training.stop().wait(30)

    assert view.facts == facts
    assert getattr(view, "control", "") == control
    assert kind != "watch" or (control and control not in page)
