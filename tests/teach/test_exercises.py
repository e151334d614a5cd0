"""Every exercise: solved in its three ways, failed in its five; and what is said each time."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from funclab import Input, initializers, utils
from funclab.layers import Dense
from funclab.losses import SparseCategoricalCrossentropy
from funclab.models import Model
from funclab.teach import course
from funclab.teach.attempt import is_untried, run
from funclab.teach.checking import (
    arrange,
    base_names,
    check,
    check_lines,
    check_order,
    hint,
    known_exercise,
)
from funclab.teach.graphs import trained_copy
from funclab.teach.records import keeping
from tests.covering import first_of_each
from tests.teach import common, tries_14, verdicts
from tests.teach.tries import LESSONS, OTHER, Try, module, tries

TRIES = list(tries())
RIGHT = [one for one in TRIES if not one.mistake]
EXERCISES = [name for lesson in LESSONS for name in course.lesson(lesson).exercises]
WRONG = [one for one in TRIES if one.mistake not in ("", OTHER)]
REFUSED = [one for one in TRIES if one.mistake == OTHER]
NO_PLACE = ("1C", "2A", "5C", "7A", "8A", "10A", "10D", "11A", "12A", "13A")
"""Exercises whose right answers, or some, have no place for the first hint."""
each = pytest.mark.parametrize
DATA, KINDS = np.eye(6, dtype="float32").repeat(8, 0), np.arange(48) % 3


@each("attempt", RIGHT, ids=str)
def test_a_right_answer_is_accepted_whatever_its_structure(attempt: Try):
    view = check_lines(attempt.exercise, attempt.lines, attempt.names)

    assert view.verdict.right, repr(view)
    lit = "here" in view.pictures.get("lit", "")
    assert lit or attempt.exercise in NO_PLACE, "the first hint has no place"
    verdicts.compare(attempt, view)


@each("attempt", WRONG, ids=str)
def test_a_mistake_that_was_foreseen_is_named_in_the_student_s_own_words(attempt: Try):
    view = check_lines(attempt.exercise, attempt.lines, attempt.names)
    verdict = view.verdict
    foreseen = course.exercise(attempt.exercise).wrong[attempt.mistake]

    assert (verdict.mistake, verdict.misconception) == (attempt.mistake, foreseen.misconception)
    assert len(verdict.says.split()) <= course.LONGEST_MESSAGE
    assert "{" not in verdict.says and not re.search(r"\bit comes\b|Traceback", verdict.says)
    assert re.search(r"Look|Count|Follow", verdict.says) and "Wanted" in verdict.says
    assert verdict.marked is not None or not attempt.names, verdict.says
    assert verdict.says in str(view) and view.svg().startswith("<svg")
    assert common.untrue(verdict.common) == []
    verdicts.compare(attempt, view)


@each("attempt", REFUSED, ids=str)
def test_another_mistake_is_refused_with_what_is_wanted(attempt: Try):
    view = check_lines(attempt.exercise, attempt.lines, attempt.names)
    verdict = view.verdict

    assert (verdict.kind, verdict.mistake) == ("wrong", "")
    assert re.search(r"Wanted|Your lines stopped at|\bnot\b", verdict.says)
    assert len(verdict.says.split()) <= course.LONGEST_MESSAGE
    assert "{" not in verdict.says and not re.match(r"it |model it\b", verdict.says)
    assert common.untrue(verdict.common) == []
    verdicts.compare(attempt, view)


@each("lesson", LESSONS)
def test_every_exercise_has_its_tries(lesson):
    right, wrong = module(lesson).RIGHT, module(lesson).WRONG

    for name, exercise in course.lesson(lesson).exercises.items():
        file = f"{module(lesson).__name__.replace('.', '/')}.py"
        assert len(right.get(name, [])) >= 3, f"{file} needs three right tries at {name}"
        lacking = set(wrong.get(name, [])) ^ set(exercise.wrong)
        assert not lacking, f"{file} needs a try at {name} for each mistake: {lacking}"


@each("lesson", LESSONS)
def test_all_messages_of_an_exercise_differ(lesson):
    for item in course.lesson(lesson).exercises.values():
        assert len({wrong.says for wrong in item.wrong.values()}) == len(item.wrong)


@each("exercise", EXERCISES)
def test_the_solution_of_an_exercise_solves_it_and_no_hint_gives_a_line_of_it_away(exercise):
    item = known_exercise(exercise)
    names = next(one for one in TRIES if one.exercise == exercise).names

    view = check_lines(exercise, item.solution_code, names)

    assert view.verdict.right, repr(view)
    lines = {line.strip() for line in item.solution_code.splitlines()}
    assert not any(line in hint for hint in item.hints for line in lines if line)


@each("attempt", [one for one in RIGHT if one.exercise == "1B"], ids=str)
def test_the_solution_stands_beside_what_was_tried(attempt: Try):
    names = attempt.names
    view = check_lines(attempt.exercise, attempt.lines, names)

    told = view.solution()

    assert told["code"] == course.exercise(attempt.exercise).solution_code
    assert told["left"].startswith("<svg") and told["right"].startswith("<svg")


def test_what_only_one_model_has_is_said_to_be_yours_or_ours():
    [*_, tried] = [one for one in RIGHT if one.exercise == "14D" and "multiply([" in one.lines]

    entries = check_lines("14D", tried.lines, tried.names).solution()["entries"]

    assert [entry.split(":")[0] for entry in entries] == ["yours only", "ours only"]


ANSWERS = [None, 3, "eye", [], object(), print, float("nan"), {"a": 1}]


@pytest.mark.covering
@each("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
@each("exercise", EXERCISES)
def test_nothing_that_is_given_ends_in_a_traceback(exercise, answer):
    names = next(one for one in TRIES if one.exercise == exercise).names

    verdict = check(exercise, answer, names=names).verdict

    assert verdict.kind == "wrong" and verdict.says
    assert len(verdict.says.split()) <= course.LONGEST_MESSAGE


@each("answer", [18, [18, 0.2], "eye"], ids=str)
def test_a_prediction_in_another_form_is_told_the_form_and_not_that_a_model_is_wanted(answer):
    names = next(one for one in TRIES if one.exercise == "3A").names

    says = check("3A", answer, names=names).verdict.says

    assert "guess = [..., ..., ...]" in says and "Model" not in says


@each("lines", ["1 +", "raise KeyError(3)", "eye = undefined", "def f(:", "import nowhere_at_all"])
def test_lines_that_stop_are_answered_with_the_line(lines):
    names = next(one for one in TRIES if one.exercise == "1B").names

    view = check_lines("1B", lines, names)

    assert view.verdict.kind == "wrong"
    assert lines in view.verdict.says and len(view.verdict.says.split()) <= 40


@each(
    "line, fix",
    [
        ('self.share = add_weight((1,), "zeros")', "write self.add_weight"),
        ('self.share = self.add_weigth((1,), "zeros")', "Write add_weight, if"),
        ("self.share = self.nothing_near_it", "Wanted: the last hour plus a share"),
        ("self.share = share", "has to make share"),
    ],
)
def test_a_method_that_stops_is_answered_with_its_line(line, fix):
    item, names = known_exercise("11B"), next(x for x in TRIES if x.exercise == "11B").names
    lines = item.start.replace("...", line)

    says = check_lines("11B", lines, names).verdict.says

    assert f"“{line}”" in says and fix in says


@each("slip", ["modle.set_weights([])", "model.set_weights(twins)"])
def test_a_line_that_stops_below_the_answer_is_named_before_what_it_left_undone(slip):
    names = next(one for one in TRIES if one.exercise == "14C").names
    lines = f"{course.exercise('14C').start}\n{slip}"

    verdict = check_lines("14C", lines, names).verdict

    assert (verdict.kind, verdict.mistake) == ("wrong", "")
    assert slip in verdict.says


@each(
    "line, advice",
    [
        ("twin", "Write twins instead"),
        ("Flase", "Write False instead"),
        ("Multiply()", "from funclab.layers import Multiply"),
        ("np.zeros(3)", "Write above it: import numpy as np"),
        ("hintt", "has to make hintt"),  # the lesson's hint is no part of a model
        ("twins.set_weight([])", "Write set_weights, if that is what you mean."),
        ("regularizers.L2()", "from funclab import regularizers"),
        ("word_1", "has to make word_1"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_a_name_that_is_near_or_where_to_find_it(
    line, advice
):
    names = next(one for one in TRIES if one.exercise == "14C").names
    names = {name: value for name, value in names.items() if name not in ("Multiply", "np")}

    names |= {"word_2": 1, "hint": hint}
    assert advice in check_lines("14C", f"model = {line}", names).verdict.says


def test_a_function_of_numpy_without_its_name_in_front_is_answered_with_it():
    names = next(one for one in TRIES if one.exercise == "make.B").names

    assert "write np.exp." in check_lines("make.B", "q = exp(log(p) / T)", names).verdict.says
    assert "has to make exp." in check_lines("make.B", "q = p ** exp", names).verdict.says


@each(
    ("exercise", "order", "advice"),
    [
        ("1A", [0, 1, 2, 3, 5, 4], "A line to arrange makes digit. Wanted: that line above it."),
        ("make.A", [0, 1, 2, 6], "A line to arrange makes decoder."),  # not encoder
    ],
)
def test_a_line_in_the_wrong_order_is_told_where_its_name_is_made(exercise, order, advice):
    item, names = known_exercise(exercise), next(x for x in TRIES if x.exercise == exercise).names

    assert advice in check_order(item, order, names=names).says


@each(("exercise", "wants"), [("1A", "model"), ("layer.A", "out"), ("make.A", "model")])
def test_no_line_taken_is_answered_with_the_lines_left_out(exercise, wants):
    item, names = known_exercise(exercise), next(x for x in TRIES if x.exercise == exercise).names

    says = check_order(item, [], names=names).says

    assert says.startswith(f"None of the lines that you took makes {wants}.")
    assert "the lines that you left out" in says


def test_a_line_to_arrange_that_stops_is_answered_with_what_is_wanted_and_not_with_code():
    item, names = known_exercise("1A"), next(one for one in TRIES if one.exercise == "1A").names

    says = check_order(item, [0, 1, 2, 4, 5, 7], names=names).says

    assert "“model = Model(pixels, first)”" in says and "two hidden Dense layers in a row" in says
    assert "and pass what it returns" not in says


def test_a_name_made_only_in_the_same_line_is_not_said_to_be_made_below():
    names = next(one for one in TRIES if one.exercise == "14C").names

    says = check_lines("14C", "model = 3\ntotal = total + 1\nlate = 2", names).verdict.says

    assert "has to make total" in says


@each("exercise", ["2A", "7A"])
def test_shapes_without_weights_are_told_the_form_and_not_that_they_are_wrong(exercise):
    item, names = known_exercise(exercise), next(x for x in TRIES if x.exercise == exercise).names
    lines = item.start.splitlines()[:-1]

    says = check_lines(exercise, "\n".join([*lines, "guess = [(None, 8)] * 5"]), names).verdict.says

    assert "the form that was asked for" in says and "(None, 8)" not in says


@each("exercise", ["14B", "14C", "14D"])
def test_the_first_hint_has_its_place_before_a_try(exercise):
    names = next(one for one in TRIES if one.exercise == exercise).names

    view = check_lines(exercise, course.exercise(exercise).start, names)

    assert view.verdict.kind == "untried" and "here" in view.pictures["lit"]


@each("line, place", [(1, "left"), (3, "scrap"), (4, "left"), (5, "left")])
def test_the_place_of_a_wrong_guess_is_the_call_that_its_line_is_about(line, place):
    names = next(one for one in TRIES if one.exercise == "14A").names

    marked = check_lines("14A", tries_14.guess(line), names).pictures["marked"]

    assert [name for name in ("left", "scrap") if f"{name}[0:0]" in marked] == [place]


def test_an_arranged_line_does_not_read_what_the_lesson_made_under_the_same_name():
    item, names = known_exercise("5A"), next(one for one in TRIES if one.exercise == "5A").names
    lines = item.solution_code.splitlines()
    lines.remove("a = eye(left)")

    says = check_lines("5A", "\n".join(lines), names).verdict.says

    assert "a" in names and "gap = (a - b) ** 2" in says and "A line to arrange makes a." in says


@each("exercise", EXERCISES)
def test_what_the_lesson_ships_is_not_tried_yet(exercise):
    item = known_exercise(exercise)
    tries = len(keeping.tries_of(exercise))

    views = [check(exercise), check_lines(exercise, item.start), check_lines(exercise, "# later\n")]

    assert [repr(view) for view in views] == [f"{exercise}: not tried yet."] * 3
    assert len(keeping.tries_of(exercise)) == tries


@each(
    ("lines", "tried"),
    [
        ("x = ...", False),
        ("guess = [..., 3]", False),
        ("f(...)", False),
        ("___ = 3", False),
        ("out[...] = x", True),
        ("self.rows()[...] = 0", True),
    ],
)
def test_dots_are_a_blank_unless_they_stand_for_a_whole_array(lines, tried):
    assert is_untried(lines, "model = ...") != tried


def test_an_exercise_that_was_solved_says_so_when_its_cell_runs_again():
    assert repr(arrange("1A")) == "1A: not tried yet."

    arrange("1A").judge(course.exercise("1A").solution)

    assert repr(arrange("1A")) == "1A: solved before."


def test_what_the_lesson_has_not_made_yet_is_named():
    verdict = check("1B", 3, names={}).verdict

    assert verdict.kind == "stale" and "reader" in verdict.says


def test_programs_that_lack_what_the_lesson_makes_are_not_called_a_wrong_prediction():
    verdict = check_lines("10A", module(10).guess(), base_names({})).verdict

    assert verdict.kind == "stale" and "no variable image" in verdict.says


def test_an_answer_is_repeated_as_the_lesson_spells_it():
    names = next(one for one in TRIES if one.exercise == "10A").names

    assert "you say Model." in check_lines("10A", module(10).guess(d="model"), names).verdict.says


def test_an_error_after_a_right_answer_is_told_and_not_praised():
    for one in first_of_each(RIGHT, lambda one: {one.exercise}):
        verdict = check_lines(one.exercise, f"{one.lines}\n1 / 0", one.names).verdict

        asked = course.exercise(one.exercise).stops
        assert verdict.right == asked, one.exercise
        assert asked or "“1 / 0”" in verdict.says


def test_an_error_that_was_asked_for_is_praised_and_drawn():
    one = next(one for one in RIGHT if one.exercise == "10D")

    verdict = check_lines("10D", one.lines, one.names).verdict

    assert verdict.says == "It stops as it should."
    assert verdict.marked is not None


def test_a_word_without_quotes_in_a_prediction_is_told_to_take_some():
    names = next(one for one in TRIES if one.exercise == "10A").names
    lines = module(10).guess().replace("'fit'", "fit")

    assert "Make fit in a line above, or write it in quotes." in str(
        check_lines("10A", lines, names)
    )


def test_what_a_model_learns_in_a_check_depends_on_its_graph_alone():
    shares = set()
    for seed in range(50):
        utils.set_random_seed(seed)
        x = Input((6,))
        model = Model(x, Dense(3, activation="softmax")(x))
        copy = trained_copy(model, DATA, KINDS, loss="sparse_categorical_crossentropy", epochs=2)
        shares.add(tuple(np.ravel(copy.predict(DATA[:2], verbose=0)).round(6)))

    assert len(shares) == 1


def test_a_check_that_trains_does_not_repeat_the_warnings_of_compile():
    x = Input((6,))
    model = Model(x, Dense(3, activation="softmax")(x))
    loss = SparseCategoricalCrossentropy(from_logits=True)
    with warnings.catch_warnings(action="error"):
        with pytest.raises(UserWarning, match="from_logits"):
            model.compile("adam", loss)

        trained_copy(model, DATA, KINDS, loss=loss, epochs=1)


def test_a_check_that_trains_leaves_the_notebook_s_random_numbers_and_weights_alone():
    one = next(one for one in RIGHT if one.exercise == "1D")
    names = one.names
    model = run(one.lines, names, "model").answer
    before = [weight.numpy().copy() for weight in model.weights]
    utils.set_random_seed(3)
    wanted = initializers.rng().random()
    utils.set_random_seed(3)

    verdict = check("1D", model, names=names).verdict

    assert verdict.right
    assert initializers.rng().random() == wanted
    assert all(np.array_equal(a, b.numpy()) for a, b in zip(before, model.weights))
