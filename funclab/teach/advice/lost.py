"""What lines make and nothing reads: calls that lead nowhere, and values that no name keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.models.model import Functional
from funclab.teach import course
from funclab.teach.advice.again import Again, kept
from funclab.teach.attempt import Attempt, flat
from funclab.teach.graphs import unused_calls


def dropped_line(attempt: Attempt, again: Again) -> str:
    """The first line whose value is lost although, kept under a name, it would make the answer
    right; "" if there is none. This was tried; as lines that ran leave things behind, which may
    help a second run, the same lines were tried, too. Where the check trains, which takes long and
    depends on the graph alone, just one training is tried.
    """
    if not again.possible or attempt.syntax_error:
        return ""
    for source, texts in kept(attempt.source, again.exercise.wants):
        right = again.is_right(source)
        if right and (again.trained or not again.is_right(attempt.source)):
            return texts[0].splitlines()[0]
        if again.trained:
            break
    return ""


def surplus_line(attempt: Attempt, again: Again) -> str:
    """The line without which all others are a right answer; "" if there is none. This was tried.

    Where lines stop, what stands below is not looked at: the verdict must not depend on it.
    """
    lines = written(attempt)
    ended = attempt.error is None or attempt.stopped_at == lines[-1].strip()
    if not ended or not again.possible:
        return ""
    for line in as_given(lines, again):
        others = "\n".join(other for other in lines if other is not line)
        if again.is_right(others) and not again.is_right(attempt.source):
            return line
    return ""


def unneeded_lines(attempt: Attempt, again: Again) -> list[str]:
    """The lines to arrange that a right answer does not need, tried one after another."""
    needed = written(attempt)
    unneeded: list[str] = []
    more = len(needed) > len(again.exercise.solution)
    if again.exercise.kind != "arrange" or not more or not again.possible:
        return unneeded
    for line in as_given(needed, again):
        rest = [other for other in needed if other is not line]
        if again.is_right("\n".join(rest)):
            needed = rest
            unneeded.append(line)
    return unneeded


def written(attempt: Attempt) -> list[str]:
    """The lines of an attempt that are not empty."""
    return [line for line in attempt.source.splitlines() if line.strip()]


def as_given(lines: list[str], again: Again) -> list[str]:
    """Lines in the order in which the exercise has them, so that any order gets one verdict."""
    given = again.exercise.lines

    def place(line: str) -> int:
        return given.index(line) if line in given else len(given)

    return sorted(lines, key=place)


def loose_call(attempt: Attempt, exercise: course.Exercise) -> Node | None:
    """The last call of the student's own lines that nothing reads, as the model leaves it out."""
    if attempt.model is None or attempt.error is not None:
        return None
    places = getattr(attempt.nodes, "places", {})
    given = {line.strip() for line in exercise.start.splitlines()}
    lines = attempt.source.splitlines()
    inside = calls_inside([attempt.model, *attempt.new.values()])

    def is_own(node: Node) -> bool:
        if node not in places or node in inside:
            return False
        number, *_ = places[node]
        return lines[number - 1].strip() not in given

    loose = [*filter(is_own, unused_calls(attempt.nodes, attempt.model))]
    return loose[-1] if loose else None


def idle_layer(attempt: Attempt) -> Operation | None:
    """The last layer in a variable of the student's own lines that was never called, by itself or
    as a part of another layer."""
    if attempt.model is None or attempt.error is not None or attempt.begun is None:
        return None
    waiting, parts = [x for x in attempt.new.values() if isinstance(x, Operation)], set[int]()
    while waiting:
        inner = [*getattr(waiting.pop(), "sublayers", [])]
        waiting += [part for part in inner if id(part) not in parts]
        parts.update(map(id, inner))
    idle = [
        layer for layer in attempt.layers
        if not layer.inbound_nodes and layer.born >= attempt.begun and id(layer) not in parts
    ]  # fmt: skip
    return idle[-1] if idle else None


def calls_inside(values: Iterable[Any]) -> set[Node]:
    """The calls inside some models, and inside the models that these hold."""
    nodes = set[Node]()
    seen = set[int]()
    waiting = [*flat([*values])]
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, type):
            continue
        seen.add(id(value))
        if isinstance(value, Functional) and value.built:
            nodes.update(value.graph.nodes)
        waiting += getattr(value, "sublayers", [])
    return nodes
