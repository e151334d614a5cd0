"""Links, what a page asks for, and what it holds without a kernel."""

from __future__ import annotations

import base64
import zlib

import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import ArgumentError, TensorTypeError
from funclab.layers import Dense
from tests.view import models


def test_a_link_holds_the_structure_of_its_model():
    model = models.twice()

    page, _, packed = funclab.explore(model).link("https://page").partition("#m=")
    text = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))

    assert page == "https://page" and not {*"=+/"} & {*packed}
    assert funclab.models.model_from_json(text.decode()).get_config() == model.get_config()


def test_what_has_no_link_says_why():
    x = Input((3,), name="x")
    dense = layers.Dense(2, name="dense")
    y = dense(x)
    with pytest.raises(TensorTypeError, match="has no link"):
        funclab.explore(dense).link("page")
    for i in range(400):
        y = layers.Dense(2 + 7 * i % 31, name=f"a_{i * 7919 % 1009}")(y)
    with pytest.raises(ArgumentError, match=r"a link holds 8,000"):
        funclab.explore(Model(x, y)).link("page")


@pytest.mark.parametrize(
    ("selected", "edited"), [("shared[1]", "shared[1]"), ("", ""), ("shared", "")]
)
def test_editing_begins_at_the_call_that_is_selected(selected, edited):
    view = funclab.explore(models.twice(), selected=selected)

    reply = view.answer_to({"ask": "edit"})

    assert view.editor.state["selected"] == edited and view.editor.model_id == reply["id"]
    assert reply["kind"] == "edit" and reply["line"].startswith("funclab.edit(")


def test_what_is_no_model_is_not_edited():
    dense = layers.Dense(2)
    dense(Input((3,)))

    assert funclab.explore(dense).answer_to({"ask": "edit"}) == {
        "kind": "edit",
        "id": "",
        "line": "",
    }


def test_a_page_without_a_kernel_shows_every_call_of_a_model_that_is_drawn_in_blocks():
    x = y = Input((8,), name="x")
    for i in range(60):
        y = Dense(8 + i % 3 * (i > 20), activation=("relu", "tanh")[i * i % 7 % 2], name=f"d{i}")(y)
    view = funclab.explore(Model(x, y))

    held = view.complete()["pictures"]

    drawn = " ".join(picture["svg"] for name, picture in held.items() if name.startswith("calls"))
    members = {i for picture in held.values() for block in picture.get("blocks", {}).values()
               for i in block["members"]}  # fmt: skip
    missing = [i for i in range(60) if f'data-key="d{i}[0]"' not in drawn]
    assert not missing and members
