"""What lines make and nothing reads: calls that lead nowhere, and values that no name keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funclab.graph.node import Node
from funclab.models.model import Functional
from funclab.teach import course
from funclab.teach.advice.again import Again, kept
from funclab.teach.attempt import Attempt, flat
from funclab.teach.graphs import unused_calls


def dropped_line(attempt: Attempt, again: Again) -> str:
    """The first line whose value is lost although, kept under a name, it would make the answer
    right; "" if there is none. This was tried; as lines that ran leave things behind, which may
    help a second run, the same lines were tried, too."""
    if not again.possible or attempt.syntax_error:
        return ""
    for source, texts in kept(attempt.source, again.exercise.wants):
        if again.is_right(source) and not again.is_right(attempt.source):
            return texts[0].splitlines()[0]
    return ""


def surplus_line(attempt: Attempt, again: Again) -> str:
    """The line without which all others are a right answer; "" if there is none. This was tried.

    Where lines stop, what stands below is not looked at: the verdict must not depend on it.
    """
    lines = [line for line in attempt.source.splitlines() if line.strip()]
    ended = attempt.error is None or attempt.stopped_at == lines[-1].strip()
    for line in _as_given(lines, again) if ended and again.possible else []:
        others = "\n".join(one for one in lines if one is not line)
        if again.is_right(others) and not again.is_right(attempt.source):
            return line
    return ""


def unneeded_lines(attempt: Attempt, again: Again) -> list[str]:
    """The lines to arrange that a right answer does not need, tried one after another."""
    lines = [line for line in attempt.source.splitlines() if line.strip()]
    needed, unneeded = lines, []
    more = again.exercise.kind == "arrange" and len(lines) > len(again.exercise.solution)
    for line in _as_given(lines, again) if more and again.possible else []:
        rest = [one for one in needed if one is not line]
        if again.is_right("\n".join(rest)):
            needed, unneeded = rest, [*unneeded, line]
    return unneeded


def _as_given(lines: list[str], again: Again) -> list[str]:
    """Lines in the order in which the exercise has them, so that any order gets one verdict."""
    given = [*again.exercise.lines]
    return sorted(lines, key=lambda line: given.index(line) if line in given else len(given))


def loose_call(attempt: Attempt, exercise: course.Exercise) -> Node | None:
    """The last call of the student's own lines that nothing reads, as the model leaves it out."""
    if attempt.model is None or attempt.error is not None:
        return None
    places = getattr(attempt.nodes, "places", {})
    given = {line.strip() for line in exercise.start.splitlines()}
    lines = attempt.source.splitlines()
    within = _within([attempt.model, *attempt.new.values()])
    loose = [node for node in unused_calls(attempt.nodes, attempt.model)
             if node in places and node not in within
             and lines[places[node][0] - 1].strip() not in given]  # fmt: skip
    return loose[-1] if loose else None


def _within(values: Iterable[Any]) -> set[Node]:
    """The calls inside some models, and inside the models that these hold."""
    nodes, seen, waiting = set[Node](), set[int](), [*flat([*values])]
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, type):
            continue
        seen.add(id(value))
        nodes |= {*value.graph.nodes} if isinstance(value, Functional) and value.built else set()
        waiting += getattr(value, "sublayers", [])
    return nodes
