"""`concept_test` and `exit_ticket`: which misconceptions a student holds, before a course, after
it, or at the end of a class."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from funclab.errors import ArgumentError, NameLookupError
from funclab.teach import course
from funclab.teach.records.keeping import record_answer
from funclab.view.draw.sentences import say
from funclab.view.lesson.test import TestView


def concept_test(form: str = "A", *, look: str | None = None) -> TestView:
    """Twenty questions on the whole course, and at the end which misconceptions the answers show.

    Keys 1 to 4 choose an option, the arrows go back and forward. There is no feedback before all
    are answered. The answers are recorded in the student's progress as "A.1" and so on, in the
    order of the course, whatever the order of asking. The test has not been validated: use it to
    see what a class should talk about, not to grade.

    `form` (default "A"): "A" or "B", which ask the same with other names and numbers, so that one
    can be taken before a course and the other after it. `look`: see `funclab.view.live.view.View`.

    Raises: ArgumentError for an unknown form.

    >>> concept_test("B")
    <Concept test B (not validated)>
    """
    _check_form("concept_test", form)
    title = say("lesson_test", id=form)
    return _test(title, f'concept_test("{form}"$)', course.concept_test(form), "", look)


def exit_ticket(lesson: int | str, *, form: str = "A", look: str | None = None) -> TestView:
    """The two items of the concept test that fit a lesson best, for the end of a class.

    They are those whose wrong options are tied to what the lesson asks about, and above all to what
    earlier lessons did not ask about. Keys and result are those of `concept_test`. The answers are
    recorded as "5/A.9" and so on, and count in `result` and in what `export_progress` writes.

    `lesson`: its number or name. `form` (default "A"): the form of the test that the items come
    from; use "B" if the class has just had A. `look`: see `funclab.view.live.view.View`.

    Raises: ArgumentError for an unknown form; NameLookupError for a lesson without questions.

    >>> exit_ticket(5)
    <Exit ticket of lesson 5>
    """
    _check_form("exit_ticket", form)
    if lesson not in course.numbers():
        raise NameLookupError(
            f"There is no lesson {lesson!r} to end with a ticket.",
            why=f"the lessons with questions are {', '.join(map(str, course.numbers()))}.",
            fix="give the number or the name of one of them.",
        )
    items = sorted(course.concept_test(form), key=lambda item: _fit(item, lesson), reverse=True)[:2]
    named = course.written(lesson)
    call = f"exit_ticket({named}$)" if form == "A" else f'exit_ticket({named}, form="B"$)'
    return _test(say("lesson_ticket", n=lesson), call, items, f"{lesson}/", look)


def _fit(item: course.Question, lesson: int | str) -> tuple[float, float]:
    """How well an item fits a lesson, by its questions and then by its exercises: each wrong option
    whose misconception is in the lesson counts 1 / n, if it is in n of the lessons up to this one.
    """
    wrong = [option.misconception for option in item.options if not option.right]
    known = course.numbers()
    met = [_met(number) for number in known[: known.index(lesson) + 1]]
    fits = [
        sum(1 / sum(m in one[kind] for one in met) for m in wrong if m in met[-1][kind])
        for kind in (0, 1)
    ]
    return fits[0], fits[1]


def _met(lesson: int | str) -> tuple[set[int], set[int]]:
    """The misconceptions that the questions of a lesson are tied to, and its exercises."""
    data = course.lesson(lesson)
    options = [option for question in data.questions.values() for option in question.options]
    mistakes = [wrong for exercise in data.exercises.values() for wrong in exercise.wrong.values()]
    return {x.misconception for x in options} - {0}, {x.misconception for x in mistakes}


def _check_form(function: str, form: str) -> None:
    if form not in course.FORMS:
        raise ArgumentError(
            f"{function} was given form={form!r}.",
            why="the test has the forms A and B, which ask the same with other names and numbers.",
            fix='choose "A" or "B".',
        )


def _test(
    title: str, call: str, known: Sequence[course.Question], prefix: str, look: str | None
) -> TestView:
    """A view of some items in a mixed order, which records answers in the order of the course."""
    items = _shuffled(known)
    original = {item.id: item.options for item in known}

    def record(at: int, option: int) -> None:
        item = items[at]
        record_answer(prefix + item.id, original[item.id].index(item.options[option]))

    return TestView(
        title,
        call,
        [(item.text, [option.text for option in item.options]) for item in items],
        told=lambda answers: result_text(items, answers),
        record=record,
        look=look,
    )


def _shuffled(items: Sequence[course.Question]) -> list[course.Question]:
    """The items and their options in a mixed order, which is always the same."""
    mix = random.Random(len(items))
    mixed = []
    for item in items:
        options = tuple(mix.sample(item.options, len(item.options)))
        mixed.append(course.Question(item.id, item.text, options, item.reveal))
    mix.shuffle(mixed)
    return mixed


def result_text(items: Sequence[course.Question], answers: Sequence[int]) -> list[str]:
    """How many answers are right, and for each misconception behind a wrong one, what is true.

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
