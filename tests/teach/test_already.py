"""What is said to be right in an answer that is not, and which line is shown."""

from __future__ import annotations

import pytest

from funclab.teach.already import lines_of_graph
from funclab.teach.checking import check, check_lines
from tests.teach.tries import tries


def verdict_on(exercise, lines):
    names = next(one for one in tries() if one.exercise == exercise).names
    return check_lines(exercise, lines, names).verdict


TWINS = """
eye = Dense(32, activation="relu", name="eye")
gap = eye(left) - eye(right)
model = Model([left, right], Dense(1, activation="sigmoid")(gap))
"""
STEM = """
h = Dense(32, activation="relu", name="hidden")(pixels)
"""


def test_the_start_and_the_shared_layer_of_twins_are_right_although_the_comparison_is_not():
    already = verdict_on("5C", TWINS).already

    assert "starts at left and right" in already
    assert "its output has the right shape: (None, 1)" in already


def test_a_layer_that_only_looks_like_one_of_the_lesson_is_not_called_right():
    new = verdict_on("1B", 'eye = Model(pixels, Dense(32, activation="relu")(h1))')
    last = verdict_on("1B", "eye = Model(pixels, digit)")

    assert new.already == ["starts at pixels"]
    assert last.already == ["starts at pixels", "makes no new weights"]


def test_an_input_of_the_same_shape_is_not_the_lesson_s():
    verdict = verdict_on("1B", 'p = Input((64,))\neye = Model(p, reader.get_layer("hidden_1")(p))')

    assert not any(said.startswith("starts at") for said in verdict.already)


def test_nothing_is_called_right_without_a_model_or_without_lines():
    names = next(one for one in tries() if one.exercise == "1B").names

    assert verdict_on("1B", "eye = pixels").already == []
    assert check("1B", names["reader"], names=names).verdict.already == []


def test_a_verdict_says_first_what_is_right_also_as_text_and_on_a_still_page():
    names = next(one for one in tries() if one.exercise == "1B").names
    view = check_lines("1B", "eye = Model(pixels, digit)", names)

    lines = repr(view).splitlines()
    assert lines[:3] == ["1B: not yet.", "  ✓ starts at pixels", "  ✓ makes no new weights"]
    assert lines[3].startswith("  ✕ eye ends at") and lines[4].startswith("  Not kept")
    svg = view.svg()
    assert svg.index("✓ starts at pixels") < svg.index("✕ eye ends at")


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("eye = Model(pixels, digit)", "eye = Model(pixels, digit)"),
        ('mine = Dense(32, name="mine")(h1)\neye = Model(pixels, mine)',
         'mine = Dense(32, name="mine")(h1)'),
        ("x = 1\neye = Model(pixels, undefined)", "eye = Model(pixels, undefined)"),
        ("x = 1\neye = Model(pixels, digit)", ""),
        ("eye = Model(\n    pixels, digit)", "eye = Model( …"),
    ],
)  # fmt: skip
def test_the_line_of_a_mistake_is_shown_if_it_is_known(lines, line):
    assert verdict_on("1B", lines).line == line


OTHER_EYE = """
a = Dense(32, activation="relu", name="eye")(left)
b = Dense(32, activation="relu", name="other_eye")(right)
model = Model([left, right], Dense(1, activation="sigmoid")((a - b) ** 2))
"""
CALLS = """
a = Dense(8, name="a")(day)
b = Dense(2, name="b")(day)
c = concatenate([a, b], name="c")
d = Flatten(name="d")(c)
e = Dense(1, name="e")(d)
guess = [((None, 24, 8), 40), ((None, 24, 2), 10), ((None, 48, 10), 0), ((None, 480), 0), 7]
"""


@pytest.mark.parametrize(
    ("exercise", "lines", "line"),
    [
        ("5A", OTHER_EYE, 'b = Dense(32, activation="relu", name="other_eye")(right)'),
        ("2A", CALLS, CALLS.splitlines()[-1]),
    ],
)
def test_the_line_is_that_of_the_other_layer_and_in_a_prediction_that_of_the_answer(
    exercise, lines, line
):
    assert verdict_on(exercise, lines).line == line


def test_lines_that_set_the_answer_to_none_are_told_so():
    made = "model = Model(pixels, Dense(10, activation='softmax')(pixels)).summary()"

    assert verdict_on("1C", made).says.startswith("Your lines set model to None")
    assert verdict_on("1C", "rule = None").says.startswith("Your lines do not define model")


def test_a_model_that_stops_on_the_data_of_the_check_is_told_why():
    small = """
hour = Input((5,), name="hour")
both = concatenate([LSTM(16)(Embedding(10, 16)(words)), hour])
model = Model([words, hour], Dense(1, activation="sigmoid")(Dense(16)(both)))
"""

    assert "is not in [0, 10)" in verdict_on("8D", small).says


def test_the_lines_of_a_solution_that_train_are_left_out():
    code = (
        "model = new()\nmodel.compile('sgd')\nfirst = model.fit(x, y)\nscore = model.evaluate(x, y)"
    )

    assert lines_of_graph(code) == "model = new()"


def test_a_model_is_not_called_equal_to_one_that_was_given_its_new_weights():
    names = next(one for one in tries() if one.exercise == "14C").names
    names["twins"].get_weights()  # as after training, it has some
    lines = (
        "model = models.model_from_json(twins.to_json())\ntwins.set_weights(model.get_weights())"
    )

    says = check_lines("14C", lines, names).verdict.says
    assert says.startswith("Your lines have changed the weights of `twins` itself.")
    assert check_lines("14C", lines.replace("twins.set", "model.set").replace(
        "(model.", "(twins."), names).verdict.right  # fmt: skip
