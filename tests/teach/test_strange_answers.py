"""Answers that no exercise foresees: each is refused in words, as one of its mistakes or none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from funclab.teach import course
from funclab.teach.checking import check_lines, known_exercise
from funclab.teach.judging import JUDGES, NotThere
from tests.teach.tries import LESSONS, tries

NEEDED = """import numpy as np
from funclab import Input, Model, Sequential, ops
from funclab.layers import Add, Concatenate, Dense, Embedding
"""
STRANGE = {
    "an error": "raise ValueError('stop')",
    "a wrong name": "model = Modell(x, y)",
    "shapes that cannot be added": "Add()([Input((3,)), Input((4,))])",
    "three shapes that cannot be added": "Add()([Input((3,)), Input((4,)), Input((5,))])",
    "NumPy on a tensor": "np.tanh(Input((3,)))",
    "no graph": "model = answer = 5",
    "nothing of use": "unlike = 'any'",
    "None": "model = answer = None",
    "a layer that was never called": "model = answer = Dense(3)",
    "another model": "a = Input((3,))\nmodel = answer = Model(a, Dense(2)(a))",
    "a model of ops": "a = Input((3,))\nmodel = answer = Model(a, ops.tanh(a) * 2)",
    "two of each": (
        "a, b = Input((3,)), Input((3,))\n"
        "model = answer = Model([a, b], [Dense(1)(Concatenate()([a, b])), Dense(1)(b)])"
    ),
    "one layer twice": "a = Input((3,))\nd = Dense(3)\nmodel = answer = Model(a, d(d(a)))",
    "a loss of one's own": (
        "a = Input((3,))\nmodel = answer = Model(a, Dense(3, activation='softmax')(a))\n"
        "model.compile('sgd', lambda y, p: ops.mean(ops.square(p), axis=-1))"
    ),
    "a stack": "model = answer = Sequential([Dense(2), Dense(1)])",
    "words": "a = Input((4,))\nmodel = answer = Model(a, Embedding(5, 2)(a))",
}
NAMES = {one.exercise: one for one in tries()}
EXERCISES = [name for lesson in LESSONS for name in course.lesson(lesson).exercises]


@pytest.fixture(autouse=True)
def judges_do_not_fail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No judge raises anything, but that a lesson's variable is not there."""
    failures = []
    for number in course.numbers():
        for exercise in course.lesson(number).exercises:
            known_exercise(exercise)  # it makes the judges of its lesson known

    def told(judge):
        def judged(attempt):
            try:
                return judge(attempt)
            except NotThere:
                raise
            except Exception as error:
                failures.append(error)
                raise

        return judged

    for name, judge in JUDGES.items():
        monkeypatch.setitem(JUDGES, name, told(judge))
    yield
    assert failures == []


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_answer_that_is_not_foreseen_is_refused_with_a_mistake_of_the_exercise(exercise):
    item, names = known_exercise(exercise), NAMES[exercise].names

    for what, lines in STRANGE.items():
        verdict = check_lines(exercise, NEEDED + lines, dict(names)).verdict

        assert verdict.kind == "wrong", (what, verdict)
        assert verdict.mistake in {"", *item.wrong}, (what, verdict.mistake)
        assert verdict.says and "{" not in verdict.says, (what, verdict.says)
