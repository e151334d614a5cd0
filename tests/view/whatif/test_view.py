"""The view in Python: its state, its line, what it stores, what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

import funclab
from funclab import Input, Model, initializers, layers
from funclab.datasets import headlines, penguins
from funclab.errors import ArgumentError, DataError, GraphError
from funclab.view.draw.sentences import texts
from funclab.view.learned.packed import unpacked
from funclab.view.whatif.study import key_of
from funclab.view.whatif.view import STORED, whatif
from tests.view.counted import STROKES, strokes
from tests.view.whatif.models import editor, reader, trio, untrained_reader, waves

WRONG = ("0,false,[64,1],0", '0,false,["a",1],0', "-1,false,[],0", "0,false,[],99")
FORBIDDEN = ("because", "looks for", "understand", "important")


def test_function_method_and_magic_are_one():
    model, x, y = reader()

    assert funclab.whatif is whatif
    assert model.whatif(x, y).title == "What if? · reader"


def test_it_begins_with_the_surest_mistake_and_stores_what_it_shows():
    model, x, y = reader()
    view = whatif(model, x, y)
    p = model.predict(x, verbose=0)
    wrong = np.flatnonzero(p.argmax(1) != y)
    surest = wrong[np.argsort(p[wrong, y[wrong]], kind="stable")][:6]  # the largest losses

    assert view.state["sample"] == surest[5]
    assert view.strip[6:] == surest.tolist()
    told = view.facts["sample"][str(surest[5])]
    assert told["answers"] == pytest.approx(p[surest[5]].tolist(), abs=1e-5)
    assert told["truths"] == [y[surest[5]]]
    assert unpacked(told["values"]) == pytest.approx(x[surest[5]].reshape(-1), abs=1e-6)


def test_stored_maps_are_those_of_the_present_answer():
    model, x, y = reader()
    view = whatif(model, x, y, sample=368)
    key = key_of(368, False, [], 5)

    stored = view.facts["maps"][key]

    for name, wanted in view.maps.items():
        top = stored[name]["top"]
        assert unpacked(stored[name]).reshape(8, 8) == pytest.approx(wanted, abs=top / 250 + 1e-9)
    assert stored["sum"][0] == pytest.approx(view.maps["share"].sum(), abs=1e-4)


def test_maps_that_take_long_are_computed_piece_by_piece_and_are_those_of_one_go(monkeypatch):
    monkeypatch.setattr("funclab.view.whatif.view.PIECE", 0)
    model, x, y = reader()
    view, key = whatif(model, x, y, face="change"), key_of(3, False, [], 1)

    done = []
    while (reply := view.answer_to({"ask": "maps", "key": key})) and "more" in reply["value"]:
        done.append(reply["value"]["more"])
        assert key not in view.facts["maps"]

    assert done == sorted({*done}) and len(done) > 4 and done[-1] <= 1
    whole = whatif(model, x, y, sample=3, of="1")
    assert view.facts["maps"][key] == whole.facts["maps"][key]


def test_the_line_brings_the_state_back():
    model, x, y = reader()
    view = whatif(model, x, y, sample=368, of="9", face="share", at=13, changes=[13, 1.0])

    again = eval(view.line(), {"funclab": funclab, "reader": model, "x": x, "y": y})

    assert again.state == view.state
    assert np.array_equal(again.sample, view.sample)


def test_the_changed_sample_is_what_the_model_takes():
    model, x, y = reader()
    view = whatif(model, x, y, sample=368, changes=[13, 1.0])
    other = x[368:369].copy()
    other[0, 1, 5] = 1

    assert np.array_equal(view.sample, other)
    p = model.predict(view.sample, verbose=0)[0]
    assert view.facts["answer"][key_of(368, False, [13, 1.0])] == pytest.approx(
        p.tolist(), abs=1e-5
    )
    assert f"read as {p.argmax()}" in view.text


@pytest.mark.parametrize("made", [reader, trio, editor, waves])
def test_a_page_without_a_kernel_has_the_maps_of_every_sample_in_the_strip(made):
    model, x, y = made()
    view = whatif(model, x, y)

    facts = view.complete()["facts"]

    assert {json.loads(key)[0] for key in facts["maps"]} >= set(view.strip)
    assert len(json.dumps(facts)) < 300_000 and view.status["size"] <= STORED
    assert facts["trust"]["samples"] and not facts["trust"]["more"]
    assert {json.loads(key)[0] for key in facts["smallest"]} >= set(view.strip)


def test_curves_of_a_table_are_stored_for_each_feature():
    model, x, y = trio()
    view = whatif(model, x, y)

    curves = view.complete()["facts"]["curves"]

    assert set(curves) >= set(map(str, view.strip))
    assert [curves[str(view.strip[0])][str(cell)]["shape"] for cell in range(4)] == [
        [33, 5], [33, 5], [33, 5], [3, 5],
    ]  # fmt: skip


def test_names_of_features_words_and_classes_are_used():
    model, x, y = trio()
    names = {"measures": penguins.MEASURES, "island": penguins.ISLANDS}
    birds = whatif(model, x, y, features=names, labels={"species": penguins.SPECIES})
    model, x, y = editor()
    news = whatif(model, x, y, tokens=headlines.WORDS, features={"hour": headlines.HOURS})

    assert birds.facts["parts"][0]["names"] == list(penguins.MEASURES)
    assert [target["label"] for target in birds.facts["targets"]] == [
        *penguins.SPECIES,
        "sex",
        "mass",
    ]
    assert news.facts["parts"][0]["names"] == list(headlines.WORDS)
    assert news.facts["parts"][1]["names"] == list(headlines.HOURS)


def test_data_that_say_what_they_are_need_no_names():
    model, x, y = trio()

    view = whatif(model, x, y)

    assert view.facts["parts"][0]["names"] == list(penguins.MEASURES)
    assert view.facts["parts"][1]["names"] == list(penguins.ISLANDS)
    assert view.facts["targets"][2]["label"] == penguins.SPECIES[2]


def test_nothing_is_stored_of_the_data_if_so_wanted():
    model, x, y = reader()
    view = whatif(model, x, y, store=False)

    facts = view.complete()["facts"]

    assert not facts["sample"] and not facts["maps"] and not facts["strip"]
    assert view.told("sample", str(view.strip[0]))["answers"]


def test_captions_have_numbers_of_this_model_and_no_forbidden_word():
    model, x, y = reader()
    view = whatif(model, x, y)
    trust = view.trust
    view._tell_trust(False)
    said = texts("whatif").values()

    for name in ("cover", "slope", "share", "region"):
        assert f"by {trust.erase[name]:.2f} on average" in view.facts["limits"][name]
    assert f"{trust.randomized['share']:.2f}" in view.facts["limits"]["all"]
    assert not [text for text in said for word in FORBIDDEN if word in text.lower()]


def test_an_untrained_model_is_drawn_and_says_so():
    model, x, y = untrained_reader(), reader()[1], reader()[2]

    view = whatif(model, x, y)

    assert all(
        text.startswith("This model is not trained yet") for text in view.facts["limits"].values()
    )


def test_nothing_in_the_model_changes():
    model, x, y = reader()
    weights, state = model.get_weights(), initializers.random_state()
    calls = [len(layer.inbound_nodes) for layer in model.layers]

    view = whatif(model, x, y)
    view.complete()
    view.svg()

    assert all(map(np.array_equal, weights, model.get_weights()))
    assert initializers.random_state() == state
    assert [len(layer.inbound_nodes) for layer in model.layers] == calls


@pytest.mark.parametrize("face", ["all", "change", "cover", "slope", "share", "region"])
@pytest.mark.parametrize("made", [reader, editor])
def test_the_still_picture_has_title_answer_and_caption(made, face):
    model, x, y = made()
    view = whatif(model, x, y, face=face, changes=[1, 1.0])

    svg = view.svg()

    assert view.title in svg and "What this does not show." in svg
    assert len(svg) < 60_000


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sample": 500}, "0 to 499"),
        ({"of": "10"}, "answers are 0, 1"),
        ({"face": "attention"}, "faces are all, change"),
        ({"at": 64}, "0 to 63"),
        ({"changes": [64, 1.0]}, "a cell from 0 to 63"),
        ({"changes": [1]}, "pairs"),
        ({"region": "body[0]"}, "parts"),
    ],
)
def test_wrong_settings_are_answered(settings, said):
    model, x, y = reader()

    with pytest.raises(ArgumentError, match=said):
        whatif(model, x, y, **settings)


def test_it_begins_with_a_wrong_answer_if_there_is_one():
    samples = [whatif(strokes(), STROKES[:n], [0, 1, 0][:n]).state["sample"] for n in (2, 3)]

    assert samples == [0, 2]


def test_what_cannot_be_asked_is_refused_with_a_fix():
    class Own(Model):
        def call(self, x):
            return x

    words = Input((4, 3))
    with pytest.raises(GraphError, match="no graph"):
        whatif(Own(), np.zeros((2, 3)))
    with pytest.raises(ArgumentError, match="1,000"):
        whatif(Model(flat := Input((3,)), layers.Dense(1001)(flat)), np.zeros((2, 3), "float32"))
    both = [Input((1001,)), Input((2, 3, 4, 5))]
    answer = layers.Dense(2)(layers.concatenate([layers.Flatten()(x) for x in both]))
    with pytest.raises(ArgumentError, match=r"shape \(None, 1001\), \(None, 2, 3, 4, 5\)\."):
        whatif(Model(both, answer), [np.zeros((1, *x.shape[1:]), "float32") for x in both])
    with pytest.raises(DataError, match="several answers"):
        whatif(Model(words, layers.Dense(2)(words)), np.zeros((2, 4, 3), "float32"))


def test_of_many_samples_the_first_are_read_and_any_may_be_chosen():
    model, x, _ = reader()
    many = np.concatenate([x] * 20)

    view = whatif(model, many, sample=9999)

    assert (view.facts["read"], view.facts["samples"]) == (500, 10_000)
    assert np.array_equal(view.sample, many[9999:])


def test_rows_with_nan_are_drawn_and_can_be_stored():
    model, x, y = trio()
    x = {name: array.copy() for name, array in x.items()}
    x["measures"][0, 1] = np.nan
    view = whatif(model, x, y, sample=0)

    facts = view.complete()["facts"]

    assert json.loads(json.dumps(facts, allow_nan=False))["sample"]["0"]["answers"] == [None] * 5
    assert "NaN" in view.text and view.svg()


def test_a_message_with_anything_in_it_changes_nothing(caplog):
    model, x, y = reader()
    view = whatif(model, x, y)
    state = dict(view.state)

    for kind in ("maps", "answer", "smallest", "sample", "curves", "trust", "other"):
        for key in (
            "",
            "[1]",
            "[0,false,[64,1],0]",
            '[0,false,["a",1],0]',
            "[-1,false,[],0]",
            "[0,false,[],99]",
            None,
        ):
            view._on_message(view, {"ask": kind, "key": key}, [])

    assert view.state == state
