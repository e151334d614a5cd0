"""`concept_test`: which misconceptions somebody holds, before a course or after it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from funclab.errors import ArgumentError
from funclab.teach import course
from funclab.teach.keeping import record_answer
from funclab.view.lesson.test import TestView
from funclab.view.live.said import say

FORMS = ("A", "B")


def concept_test(form: str = "A", *, look: str | None = None) -> TestView:
    """Twenty questions on the whole course, and at the end which misconceptions the answers show.

    Keys 1 to 4 choose an option, the arrows go back and on. Nothing is said before all are
    answered. The answers are recorded in the progress of the student as "A.1" and so on, in the
    order of the course, whatever the order of asking. The test has not been validated: use it to
    see what a class should talk about, not to grade.

    `form` (default "A"): "A" or "B", which ask the same with other names and numbers, so that one
    can be taken before a course and the other after it. `look`: see `funclab.view.live.view.View`.

    Raises: ArgumentError for another form.

    >>> concept_test("B")
    <Concept test B (not validated)>
    """
    if form not in FORMS:
        raise ArgumentError(
            f"concept_test was given form={form!r}.",
            why="the test has the forms A and B, which ask the same with other names and numbers.",
            fix='write concept_test("A") or concept_test("B").',
        )
    shuffled = _shuffled(course.concept_test(form))
    items = [item for _, item in shuffled]

    def record(at: int, option: int) -> None:
        number, item = shuffled[at]
        known = course.concept_test(form)[number].options
        record_answer(f"{form}.{number + 1}", known.index(item.options[option]))

    return TestView(
        form,
        [(item.text, [option.text for option in item.options]) for item in items],
        told=lambda answers: result_text(items, answers),
        record=record,
        look=look,
    )


def _shuffled(items: Sequence[course.Question]) -> list[tuple[int, course.Question]]:
    """The items and their options in a mixed order, always the same; each with its number."""
    mix = random.Random(len(items))
    mixed = []
    for number, item in enumerate(items):
        options = tuple(mix.sample(item.options, len(item.options)))
        mixed.append((number, course.Question(item.id, item.text, options, item.reveal)))
    mix.shuffle(mixed)
    return mixed


def result_text(items: Sequence[course.Question], answers: Sequence[int]) -> list[str]:
    """How many answers are right, and for each misconception that others show what is so instead.

    >>> items = course.concept_test("A")
    >>> result_text(items, [item.answer for item in items])
    ['20 of 20 answers are right.']
    """
    chosen = [item.options[answer] for item, answer in zip(items, answers)]
    held = Counter(option.misconception for option in chosen if not option.right)
    right = sum(option.right for option in chosen)
    lines = [say("lesson_test_right", right=right, n=len(items))]
    for number, times in held.most_common():
        misconception = course.misconceptions()[number]
        belief, truth = misconception.belief, misconception.truth
        lines.append(say("lesson_test_held", times=times, belief=belief, truth=truth))
    return lines
