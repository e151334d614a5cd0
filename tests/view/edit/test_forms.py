"""Forms of the page, previews, and what is said of a compiled model."""

from __future__ import annotations

import json

import pytest

import funclab
from funclab import config, layers
from funclab.errors import FunclabError
from funclab.view.draw.sentences import say
from tests.view import models
from tests.view.edit.test_commands import reader
from tests.view.edit.test_view import form


@pytest.fixture
def edit():
    return funclab.edit(reader())


def test_a_form_of_an_input_has_its_shape_and_type(edit):
    rows = {row["name"]: row for row in form(edit, "fields", "image")}

    shape = edit.model.inputs[0].shape
    assert rows["shape"]["value"] == [*shape[1:]] and rows["shape"]["needed"]
    assert rows["dtype"]["value"] == "float32" and "float32" in rows["dtype"]["choices"]
    assert not rows["dtype"]["needed"] and not rows["dtype"]["slider"]
    assert all(row["told"] and row["own"] for row in rows.values())
    assert rows["shape"]["choices"] == [] and rows["shape"]["slider"] is False


def test_a_form_of_a_wrapper_has_its_own_settings_and_no_layer():
    edit = models.wrapped().edit()

    rows = {row["name"]: row["value"] for row in form(edit, "fields", "bidirectional[0]")}

    assert rows == {"merge_mode": "concat"}
    assert form(edit, "fields", "each_step[0]") == []


def test_a_menu_has_the_shapes_of_its_own_tensor_and_of_the_settings_of_now():
    model = funclab.Model(
        x := funclab.Input((8, 6, 4), name="x"), layers.MaxPooling2D(name="half")(x), name="m"
    )

    def shapes(place):
        return {row["kind"]: row["shape"] for row in form(model.edit(), "menu", place)}

    wide, narrow = shapes("x"), shapes("half[0]")
    config.set_image_data_format("channels_first")
    try:
        turned = shapes("x")
    finally:
        config.set_image_data_format("channels_last")

    flat = [one["Flatten"] for one in (wide, narrow, turned)]
    assert flat == ["(None, 192)", "(None, 48)", "(None, 192)"]
    means = [one["GlobalAveragePooling2D"] for one in (wide, narrow, turned)]
    assert means == ["(None, 4)", "(None, 4)", "(None, 8)"]
    assert wide["LSTM"] == "" and shapes("x") == wide


def test_nothing_can_be_merged_with_what_an_input_reads(edit):
    assert {fits for _, fits in form(edit, "merges", "flat[0] image[0]")} == {False}


def test_a_preview_of_what_does_not_fit_is_the_sentence_of_its_error(edit):
    for step, says in (
        (["insert", "flat[0]", "Conv2D", {"filters": 2, "kernel_size": 3}], "Conv2D"),
        (["insert", "nowhere", "Dense", {"units": 2}], "nowhere"),
    ):
        told = form(edit, "preview", json.dumps(step))
        assert [*told] == ["what"] and says.lower() in told["what"].lower()
    assert edit.steps == []


def test_forms_and_states_that_mean_nothing_are_refused_with_a_sentence(edit):
    assert "nowhere" in form(edit, "menu", "nowhere")["refused"]
    assert edit.told("menu", "5 flat[0]") is None and edit.told("other", "0 flat[0]") is None
    for position in (-1, 3, True, "1"):
        with pytest.raises(FunclabError):
            edit.show(position=position)
    assert edit.state["position"] == 0
    edit.do("rename", "flat", "row")
    edit.show(position=0)
    assert edit.state["position"] == 0 and "row" not in edit.code


def test_a_compiled_model_stays_compiled_and_says_so():
    model = reader()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    edit = model.edit()

    edit.do("set", "body", units=20)

    assert edit.model.compiled and say("edit_compiled") in edit.facts["states"]["1"]["weights"]
    assert edit.model.count_params() == model.count_params() + 4 * (4 * 4 * 12 + 1 + 10)
    plain = funclab.edit(reader()).do("set", "body", units=20)
    assert say("edit_compiled") not in plain.facts["states"]["1"]["weights"]
