"""The view of slow motion: its length, its state, what travels to the page, its static picture."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from html import unescape

import numpy as np
import pytest

from funclab import Input, utils
from funclab.errors import ArgumentError
from funclab.layers import LSTM, Dense, Embedding, TextVectorization, concatenate
from funclab.models import Model
from funclab.teach.scenes import SCENES, scene
from funclab.view.notebook.export import export_html
from funclab.view.trace.stills import MOST, PROJECTOR, USUAL, spine
from funclab.view.trace.view import trace
from tests.view import models

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Y = np.ones((8, 1), "float32")


def twice() -> Model:
    utils.set_random_seed(5)
    model = models.twice(1)
    model.compile("adam", "mse")
    return model


def chain(length: int) -> Model:
    """Dense layers in a row: dense_0, dense_1 ..."""
    x = h = Input((4,), name="x")
    for number in range(length):
        h = Dense(4, name=f"dense_{number}")(h)
    model = Model(x, h, name="long")
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(("look", "most"), [(None, USUAL), ("projector", PROJECTOR)])
def test_a_walk_of_a_long_model_is_short_enough_to_follow(look, most):
    view = trace(chain(150), X, np.ones((8, 4)), look=look)

    shown = spine(view.stills)
    assert len(shown) <= most
    assert len(view.stills) <= MOST + most
    phases = {view.stills[i].phase for i in shown if view.stills[i].kind == "fold"}
    assert phases == {"forward", "backward", "update"}


def test_each_step_at_a_node_is_marked_at_its_box_or_at_the_block_around_it():
    view = trace(chain(30), X, np.ones((8, 4)), look="projector")

    keys = set(re.findall(r'data-key="([^"]+)"', view.pictures["graph"]))
    holders = view.facts["holders"]
    assert set(holders.values()) <= keys
    for still in view.stills:
        if still.key:
            assert any(key in keys or holders.get(key) in keys for key in still.anchors)


def test_a_fold_holds_its_steps_layer_by_layer_and_says_which():
    model = chain(8)

    view = trace(model, X, np.ones((8, 4)), most_steps=24)

    at = view.find("fold", "all of dense_0")
    fold, kernel, bias = view.stills[at : at + 3]
    assert (fold.fold, fold.phase, kernel.kind, bias.kind) == (2, "update", "update", "update")
    assert fold.words == (
        "2 update steps are folded here, all of dense_0. Press o to step through them."
    )
    unfolded = trace(model, X, np.ones((8, 4)), most_steps=200).stills
    assert [still.words for still in unfolded] == [
        still.words for still in view.stills if still.kind != "fold"
    ]


def test_a_step_knows_the_edges_it_is_about_also_into_a_nested_model():
    x, h = Input((4,), name="x"), Input((4,), name="h")
    inner = Model(h, Dense(4, name="code")(h), name="inner")
    model = Model(x, Dense(1, name="last")(inner(x)), name="outer")
    model.compile("sgd", "mse")

    view = trace(model, X, Y)

    forward, back = (view.stills[view.find(kind, "last[0]")] for kind in ("forward", "vjp"))
    assert forward.flows == [("tensor inner[1:0]", "last[0]")]
    assert back.flows == [("last[0]", "tensor last[0:0]"), *forward.flows]
    into = view.stills[view.find("forward", "inner[1]/code[0]")].flows
    assert into == [("inner[1]/tensor h[0:0]", "inner[1]/code[0]"), ("tensor x[0:0]", "inner[1]")]
    within = ("inner[1]/code[0]", "inner[1]/tensor code[0:0]")
    assert view.stills[view.find("vjp", "inner[1]/code[0]")].flows == [within]


def test_gradients_arrive_only_along_the_outputs_that_something_reads():
    x = Input((5, 4), name="x")
    first, *_ = LSTM(2, return_state=True, name="reader")(x)
    model = Model(x, Dense(1)(first))
    model.compile("sgd", "mse")

    view = trace(model, np.zeros((2, 5, 4), "float32"), np.ones((2, 1)))

    assert view.stills[view.find("vjp", "reader[0]")].flows == [("reader[0]", "tensor reader[0:0]")]


@pytest.mark.parametrize("shape", [(), (1,), (3,)])
def test_text_of_any_shape_goes_through_slow_motion_and_its_table_is_told_by_name(shape):
    words = Input(shape, dtype="string")
    known = TextVectorization(vocabulary=["a"], output_mode="multi_hot", split=None, name="known")
    counts = known(words)

    view = trace(Model(words, counts), np.full((2, *shape), "a", object))

    assert "table=known)" in " ".join(view.stills[1].lines)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"most_steps": 3}, "expected 12 to 400 steps: .* Received: most_steps=3"),
        ({"most_steps": MOST + 1}, f"most_steps={MOST + 1}"),
        ({"training": False}, "with targets, training is always on"),
        ({"step": 99}, "expected one of the steps 0 to .* Received: step=99"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(settings, words):
    with pytest.raises(ArgumentError, match=words):
        trace(twice(), X, Y, **settings)


def test_a_model_that_hands_its_input_on_has_one_step():
    x = Input((2,), name="x")
    view = trace(Model(x, x), np.ones((1, 2)))

    view.show(filter=0)

    assert [still.kind for still in view.stills] == ["input"]


def test_a_step_that_there_is_not_is_refused_with_the_kinds_that_there_are():
    with pytest.raises(ArgumentError, match="no step 'statistic' of 'out'") as caught:
        trace(twice(), X, Y).find("statistic", "out")

    assert "kinds input, forward, loss, seed, loss_back, vjp, add_into, update." in caught.value.why


def test_the_line_of_a_view_brings_it_back():
    model = twice()
    view = trace(model, X, Y, most_steps=40)
    view.show(step=5)

    again = eval(view.line(), {"funclab": Names, "twice": model, "X": X, "Y": Y})

    assert view.line() == "funclab.trace(twice, X, Y, most_steps=40, step=5)"
    assert again.state == view.state


class Names:
    trace = staticmethod(trace)


def guide_model():
    x = Input((784,), name="digits")
    h = Dense(64, activation="relu")(Dense(64, activation="relu")(x))
    model = Model(x, Dense(10, activation="softmax", name="predictions")(h), name="mnist")
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    return model, np.random.default_rng(0).random((32, 784), "float32"), np.arange(32) % 10


def headline_model():
    words, extra = Input((100,), dtype="int32", name="words"), Input((5,), name="extra")
    code = LSTM(32)(Embedding(10000, 512)(words))
    h = concatenate([code, extra])
    for _ in range(3):
        h = Dense(64, activation="relu")(h)
    outputs = [Dense(1, activation="sigmoid", name=name)(end) for name, end in zip("ab", (h, code))]
    model = Model([words, extra], outputs, name="headline")
    model.compile("rmsprop", "binary_crossentropy", loss_weights=[1.0, 0.2])
    random = np.random.default_rng(0)
    data = [random.integers(1, 10000, (32, 100)), random.random((32, 5))]
    return model, data, [random.integers(0, 2, (32, 1)) for _ in "ab"]


@pytest.mark.parametrize("make", [guide_model, headline_model])
def test_what_a_notebook_stores_of_a_slow_motion_is_small(make):
    view = trace(*make())

    assert len(json.dumps({name: getattr(view, name) for name in view.page_traits()})) <= 300_000


def test_pictures_beyond_what_is_stored_travel_when_they_are_shown_and_all_are_in_a_page():
    x = h = Input((200,), name="x")
    for _ in range(10):
        h = Dense(200)(h)
    model = Model(x, h, name="wide")
    model.compile("adam", "mse")
    view = trace(model, np.ones((2, 200)), np.ones((2, 200)))
    wanted = {str(picture["frame"]) for step in view.facts["steps"] for picture in step["pictures"]}
    missing = sorted(wanted - set(view.facts["frames"]), key=int)

    answer, *none = (
        view.answer_to({"ask": "frames", "key": key}) for key in (int(missing[0]), -1, 10_000)
    )
    stored = set(view.facts["frames"])
    page = export_html(view)

    assert answer["value"]["svg"].startswith("<svg")
    assert none == [None, None]
    assert page.count('"svg": ') == len(wanted) > len(stored)
    assert set(view.facts["frames"]) == stored


def test_a_picture_that_several_steps_show_is_stored_once():
    view = trace(twice(), X, Y)
    shown = [p["frame"] for step in view.facts["steps"] for p in step["pictures"]]

    svgs = [frame["svg"] + frame["name"] for frame in view.facts["frames"].values()]

    assert len(shown) > len(view.facts["frames"])
    assert len(set(svgs)) == len(svgs)


def test_the_static_picture_tells_the_story_and_is_well_formed():
    view = trace(twice(), X, Y)

    svg = view.svg()

    root = ElementTree.fromstring(svg)
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    for words in ("Forward ↓ data", "Backward ↑ gradients", "Update"):
        assert words in texts
    told = " ".join(filter(None, texts))
    assert all(still.words in told for still in view.stills)
    assert "shared weights" in texts
    assert "(None, 1)" in texts
    assert "NaN" not in svg
    table = unescape(view.picture().table)
    for still in view.stills:
        for _, frame in still.pictures:
            assert frame.spoken in table


def test_the_static_picture_marks_the_present_step_and_tells_it_in_words():
    view = trace(twice(), X, Y)
    sum_of_kernel = view.find("add_into", "shared/kernel")

    view.show(step=sum_of_kernel)

    svg = view.svg()
    shown = spine(view.stills).index(sum_of_kernel) + 1
    assert f"Step {shown} of {len(view.stills)}, marked in the graph" in svg
    assert "+ added here" in svg
    assert "2 gradients meet there" in svg.split("</desc>")[1]


def questions_of(view):
    return {still.key: still.question for still in view.stills if still.question}


def test_the_next_shape_is_asked_for_beside_shapes_that_learners_believe_in():
    x = Input((12, 8), name="x")
    model = Model(x, LSTM(6, name="lstm")(x), name="m")

    asked = questions_of(trace(model, np.ones((4, 12, 8), "float32")))["lstm[0]"]

    assert asked["prompt"].startswith("lstm[0] (LSTM 6")
    assert asked["answer"] == "(batch 4, 6)"
    assert "(batch 4, 12, 6)" in asked["options"]
    assert "units = 6" in asked["explain"]


def test_what_becomes_of_a_mask_has_three_different_answers_in_one_model():
    asked = questions_of(scene("mask"))

    answers = {key: asked[key]["answer"] for key in ("each[0]", "average[0]", "largest[0]")}
    assert answers == {
        "each[0]": "it is passed on",
        "average[0]": "it is used here, and ends",
        "largest[0]": "it is lost here, unused",
    }


def test_a_frozen_layer_is_asked_about_on_the_way_back_and_at_the_update():
    view = scene("frozen")

    asked = {q["id"].split()[0]: q for q in (still.question for still in view.stills) if q}

    assert asked["frozen"]["answer"] == "to its input, not to its weights"
    assert asked["moves"]["answer"] == "all but base/kernel"
    assert "all of them" in asked["moves"]["options"]
    assert "held" not in asked


def test_no_prompt_gives_its_answer_away():
    for name in SCENES:
        for still in scene(name).stills:
            if still.question and not still.question["id"].startswith("sum "):
                answer = re.escape(still.question["answer"])
                assert not re.search(rf"(?<!\w){answer}(?!\w)", still.question["prompt"])


def test_every_question_has_its_answer_among_the_options_and_names_no_other():
    view = trace(twice(), X, Y)

    questions = [still.question for still in view.stills if still.question]

    assert len({question["id"] for question in questions}) == len(questions) > 1
    for question in questions:
        assert question["answer"] in question["options"]
        assert 2 <= len(question["options"]) <= 9


def outlines(svg: str) -> int:
    """How many numbers are outlined in a picture."""
    return len(re.findall(r'class="s-ink" fill="none" stroke="[^"]*" stroke-width="2.2"', svg))


@pytest.mark.parametrize("look", ["light", "dark", "print"])
def test_the_number_that_a_sum_tells_of_is_outlined_in_its_parts_and_in_the_sum(look):
    view = trace(twice(), X, Y, look=look)
    still = view.stills[view.find("add_into", "shared/kernel")]

    marks = [frame.mark for _, frame in still.pictures]
    numbers = [frame.numbers.reshape(-1)[frame.mark] for _, frame in still.pictures]
    view.show(step=view.stills.index(still))

    assert len(set(marks)) == 1
    np.testing.assert_allclose(numbers, still.about["numbers"], rtol=0.01)
    assert outlines(view.svg()) == 3
    assert "Outlined: the position" in view.svg()


def test_an_update_is_about_the_position_that_the_sum_before_was_about():
    view = trace(twice(), X, Y)
    kinds = ("add_into", "update")
    added, moved = (view.stills[view.find(kind, "shared/kernel")] for kind in kinds)

    assert len({frame.mark for _, frame in [*added.pictures, *moved.pictures]}) == 1
    assert "at the outlined position" in moved.words
    assert "running mean of the gradients" in moved.words


def test_a_still_picture_that_leaves_steps_out_says_how_many():
    svg = trace(chain(12), X).svg()

    drawn = svg.split("</desc>")[1]
    assert ">and 1 more.<" in drawn
    assert "dense_10[0]" in drawn and "reads dense_10[0:0]" not in drawn


def test_the_still_picture_says_what_an_optimizer_s_step_is():
    model = twice()

    drawn, plain = (trace(model, X, Y, optimizer=name).svg() for name in (None, "sgd"))

    assert drawn.split("</desc>")[1].count(">The step of adam is the running mean of the grad") == 1
    assert "The step of" not in plain


def test_the_legend_speaks_of_crosses_only_where_there_are_some():
    model, odd = twice(), X.copy()
    odd[0, 1] = np.nan

    assert "Crossed or struck out" not in trace(model, X).svg()
    assert "Crossed or struck out" in trace(model, odd).svg()


def test_what_stands_before_an_activation_is_explained():
    x = Input((4,), name="x")
    model = Model(x, Dense(3, activation="softmax", name="out")(x), name="m")
    model.compile("sgd", "sparse_categorical_crossentropy")

    view = trace(model, X, np.arange(8) % 3)

    words = view.stills[view.find("loss_back")].words
    assert "out[0:0] before softmax" in words
    assert "“Before” an activation means its input" in words
    assert "“Before” an activation" in view.svg().split("</desc>")[1]
