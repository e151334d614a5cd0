"""Exercises in which students predict what the calls in some lines return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.teach import course
from funclab.teach.attempt import Attempt, run
from funclab.teach.graphs import reads
from funclab.teach.judging import Mistake, judge, lights, unforeseen
from funclab.teach.records.answers import answers_by_call, plain_answer, same_answer


def judge_predictions(
    exercise: str,
    wanted: Callable[[Node], Any],
    mistake: Callable[[Node, Any], Mistake],
    *,
    in_all: Callable[[list[tuple[Node, Any]]], Mistake | None] = lambda pairs: None,
) -> None:
    """Make the judge of an exercise; its first hint highlights all that a wrong call reads.

    `wanted` returns the right answer for a call, `mistake` what is wrong with another answer,
    and `in_all` what, if anything, is wrong in the same way with all pairs of a call and an answer.
    """

    @judge(exercise)
    def all_calls(attempt: Attempt) -> Mistake | None:
        pairs = answers_by_call(attempt.answer, calls_asked(attempt, exercise))
        if pairs is None:
            return unforeseen()
        for node, answer in pairs:
            if not same_answer(answer, wanted(node)):
                plain = [(call, plain_answer(one)) for call, one in pairs]
                return in_all(plain) or mistake(node, plain_answer(answer))
        return None

    @lights(exercise)
    def read_by_the_first_wrong_call(attempt: Attempt) -> list[Node | Operation]:
        pairs = answers_by_call(attempt.answer, calls_asked(attempt, exercise)) or []
        wrong = [node for node, answer in pairs if not same_answer(answer, wanted(node))]
        return list(reads(wrong[0])) if wrong else []


def calls(attempt: Attempt) -> list[Node]:
    """The calls that the lines of an attempt made."""
    return [node for node in attempt.nodes if not node.is_input]


def calls_asked(attempt: Attempt, exercise: str) -> list[Node]:
    """The calls that an attempt is about: its own, or those of the exercise's given lines."""
    start = course.exercise(exercise).start
    return calls(attempt) or calls(run(start, dict(attempt.names)))
