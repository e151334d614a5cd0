"""Mistakes that the file of a lesson foresees: which of them speaks, and about which call."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from funclab import Input, Model, layers, ops
from funclab.errors import ArgumentError
from funclab.layers import Dense
from funclab.teach import course, use_lesson
from funclab.teach.attempt import Attempt, run
from funclab.teach.catching_up import without_magics
from funclab.teach.checking import base_names, check_lines
from funclab.teach.judging import JUDGES
from funclab.teach.own.conditions import (
    Facts,
    check_condition,
    check_has,
    check_mark,
    has,
    holds,
    marked,
)
from funclab.teach.own.foreseen import judge_by_file
from funclab.teach.records.keeping import tries_of

LESSONS = Path(__file__).with_name("own_lessons")
each = pytest.mark.parametrize
SOFT = "Dense(10, activation='softmax')"
EYE = "e = Dense(32, activation='relu')\n"


@pytest.fixture
def made():
    """What the notebooks of the two lessons make before their exercises, by lesson."""
    found = {}
    with contextlib.chdir(LESSONS):
        for name in ("own", "hive"):
            use_lesson(f"{name}.toml")
            names = base_names({})
            for cell in json.loads(Path(f"{name}.ipynb").read_text())["cells"]:
                if not cell["source"].startswith("%%"):
                    assert run(without_magics(cell["source"]), names).error is None
            found[name] = names
    yield found
    for name in found:
        del course.OWN[name]
    for name in [name for name in JUDGES if name.startswith(("own.", "hive."))]:
        del JUDGES[name]


@each(
    ("exercise", "lines", "mistake"),
    [
        ("C", f"model = Model(pixels, ops.softmax({SOFT}(pixels)))", "softmax_twice"),
        ("C", "out = Dense(10, name='plainly')(pixels)\nmodel = Model(pixels, out)", "no_softmax"),
        ("C", f"q = {SOFT}\nmodel = Model(pixels, q)", "gave_a_layer"),
        ("C", "model = Model(pixels, Dense(9, activation='softmax')(pixels))", "other"),
        (
            "C",
            "a = Dense(10)(pixels)\nmodel = Model(pixels, layers.Activation('softmax')(a))",
            "",
        ),
        (
            "D",
            "x = layers.ReLU()(Dense(7)(Flatten(name='row')(hours)))\n"
            "model = Model(hours, ops.sigmoid(Dense(1)(x)))",
            "",
        ),
        (
            "D",
            "x = Flatten()(Dense(4, activation='relu', name='h')(hours))\n"
            "model = Model(hours, Dense(1, activation='sigmoid')(x))",
            "per_hour",
        ),
        (
            "D",
            "x = Dense(30, activation='relu')(Flatten()(hours))\n"
            "model = Model(hours, Dense(1, activation='sigmoid')(x))",
            "too_wide",
        ),
        (
            "E",
            f"{EYE}d = layers.Subtract()([e(left), e(right)])\n"
            "d = layers.Multiply()([d, d])\n"
            "model = Model([left, right], Dense(1, activation='sigmoid')(d))",
            "",
        ),
        (
            "E",
            f"{EYE}f = Dense(32, activation='relu')\nd = e(left) - f(right)\n"
            "model = Model([left, right], Dense(1, activation='sigmoid')(d * d))",
            "two_layers",
        ),
        (
            "E",
            f"{EYE}c = layers.Concatenate()([e(left), e(right)])\n"
            "model = Model([left, right], ops.sigmoid(Dense(1)(c)))",
            "end_to_end",
        ),
        (  # no right answer of the file: another size
            "E",
            f"{EYE.replace('32', '16')}d = e(left) - e(right)\n"
            "model = Model([left, right], Dense(1, activation='sigmoid')(d ** 2))",
            "other",
        ),
    ],
)
def test_a_mistake_is_recognized_whatever_the_names_and_the_style(made, exercise, lines, mistake):
    view = check_lines(f"own.{exercise}", lines, dict(made["own"]))

    assert tries_of(f"own.{exercise}")[-1] == mistake, view


HELD = "nose.trainable = False\n"


@each(
    ("exercise", "lines", "mistake"),
    [
        ("A", HELD + "model = Model(scent, ops.sigmoid(Dense(1)(code)))", ""),
        ("A", HELD + "model = Model(scent, ops.sigmoid(Dense(1)(Dense(4)(code))))", ""),
        ("A", "model = Model(scent, ops.sigmoid(Dense(1)(code)))", "not_held"),
        (
            "A",
            HELD + "mine = Dense(5, activation='relu')(scent)\n"
            "model = Model(scent, ops.sigmoid(Dense(1)(mine)))",
            "own_nose",
        ),
        ("A", HELD + "model = Model(scent, Dense(1)(layers.ReLU()(code)))", "bent_twice"),
        ("A", HELD + "model = Model(scent, Dense(1)(code))", "no_probability"),
        ("A", HELD + "model = Model(scent, ops.sigmoid(Dense(1)(Dense(9)(code))))", "other"),
        ("B", "n = 35", ""),
        ("B", "n = '30'", "no_bias"),
        ("B", "n = 31", "other"),
        ("C", "model = Model(scent, ops.sigmoid(Dense(1)(Dense(3)(scent))))", ""),
        ("C", "model = Model(scent, ops.sigmoid(Dense(1)(Dense(30)(scent))))", "too_wide"),
        ("C", "model = Model(scent, Dense(2)(scent))", "two_answers"),
        ("C", "model = Model(scent, Dense(1, activation='relu')(scent * 0))", "does_not_learn"),
    ],
)
def test_a_condition_sees_what_the_graph_does_not(made, exercise, lines, mistake):
    view = check_lines(f"hive.{exercise}", lines, dict(made["hive"]))

    assert tries_of(f"hive.{exercise}")[-1] == mistake, view


def test_the_message_names_the_marked_call_and_the_picture_lights_it(made):
    lines = (
        "x = Dense(30, activation='relu', name='wide')(Flatten()(hours))\n"
        "model = Model(hours, Dense(1, activation='sigmoid')(x))"
    )

    verdict = check_lines("own.D", lines, dict(made["own"])).verdict

    assert verdict.says.startswith("wide costs 750 weights.")  # 24 * 30 + 30
    assert verdict.misconception == 12
    assert [node.operation.name for node in verdict.at] == ["wide"]


def test_a_condition_on_right_answers_is_told_if_nothing_else_is_wrong(made):
    lines = HELD + "model = Model(scent, ops.sigmoid(Dense(1)(Dense(9)(code))))"

    assert "this is not true of it: frozen(nose) and not" in str(
        check_lines("hive.A", lines, dict(made["hive"]))
    )


def test_a_judgement_leaves_the_lesson_s_layers_as_they_were(made):
    names = dict(made["hive"])
    calls = len(names["nose"].inbound_nodes)

    check_lines("hive.A", "model = Model(scent, Dense(2)(code))", names)

    assert names["nose"].trainable and len(names["nose"].inbound_nodes) == calls
    assert "model" not in names


def test_a_variable_of_the_lesson_that_is_gone_is_told(made):
    names = {name: value for name, value in made["hive"].items() if name != "nose"}

    view = check_lines("hive.A", "model = Model(scent, Dense(1)(code))", names)

    assert "This session has no variable nose. Run the cells above." in str(view)


@each(
    ("error", "fits"),
    [
        ("ShapeError in concatenate", True),
        ("ValueError in Concatenate", True),  # a ShapeError is one
        ("ShapeError in Add", False),
        ("GraphError in concatenate", False),
    ],
)
def test_an_error_is_recognized_by_its_class_and_function(error, fits):
    wrong = {"stops": course.Wrong("stops", says="It stops.", error=error)}
    item = course.Exercise("own.Z", "make", "", (), (), wrong, wants="model", solution="model = 3")
    names = base_names({"x": Input((4,))})
    tried = run("model = layers.concatenate([x, Input((3, 5))])", names, "model")

    mistake = judge_by_file(item)(tried)

    assert mistake is not None and (mistake.name == "stops") is fits


# Conditions --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def facts():
    """A model of 2 inputs, one layer called twice, and 3 calls more."""
    left, right = Input((4,), name="left"), Input((4,), name="right")
    both = Dense(3, activation="relu", name="both")
    joined = layers.Concatenate(name="joined")([both(left), both(right)])
    model = Model([left, right], ops.softmax(Dense(2, activation="softmax", name="end")(joined)))
    names = {"both": both, "left": left, "other": Dense(3)}
    names["other"](left)
    item = course.Exercise("own.Z", "make", "", (), (), {})
    return Facts(item, Attempt(model, names), model)


@each(
    ("condition", "true"),
    [
        ("weights == 29", True),  # 4 * 3 + 3, 6 * 2 + 2
        ("10 < weights <= 28", False),
        ("inputs == 2 and outputs == 1", True),
        ("output == (None, 2) and input == (None, 4)", True),
        ("shared(Dense) < 2 or not inputs == 2", False),
        ("shared(dense) == 2", True),
        ("compiled or frozen(both)", False),
        ("own_weights(other) and not own_weights(both)", True),
        ("weights > -1", True),
    ],
)
def test_a_condition_is_read(facts, condition, true):
    check_condition(condition, "here")

    assert holds(condition, facts) is true


@each(
    ("condition", "says"),
    [
        ("weigths > 3", "did you mean weights"),
        ("__import__('os')", "needs one name"),
        ("forzen(both)", "did you mean frozen"),
        ("weights + 1 > 3", "BinOp is not read"),
        ("model.weights", "Attribute is not read"),
        ("shared(Dens) > 1", "did you mean Dense"),
        ("weights >", "cannot be read"),
        ("[x for x in weights]", "ListComp is not read"),
        ("(lambda: 3)()", "needs one name"),
    ],
)
def test_what_is_not_a_condition_is_never_evaluated(condition, says):
    with pytest.raises(ArgumentError, match="(?s)here.*" + says.replace("(", r"\(")):
        check_condition(condition, "here")


@each(
    ("text", "there"),
    [
        ("Dense", True),
        ("Dropout", False),
        ("softmax twice", True),
        ("Softmax 3 times", False),
        ("Dense > softmax > Softmax", True),
        ("Concatenate > Dense", True),
        ("Dense > Concatenate", False),  # there is a relu between them
        ("relu > concatenate", True),
        ("Dense 3 times", True),
    ],
)
def test_calls_are_found_by_class_op_or_activation(facts, text, there):
    check_has(text, "here")

    assert has(text, facts.model) is there


@each(
    ("text", "name", "count"),
    [
        ("first Dense", "both", 3),
        ("third weights", "end", 3),
        ("last", "softmax", 5),
        ("first join", "joined", 1),
        ("input left", "left", 2),
        ("first relu", "both", 2),
    ],
)
def test_a_mark_finds_its_call(facts, text, name, count):
    check_mark(text, "here")
    place = marked(text, facts)

    assert place is not None and (place[0].operation.name, place[1]) == (name, count)


def test_a_mark_may_find_nothing(facts):
    assert marked("first Dropout", facts) is None
    assert marked("second join", facts) is None


@each("text", ["Dens", "Dense >", "Dense thrice", "Dense > Dropuot", ""])
def test_a_text_that_names_no_calls_is_an_error(text):
    with pytest.raises(ArgumentError, match="cannot be read"):
        check_has(text, "here")


@each("text", ["fourth Dense", "Dense", "first Dens", "input", "last layer of all"])
def test_a_text_that_marks_nothing_is_an_error(text):
    with pytest.raises(ArgumentError, match="cannot be read"):
        check_mark(text, "here")


# Answers that are no models -----------------------------------------------------------------------


@each(
    ("solution", "answer", "right"),
    [
        ("model = Dense(2)(x)", "model = layers.Dense(2, name='q')(x)", True),
        ("model = Dense(2)(x)", "model = layers.Dense(3)(x)", False),
        ("model = Dense(2)(x)", "model = layers.Dense(2)", False),
        ("model = Dense(2)", "model = layers.Dense(3)", True),  # a layer of the same class
        ("model = Dense(2)", "model = layers.ReLU()", False),
        ("model = Dense(2)", "model = 3", False),
        ("model = 3", "model = layers.Dense(2)", False),
        ("model = [1, 2]", "model = [1, 2]", True),
        ("model = [1, 2]", "model = [1, 3]", False),
        ("model = 3", "y = 3", False),
        ("concatenate([x, Input((3, 5))])", "layers.concatenate([x, Input((3, 5))])", True),
        ("concatenate([x, Input((3, 5))])", "layers.Dense(-1)", False),
    ],
)
def test_answers_of_every_kind_are_compared_with_the_solution(solution, answer, right):
    item = course.Exercise("own.Z", "make", "", (), (), {}, wants="model", solution=solution)
    names = base_names({"x": Input((4,))})

    mistake = judge_by_file(item)(run(answer, names, "model"))

    assert (mistake is None) is right


@each(
    ("expression", "answer", "fits"),
    [
        ("n + 1", "4", True),
        ("n + 1", "5", False),
        ("[n, 1.0]", "(3, 1)", True),
        ("n + 1", "'four'", False),
        ("'four'", "'four'", True),
        ("n + 1", "None", False),
        ("n + 1", "Dense(2)", False),
    ],
)
def test_a_value_is_compared_with_an_expression_of_the_lesson_s_variables(expression, answer, fits):
    wrong = {"foreseen": course.Wrong("foreseen", says="So.", equal=expression)}
    item = course.Exercise("own.Z", "make", "", (), (), wrong, wants="m", solution="m = 99")
    tried = run(f"m = {answer}", base_names({"n": 3}), "m")

    mistake = judge_by_file(item)(tried)

    assert mistake is not None and (mistake.name == "foreseen") is fits
