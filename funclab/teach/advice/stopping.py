"""What is said of lines that an error stopped in a way that was not anticipated."""

from __future__ import annotations

import re
from typing import Any

from funclab.errors import (
    ArgumentError,
    FunclabError,
    LossError,
    MissingPackageError,
    NameLookupError,
    NoSuchImportError,
    NoSuchNameError,
    TensorAttributeError,
    TensorTypeError,
)  # fmt: skip
from funclab.errors.suggest import similar
from funclab.teach import course
from funclab.teach.advice.again import Again
from funclab.teach.advice.misspelled import name_fix
from funclab.teach.advice.naming import shortened, wanted_in
from funclab.teach.attempt import Attempt
from funclab.view.draw.sentences import say
from funclab.view.lesson.exercise import Verdict
from funclab.view.lesson.failed import fault_of

OF_THE_LINE = (
    ArgumentError, LossError, MissingPackageError, NameLookupError, NoSuchImportError,
    NoSuchNameError, TensorTypeError,
)  # fmt: skip
"""Errors of what a line says, whatever it is for: words, names and kinds of things. All others are
about how things fit together. There an error can only suggest what would run, which is seldom what
the exercise asks for."""


LONGEST_ADVICE = 24
"""The words of an error's advice for which there is room."""
EXAMPLE = re.compile(r"=\s?-?[\d.]*\d(?![\d.]|\sfor\s)")
"""A number in an error's advice: an example there, and perhaps wrong in the exercise. What is
"for" something else, as in rate=0.05 for 5 %, is none."""


def stopped_verdict(attempt: Attempt, exercise: course.Exercise, again: Again) -> Verdict:
    """The verdict on lines that an error stopped.

    An error's own advice is repeated if it is about the line alone; else, or if there is none, what
    is wanted stands in its place. There is room for all of it; what happened is told shorter.
    """
    error: Any = attempt.error
    said = getattr(error, "msg", "") if isinstance(error, SyntaxError) else error
    about = f"{type(error).__name__}: {said}".rstrip(".: ")
    about += "" if about.endswith("?") else "."
    about = error.what if isinstance(error, FunclabError) else about
    fits_together = isinstance(error, FunclabError) or exercise.stops
    tried = not fits_together or is_of_the_line(attempt, exercise)
    fix = advice(attempt, exercise, again) if tried else ""
    if fix.split(" ")[0].isalpha():  # a word, not code
        fix = fix[:1].upper() + fix[1:]
    wanted = "" if exercise.graded else wanted_in(exercise.otherwise)
    fix = shortened(fix, LONGEST_ADVICE) or wanted
    rest = say("lesson_stopped", line=attempt.stopped_at, what="", fix=fix)
    left = course.LONGEST_MESSAGE - len(rest.split())
    says = say(
        "lesson_stopped", line=attempt.stopped_at, what=shortened(about, max(left, 8)), fix=fix
    )
    return Verdict("wrong", says.strip(), marked=fault_of(error))


def is_of_the_line(attempt: Attempt, exercise: course.Exercise) -> bool:
    """Whether an error's own advice is about the line that it stopped, whatever this is for."""
    error: Any = attempt.error
    if isinstance(error, FunclabError) and error.fix.startswith("swap "):
        return True
    # What is wrong in a method may be made in another, and lines to arrange are not written anew.
    in_class = "class " in exercise.start and attempt.given_to("call", "self") is not None
    if exercise.stops or in_class or exercise.kind == "arrange" or attempt.given_to_model:
        return False
    alone = isinstance(error, OF_THE_LINE) and not isinstance(error, TensorAttributeError)
    back = isinstance(error, FunclabError) and error.fix.startswith("remove ")  # to the start
    return (alone or not isinstance(error, FunclabError)) and not back


def advice(attempt: Attempt, exercise: course.Exercise, again: Again) -> str:
    """How to mend the line that an error stopped: what was tried, or what the error says."""
    error: Any = attempt.error
    if isinstance(error, NameError) and error.name:
        if error.name in dir(attempt.own):
            return say("lesson_write_self", name=error.name)
        return name_fix(error.name, attempt, exercise, again)
    if type(error) is AttributeError:
        public = [name for name in dir(error.obj) if not name.startswith("_")]
        for near in similar(error.name or "", public)[:1]:
            return say("lesson_near_attribute", near=near)
    return EXAMPLE.sub("=…", error.fix) if isinstance(error, FunclabError) else ""
