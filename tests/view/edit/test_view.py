"""The view: what Python and the page may do, what is stored, and that it comes back."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import ArgumentError, FunclabError, TensorTypeError
from tests.view import gallery, models
from tests.view.edit.test_commands import reader


@pytest.fixture
def edit():
    return funclab.edit(reader())


def ask(view, **content):
    """What the page gets when it sends a message."""
    return view.answer_to(content)


def form(view, kind, about):
    return view.answer_to({"ask": kind, "key": f"{view.state['position']} {about}"})["value"]


def test_the_method_the_function_and_the_magic_are_one():
    model = models.twice()

    assert model.edit().facts == funclab.edit(model).facts


def test_a_step_changes_model_code_and_picture_and_selects_what_it_made(edit):
    edit.do("insert", "parts", layers.Dropout, rate=0.5)

    state = {"position": 1, "selected": "dropout[0]", "face": "calls", "choice": ""}
    assert edit.state == state
    assert "layers.Dropout(0.5)(parts)" in edit.code
    assert 'data-key="dropout[0]"' in edit.pictures["1 calls"]
    assert edit.model.get_layer("dropout").rate == 0.5
    assert edit.steps == [["insert", "parts", "Dropout", {"rate": 0.5}]]


def test_the_code_runs_and_the_steps_replay(edit):
    edit.do("connect", "strokes", "pool", how="Concatenate").do("set", "body", units=8)
    space: dict = {}
    exec(edit.code, space)
    space["model"].set_weights(edit.model.get_weights())
    x = np.random.default_rng(0).random((3, 8, 8, 1), "float32")

    again = funclab.edit(edit._steps.given, steps=edit.steps)

    predicted = edit.model.predict(x, verbose=0)
    np.testing.assert_array_equal(space["model"].predict(x, verbose=0), predicted)
    assert again.code == edit.code


def test_its_line_brings_it_back(edit):
    model = edit._steps.given
    edit.do("delete", "pool").do("set", "body", units=8).undo()
    edit.show(selected="strokes[0]", face="layers")

    again = eval(edit.line(), {"funclab": funclab, "model": model, "reader": model})

    assert again.state == edit.state and again.code == edit.code
    assert again.redo().model.get_layer("body").units == 8


def test_the_page_sees_errors_repairs_and_what_was_kept(edit):
    edit.do("connect", "strokes", "pool", how="Add")
    told = edit.facts["states"]["1"]

    assert {call["key"]: call["status"] for call in told["calls"]} == {
        **dict.fromkeys(["image[0]", "strokes[0]", "parts[0]"], "fine"),
        "add[0]": "failed",
        **dict.fromkeys(["pool[0]", "flat[0]", "body[0]", "digit[0]"], "unknown"),
    }
    assert told["error"]["title"] == "add cannot be called"
    assert [repair["cost"] for repair in told["repairs"]] == [
        "keeps all 8 weights, +108 numbers",
        "keeps 7 of 8 weights, +2,048 numbers",
        "keeps 5 of 8 weights, +472 numbers",
    ]
    assert told["weights"] == "is still step 0, until the graph is whole again."

    edit.do(*told["repairs"][1]["step"])
    assert edit.facts["states"]["2"]["weights"] == (
        "6,262 numbers. 7 of its 8 weights are kept. New: body kernel."
    )


def test_after_a_step_the_shape_that_changed_is_said_and_new_weights_are_marked(edit):
    edit.do("set", "parts", filters=20)
    wider = edit.facts["states"]["1"]
    edit.do("rename", "body", "trunk")
    edit.do("connect", "strokes", "pool", how="Add")

    assert wider["changed"] == "parts[0] makes (None, 8, 8, 20)."
    assert [c["key"] for c in wider["calls"] if c["fresh"]] == ["parts[0]", "body[0]"]
    later = edit.facts["states"]
    assert (later["2"]["changed"], later["3"]["changed"]) == ("", "")
    assert later["3"]["error"]["title"] == "add cannot be called"


def test_what_the_page_sends_is_done_or_refused_with_a_sentence(edit):
    done = ask(edit, ask="do", step=["delete", "pool[0]"])
    assert done == {"kind": "done", "ask": "do"} and edit.state["position"] == 1

    refused = ask(edit, ask="do", step=["delete", "image[0]"])
    assert refused["kind"] == "refused" and "image is an Input" in refused["text"]
    for step in (None, 3, [], [[]], ["set"], ["set", {"units": 3}], ["set", "body", {"units": []}]):
        assert ask(edit, ask="do", step=step)["kind"] == "refused"
    assert edit.state["position"] == 1


def test_code_that_is_typed_is_one_step(edit):
    text = str(edit.code)
    for units in (17, 18, 19):
        ask(edit, ask="code", text=text.replace("16,", f"{units},"))
    refused = ask(edit, ask="code", text="x = (")

    assert refused["kind"] == "refused" and refused["text"].startswith("line 1: ")
    assert len(edit.steps) == 1 and edit.model.get_layer("body").units == 19


def test_code_that_makes_the_same_model_is_no_step_and_else_what_it_changed_is_said(edit):
    text = str(edit.code)

    assert ask(edit, ask="code", text=f"# a comment\n{text}")["kind"] == "same"
    assert edit.steps == []
    ask(edit, ask="code", text=text.replace("16,", "20,"))
    assert edit.facts["states"]["1"]["changed"] == "body[0] makes (None, 20)."
    ask(edit, ask="code", text=text)

    assert edit.steps == [] and edit.model is edit._steps.given


def test_forms_offer_what_fits_with_shapes_and_meanings(edit):
    offered = form(edit, "menu", "flat[0]")
    by_kind = {row["kind"]: row for row in offered}

    assert by_kind["Dense"]["shape"] == "(None, 32)" and by_kind["Dense"]["fits"]
    assert not by_kind["Conv2D"]["fits"]
    assert [row["fits"] for row in offered] == sorted(
        (row["fits"] for row in offered), reverse=True
    )
    assert "Lambda" not in by_kind and "Add" not in by_kind

    rows = {row["name"]: row for row in form(edit, "fields", "parts")}
    assert rows["filters"]["value"] == 12 and "how many filters" in rows["filters"]["told"]
    assert rows["padding"]["choices"] == ["valid", "same"]
    assert {name for name, row in rows.items() if row["own"]} == {
        *("filters", "kernel_size", "padding", "activation")
    }
    pooling = {row["name"]: row["own"] for row in form(edit, "fields", "pool")}
    assert pooling["pool_size"] and pooling["padding"]
    assert all(row["told"] for row in form(edit, "kind", "LSTM"))

    assert dict(form(edit, "merges", "strokes[0] pool[0]"))["Add"] is False
    assert dict(form(edit, "merges", "strokes[0] pool[0]"))["Concatenate"] is True
    step = json.dumps(["insert", "flat[0]", "Dense", {"units": 7}])
    assert form(edit, "preview", step) == {"shape": "(None, 7)"}
    assert edit.steps == []


def test_what_is_usual_after_a_tensor_comes_first(edit):
    edit.do("input", (7,), dtype="int32", name="words")

    first = {
        key: [row["kind"] for row in form(edit, "menu", f"{key}[0]")][:3]
        for key in ("parts", "flat", "words")
    }

    assert first["parts"] == ["Conv2D", "MaxPooling2D", "GlobalAveragePooling2D"]
    assert first["flat"] == ["Dense", "Dropout", "Activation"]
    assert first["words"][0] == "Embedding"
    assert form(edit, "menu", "parts[0]")[20]["kind"] != "Embedding"


def test_a_picture_has_more_words_or_fewer_or_as_many_as_fit(edit):
    fit, choices, _ = edit.facts["choices"]["0 calls"]
    whole = edit.pictures["0 calls"]

    edit.show(choice=choices[-1])
    assert edit.facts["choices"]["0 calls"][0] == choices[-1] != fit
    assert len(edit.pictures["0 calls"]) < len(whole)
    edit.show(choice="")

    assert edit.pictures["0 calls"] == whole


def test_the_question_before_a_step_is_about_the_shape_that_comes_of_it(edit):
    asked = form(edit, "question", json.dumps(["set", "parts", {"kernel_size": 5}]))
    padded = form(edit, "question", json.dumps(["set", "parts", {"padding": "valid"}]))
    fails = form(edit, "question", json.dumps(["connect", "strokes", "pool", {"how": "Add"}]))

    assert asked["answer"] == "(None, 8, 8, 12)" and padded["answer"] == "(None, 6, 6, 12)"
    assert padded["answer"] in padded["options"] and len({*padded["options"]}) > 2
    assert fails == {} and edit.steps == []


def test_every_layer_of_the_menu_has_a_form_and_explains_its_arguments(edit):
    for row in form(edit, "menu", "strokes[0]"):
        fields = form(edit, "kind", row["kind"])
        assert row["told"]
        assert all(field["told"] for field in fields), row["kind"]


def test_what_the_page_shows_of_the_draft_is_what_the_engine_infers(edit):
    edit.do("set", "parts", padding="valid").do("connect", "image", "digit", how="Concatenate")
    edit.go(1)

    shapes = {call["key"]: call["shape"] for call in edit.facts["states"]["1"]["calls"]}

    again = {node.key: str(tuple(node.output_tensors[0].shape)) for node in edit.model.graph.nodes}
    assert shapes == again


def test_a_new_model_begins_with_an_input():
    edit = funclab.edit()
    assert edit.model is None and edit.code == ""
    assert "add an Input" in str(edit.error)

    edit.do("input", (8,), name="x").do("insert", "x", "Dense", units=3)

    assert edit.model.output_shape == (None, 3)
    assert eval(edit.line(), {"funclab": funclab}).code == edit.code


def test_allow_and_most_limit_what_may_be_done():
    edit = funclab.edit(reader(), allow=("delete",), most=1, goal="Leave out the pooling.")

    with pytest.raises(FunclabError, match="not among what may be done"):
        edit.do("set", "body", units=3)
    edit.do("delete", "pool")
    with pytest.raises(FunclabError, match="All 1 steps"):
        edit.do("delete", "flat")
    assert edit.facts["goal"] == "Leave out the pooling."


def test_after_many_steps_one_goes_back_to_models_as_they_were_also_to_one_that_fails():
    model = models.twice()
    model.compile("sgd", "mse")
    edit = funclab.edit(model)
    edit.do("set", "shared", units=3)
    fails = edit.text
    for units in range(3, 30):
        edit.do("set", "out", units=units)
    edit.undo()

    assert edit.go(1).text == fails
    assert edit.go(0).model.compiled


def test_a_saved_view_has_the_last_steps_and_is_small():
    edit = funclab.edit(gallery.unet())
    for units in range(2, 32):
        edit.do("set", "up1_a", filters=units)

    assert len(edit.facts["states"]) <= 20
    assert {name.split()[0] for name in edit.pictures} == {*edit.facts["states"]}
    assert {"0", "30"} <= {*edit.facts["states"]}
    assert len(edit._held()) < 300_000


def test_a_page_is_saved_with_its_steps_and_the_code_as_a_file(edit, tmp_path):
    edit.do("delete", "pool").do("set", "body", units=8)

    assert "set" in edit.save(tmp_path / "edit.html").read_text(encoding="utf-8")
    assert edit.save(tmp_path / "model.py").read_text() == f"{edit.code}\n"
    assert edit.save(tmp_path / "model.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_the_code_is_put_into_the_next_cell():
    program = """
from IPython.core.interactiveshell import InteractiveShell
import funclab
edit = funclab.edit().do("input", 4).do("insert", "input_layer", "Dense", units=2)
try:
    edit.to_cell()
except ValueError as error:
    print(error.what)
shell = InteractiveShell.instance()
edit.to_cell()
print(shell.rl_next_input == edit.code)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout == "There is no notebook here to put the code into.\nTrue\n", done.stderr


def test_the_line_that_takes_the_model_names_the_view_or_the_result_that_it_is(edit, monkeypatch):
    main = sys.modules["__main__"]
    results = {3: reader(), 7: edit}
    monkeypatch.setattr(main, "Out", results, raising=False)
    assert edit.do("delete", "pool").facts["written"] == "Out[7]"

    monkeypatch.setattr(main, "changed", edit, raising=False)
    assert edit.undo().facts["written"] == "changed"


def test_the_still_picture_and_the_text_say_what_fails(edit):
    edit.do("connect", "strokes", "pool", how="Add")

    svg, text = edit.svg(), edit.text

    for words in ("add", "Why: lengths 8 and 12", "layers.Add()([parts, strokes])"):
        assert words in text and words in svg.replace("&quot;", '"')


@pytest.mark.parametrize("given", [3, "model", layers.Dense(3)])
def test_what_has_no_graph_is_refused(given):
    with pytest.raises(TensorTypeError, match="has no graph"):
        funclab.edit(given)


@pytest.mark.parametrize(
    "settings",
    [{"position": 3}, {"position": "a"}, {"face": "x"}, {"allow": ("x",)}, {"steps": [["x"]]},
     {"steps": [["delete", "image"]]}],
)  # fmt: skip
def test_settings_that_mean_nothing_are_refused(settings):
    with pytest.raises(ArgumentError):
        funclab.edit(reader(), **settings)


BUILT = {
    "perceptron": (
        models.perceptron,
        [["input", [784]], ["insert", "input_layer", "Dense", {"units": 64, "activation": "relu"}],
         ["duplicate", "dense"],
         ["insert", "dense_1", "Dense", {"units": 10, "activation": "softmax"}]],
    ),
    "residual": (
        models.residual,
        [["input", [64]], ["insert", "input_layer", "Dense", {"units": 64, "activation": "relu"}],
         ["insert", "dense", "Dense", {"units": 64}],
         ["insert", "dense_1", "Identity"], ["connect", "input_layer", "identity"],
         ["delete", "identity"]],
    ),
    "autoencoder": (
        lambda: autoencoder(),
        [["input", [784], {"name": "image"}],
         ["insert", "image", "Dense", {"units": 32, "activation": "relu", "name": "code"}],
         ["insert", "code", "Dense", {"units": 784, "activation": "sigmoid", "name": "again"}]],
    ),
    "siamese": (
        gallery.siamese,
        [["input", [28, 26], {"name": "tweet_a"}], ["input", [28, 26], {"name": "tweet_b"}],
         ["insert", "tweet_a", "LSTM", {"units": 16}], ["insert", "tweet_b", "LSTM", {"units": 16}],
         ["share", "lstm_1", "lstm[0]"],
         ["insert", "lstm[0]", "Dense", {"units": 1, "activation": "sigmoid"}],
         ["connect", "lstm[1]", "dense", {"how": "Concatenate"}]],
    ),
    "inception": (
        gallery.inception,
        [["input", [32, 32, 3], {"name": "image"}],
         *(["insert", "image", "Conv2D", {"filters": 16, "kernel_size": 1, "padding": "same",
                                         "activation": "relu", "before": []}] for _ in range(3)),
         ["insert", "conv2d", "Conv2D", {"filters": 16, "kernel_size": 3, "padding": "same",
                                         "activation": "relu"}],
         ["insert", "conv2d_1", "Conv2D", {"filters": 16, "kernel_size": 5, "padding": "same",
                                           "activation": "relu"}],
         ["insert", "image", "MaxPooling2D", {"pool_size": 3, "strides": 1, "padding": "same",
                                              "before": []}],
         ["insert", "max_pooling2d", "Conv2D", {"filters": 16, "kernel_size": 1, "padding": "same",
                                                "activation": "relu"}],
         ["insert", "conv2d_2", "GlobalAveragePooling2D"],
         ["connect", "conv2d_3", "global_average_pooling2d", {"how": "Concatenate"}],
         ["connect", "conv2d_4", "concatenate"], ["connect", "conv2d_5", "concatenate"],
         ["insert", "global_average_pooling2d", "Dense", {"units": 10, "activation": "softmax"}]],
    ),
    "u-net": (gallery.unet, [["input", [32, 32, 1], {"name": "image"}], *(
        ["insert", after, "Conv2D", {"filters": n, "kernel_size": 3, "padding": "same",
                                     "activation": "relu", "name": name}]
        for after, n, name in (("image", 8, "down1_a"), ("down1_a", 8, "down1_b"))),
        ["insert", "down1_b", "MaxPooling2D"], *(
        ["insert", after, "Conv2D", {"filters": n, "kernel_size": 3, "padding": "same",
                                     "activation": "relu", "name": name}]
        for after, n, name in (("max_pooling2d", 16, "down2_a"), ("down2_a", 16, "down2_b"))),
        ["insert", "down2_b", "MaxPooling2D"], *(
        ["insert", after, "Conv2D", {"filters": n, "kernel_size": 3, "padding": "same",
                                     "activation": "relu", "name": name}]
        for after, n, name in (("max_pooling2d_1", 32, "down3_a"), ("down3_a", 32, "down3_b"))),
        ["insert", "down3_b", "MaxPooling2D"], *(
        ["insert", after, "Conv2D", {"filters": n, "kernel_size": 3, "padding": "same",
                                     "activation": "relu", "name": name}]
        for after, n, name in (("max_pooling2d_2", 64, "bottom_a"), ("bottom_a", 64, "bottom_b"))),
        *(step for i, n, below in ((3, 32, "bottom_b"), (2, 16, "up3_b"), (1, 8, "up2_b"))
          for step in (
              ["insert", below, "UpSampling2D"],
              *(["insert", after, "Conv2D", {"filters": n, "kernel_size": 3, "padding": "same",
                                             "activation": "relu", "name": f"up{i}_{part}"}]
                for after, part in ((f"up_sampling2d{f'_{3 - i}' * (i < 3)}", "a"),
                                    (f"up{i}_a", "b"))),
              ["connect", f"down{i}_b", f"up{i}_a", {"how": "Concatenate"}])),
        ["insert", "up1_b", "Conv2D", {"filters": 1, "kernel_size": 1, "activation": "sigmoid",
                                       "name": "mask"}]]),
    "two towers": (
        lambda: towers(),
        [["input", [10], {"name": "user"}], ["input", [20], {"name": "item"}],
         ["insert", "user", "Dense", {"units": 8, "name": "left"}],
         ["insert", "item", "Dense", {"units": 8, "name": "right"}],
         ["insert", "left", "Dense", {"units": 1, "activation": "sigmoid", "name": "like"}],
         ["connect", "right", "like", {"how": "Multiply"}]],
    ),
}  # fmt: skip
"""Models of the gallery, and the steps that build them from nothing."""


def autoencoder():
    x = Input((784,), name="image")
    y = layers.Dense(784, activation="sigmoid", name="again")(
        layers.Dense(32, activation="relu", name="code")(x)
    )
    return Model(x, y, name="autoencoder")


def towers():
    user, item = Input((10,), name="user"), Input((20,), name="item")
    both = layers.Multiply()(
        [layers.Dense(8, name="left")(user), layers.Dense(8, name="right")(item)]
    )
    return Model([user, item], layers.Dense(1, activation="sigmoid", name="like")(both))


@pytest.mark.parametrize("name", BUILT)
def test_models_of_the_gallery_are_built_from_nothing(name):
    make, steps = BUILT[name]
    edit = funclab.edit(steps=steps)

    if name == "residual":  # an Identity is where the two meet; the sum takes its place
        assert edit.model.layers[-1].__class__.__name__ == "Add"
    verdict = funclab.teach.same_graph(edit.model, make())
    assert verdict, verdict.reasons


@pytest.mark.parametrize("make", [lambda: gallery.transformer(2), gallery.vqa])
def test_models_of_ops_and_models_inside_are_built_from_nothing_in_the_code(make):
    edit = funclab.edit().do("code", str(funclab.to_code(make(), names=False)))

    verdict = funclab.teach.same_graph(edit.model, make())
    assert verdict, verdict.reasons
