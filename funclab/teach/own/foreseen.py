"""The judge of an exercise of one's own, made from what its file says.

Right is what comes out like the `solution`, or like one of the programs in `right`, if `right_when`
is true of it, too. Otherwise the first mistake that fits speaks; if none does, the first
difference from a right graph. A mistake fits if each of its fields does:

- `code`: a wrong program. The try builds the same graph, makes the same value, or is stopped by the
  same error, whatever the names; ANY in it is any setting that the try itself uses.
- `error`: what stopped the try, such as "ShapeError in concatenate" or "NameError".
- `has`, `lacks`: the calls of its model, such as "Softmax", "Dense > Softmax" or "relu twice".
- `when`: facts about its model, such as "weights > 200 and not compiled".
- `equal`: the value of an expression of the lesson's variables, as far as NumPy finds them close.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from functools import cached_property
from traceback import walk_tb
from typing import Any

import numpy as np

from funclab import errors
from funclab.errors import ArgumentError
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional
from funclab.registry import near
from funclab.teach import course
from funclab.teach.attempt import Attempt, run
from funclab.teach.checking import base_names
from funclab.teach.grading import same_graph
from funclab.teach.graphs import fixed_start, source_inputs
from funclab.teach.judging import Judge, Mistake, unforeseen
from funclab.teach.own.conditions import (
    Facts,
    check_condition,
    check_has,
    check_mark,
    has,
    holds,
    marked,
    unread,
    values_of,
)
from funclab.teach.own.wildcards import programs
from funclab.teach.parts import Parts, are_same
from funclab.teach.records.answers import same_answer
from funclab.teach.rollback import no_trace
from funclab.view.draw.sentences import say

ERROR = re.compile(r"(\w+)(?: in (\w+))?")
TOKEN = re.compile(r"\([^()]*\)|[^\s]+")
"""A shape, or a word."""
MARKS = "`'\"“”,;:()[]<>"


def unread_fields(item: course.Exercise) -> Iterator[ArgumentError]:
    """An error for each text about right answers and mistakes that cannot be read."""
    checks = {
        "when": check_condition,
        "has": check_has,
        "lacks": check_has,
        "error": check_error,
        "mark": check_mark,
    }
    texts = [(check_condition, item.right_when, f"right_when of {item.id}")]
    texts += [
        (check, getattr(wrong, field), f"{field} of {wrong.name} in {item.id}")
        for wrong in item.wrong.values()
        for field, check in checks.items()
    ]
    for check, text, where in texts:
        try:
            _ = text and check(text, where)
        except ArgumentError as error:
            yield error


def check_error(text: str, where: str) -> None:
    """Check that a text for `error` can be read.

    Raises: ArgumentError for one that cannot.
    """
    match = ERROR.fullmatch(text)
    if not match:
        raise unread(where, text, 'write for example "ShapeError in concatenate" or "NameError"')
    known = {**vars(builtins), **vars(errors)}
    if not (isinstance(known.get(match[1]), type) and issubclass(known[match[1]], BaseException)):
        every = [name for name, value in known.items() if isinstance(value, type)]
        raise unread(where, text, f"there is no error {match[1]}{near(match[1], every)}")


def judge_by_file(item: course.Exercise) -> Judge:
    """The judge that an exercise's own fields describe."""
    return lambda attempt: Case(item, attempt).mistake()


class Case:
    """An attempt at an exercise, and what the exercise's programs make among the same variables."""

    def __init__(self, item: course.Exercise, attempt: Attempt) -> None:
        self.item, self.attempt = item, attempt
        names = dict(attempt.names if attempt.before is None else attempt.before)
        names.pop(item.wants, None)
        self.names = base_names(names)

    @cached_property
    def parts(self) -> Parts:
        assert self.attempt.model is not None
        return Parts(self.attempt.model)

    @cached_property
    def facts(self) -> Facts | None:
        model = self.attempt.model
        return None if model is None else Facts(self.item, self.attempt, model)

    def mistake(self) -> Mistake | None:
        """The mistake that matters most; None for a right answer."""
        item, right_codes = self.item, [self.item.solution_code, *self.item.right]
        same = any(map(self.is_like, right_codes))
        if same and (not item.right_when or self.holds(item.right_when)):
            return None
        for wrong in item.wrong.values():
            if self.fits(wrong):
                return self._told(wrong)
        if same:
            return unforeseen(reason=say("lesson_not_when", when=item.right_when))
        return unforeseen(reason=self._difference(right_codes))

    def fits(self, wrong: course.Wrong) -> bool:
        """Whether a mistake that was foreseen is the one of this try: all its fields fit."""
        tests = {
            "error": self._stopped_as,
            "when": self.holds,
            "has": lambda text: self.facts is not None and has(text, self.facts.model),
            "lacks": lambda text: self.facts is not None and not has(text, self.facts.model),
            "equal": self._equals,
            "code": self.is_like,
        }
        asked = {field: getattr(wrong, field) for field in tests}
        return any(asked.values()) and all(tests[x](text) for x, text in asked.items() if text)

    def holds(self, condition: str) -> bool:
        """Whether a condition is true of the try; without a model, none is."""
        return self.facts is not None and holds(condition, self.facts)

    def is_like(self, code: str) -> bool:
        """Whether the try comes out like a program."""
        return any(map(self._same, self.tries(code)))

    def tries(self, code: str, samples: bool = False) -> Iterator[Attempt]:
        """What a program makes among the lesson's variables, for each setting that ANY stands for
        (see `programs`); the notebook's random numbers and layers are not changed."""
        for program in programs(code, self.attempt.model, samples):
            names = dict(self.names)
            with no_trace(names), fixed_start():
                yield run(program, names, self.item.wants)

    def _same(self, tried: Attempt) -> bool:
        """Whether the try has the same outcome as another one."""
        mine, theirs = self.attempt, tried
        if mine.error is not None or theirs.error is not None:
            return _same_error(mine, theirs)
        if mine.model is not None and theirs.model is not None:
            return are_same(self.parts, Parts(theirs.model))
        a, b = mine.answer, theirs.answer
        if isinstance(a, Tensor) and isinstance(b, Tensor):
            return are_same(*(Parts(Functional(source_inputs(x), x)) for x in (a, b)))
        if isinstance(a, (Operation, Tensor)) or isinstance(b, (Operation, Tensor)):
            return type(a) is type(b)
        return b is not None and same_answer(a, b)

    def _stopped_as(self, text: str) -> bool:
        """Whether the try was stopped by an error of a class, anywhere or in a function, or in a
        method of one of a class."""
        match, error = ERROR.fullmatch(text), self.attempt.error
        if match is None or error is None:
            return False
        place = (match[2] or "").replace("_", "").lower()
        classes = [kind.__name__ for kind in type(error).__mro__]
        return match[1] in classes and (not place or place in functions(error))

    def _equals(self, expression: str) -> bool:
        """Whether the answer is the value of an expression of the lesson's variables."""
        code, answer = f"{self.item.wants} = ({expression})", self.attempt.answer
        if answer is None or isinstance(answer, (Operation, Tensor)):
            return False
        for tried in self.tries(code):
            try:
                if np.shape(answer) == np.shape(tried.answer):
                    return bool(np.allclose(answer, tried.answer))
            except (TypeError, ValueError):  # not numbers
                pass
            return same_answer(answer, tried.answer)
        return False

    def _told(self, wrong: course.Wrong) -> Mistake:
        """The mistake that a file foresaw, with the call that it marks."""
        place = marked(wrong.mark, self.facts) if wrong.mark and self.facts else None
        if place is None:
            return Mistake(wrong.name)
        return Mistake(wrong.name, {place[0]: say("lesson_here")}, **values_of(place))

    def _difference(self, codes: list[str]) -> str:
        """What differs from what was asked for, or which line of the solution stops."""
        grades, stopped = [], ""
        for tried in (tried for code in codes for tried in self.tries(code, samples=True)):
            if tried.model is not None:
                grades.append(same_graph(self.attempt.answer, tried.model))
            elif tried.error is not None and not stopped:
                about = {"line": tried.stopped_at, "error": tried.error}
                stopped = say("lesson_solution_stops", id=self.item.id, **about)
        nearest = max(grades, key=lambda grade: grade.score, default=None)
        if nearest is not None and nearest.reasons:
            return nearest.reasons[0]
        return stopped or say("lesson_not_asked_for", name=self.item.wants)


def functions(error: BaseException) -> set[str]:
    """The functions, and the classes of objects, in whose lines an error occurred, in small
    letters."""
    found: set[str] = set()
    for frame, _ in walk_tb(error.__traceback__):
        kinds = type(frame.f_locals["self"]).__mro__ if "self" in frame.f_locals else ()
        found |= {frame.f_code.co_name, *(kind.__name__ for kind in kinds)}
    return {name.replace("_", "").lower() for name in found}


def _same_error(mine: Attempt, theirs: Attempt) -> bool:
    """Whether errors of one class stopped two tries, with one first sentence but for names, numbers
    and shapes."""
    if type(mine.error) is not type(theirs.error):
        return False
    sides = [TOKEN.findall(first_sentence(tried.error)) for tried in (mine, theirs)]
    names = [_names_in(tried) for tried in (mine, theirs)]
    return len(sides[0]) == len(sides[1]) and all(
        a == b or (_is_name(a, names[0]) and _is_name(b, names[1])) for a, b in zip(*sides)
    )


def first_sentence(error: Any) -> str:
    """The first sentence of what an error says."""
    return re.split(r"[.:]\s", str(getattr(error, "what", error)))[0]


def _names_in(tried: Attempt) -> set[str]:
    """The names of variables and layers in a try."""
    layers = {node.operation.name for node in tried.nodes}
    made = {value.name for value in tried.new.values() if isinstance(value, Operation)}
    return {*tried.names, *layers, *made}


def _is_name(token: str, names: set[str]) -> bool:
    """Whether a word, without the marks around it, is a name, a number or a shape."""
    bare = token.strip(MARKS).rpartition("=")[2]
    return bare in names or token.startswith("(") or any(sign.isdigit() for sign in bare)
