"""What is a student's own in a lesson: how far they have come, and the order of options."""

from __future__ import annotations

import platform
import random
from typing import Any

from funclab.teach import course
from funclab.teach.records import storing
from funclab.teach.records.keeping import progress


def so_far(lesson: course.Lesson) -> dict[str, list[tuple[str, bool]]]:
    """The `questions` and `exercises` of a lesson, each with whether it is answered, or solved."""
    kept = progress()
    answered = {answer.get("question") for answer in kept["answers"]}
    solved = {name for name, facts in kept["exercises"].items() if facts["right"]}
    return {
        "questions": [(name, name in answered) for name in lesson.questions],
        "exercises": [(name, name in solved) for name in lesson.exercises],
    }


def strip_of(name: str) -> dict[str, Any]:
    """How far a student has come in the lesson of a question or exercise, for its view."""
    lesson = next(one for one in course.lessons() if name in {**one.questions, **one.exercises})
    rows = [row for part in so_far(lesson).values() for row in part]
    return {
        "lesson": str(lesson.number),
        "items": [{"id": item, "done": done} for item, done in rows],
    }


def order_of(question: course.Question) -> list[int]:
    """The numbers of a question's options in the order in which this student sees them.

    It is the same each time, on this machine, and another for each student and question. Where no
    progress is kept (FUNCLAB_PROGRESS=off), there is no student: options stay in their order.
    """
    numbers, place = list(range(len(question.options))), storing.path()
    if place is not None:
        random.Random(f"{place} {platform.node()} {question.id}").shuffle(numbers)
    return numbers
