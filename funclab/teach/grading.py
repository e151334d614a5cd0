"""Grades: what a grader checks in a student's model, with a score and reasons in plain text.

They need no widgets and no input, and whatever a student hands in, the result is a grade and not
an error. In a test cell of nbgrader, the last line gives part of the points:

    grade = same_graph(model, expected)
    print(grade)
    grade.points(4)

In a test of otter-grader, or with pytest, the reasons are the message: `assert grade, grade`.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from funclab.errors import ArgumentError, FunclabError, plain
from funclab.errors.words import listed, plural, times
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.shape_math import show
from funclab.graph.tensor import Tensor
from funclab.teach.advice.naming import told
from funclab.teach.attempt import Attempt
from funclab.teach.checking import NOTHING, known_exercise
from funclab.teach.graphs import accuracy, trained_copy
from funclab.teach.judging import verdict_on
from funclab.teach.parts import Part, Parts, are_same, overlap
from funclab.teach.records.keeping import LAST
from funclab.view.diff.match import settings_of
from funclab.view.notebook import runs
from funclab.view.scene import words

SHARES = {"inputs": 0.1, "outputs": 0.1, "calls": 0.4, "wires": 0.2, "sharing": 0.2}
"""What `same_graph` looks at, and how much each part is worth."""
NEARLY = 0.95
"""The highest score of a graph that is not the same."""
MOST_REASONS = 6


@dataclass(frozen=True)
class Grade:
    """A verdict for a grader: `passed`, a `score` from 0 to 1, and the `reasons` for lost points.

    It counts as true if it passed. Its text is for the student to read.

    >>> Grade(False, 0.6, ("A call of Dense is missing.",)).points(5)
    3.0
    """

    passed: bool
    score: float
    reasons: tuple[str, ...] = ()

    def points(self, most: float) -> float:
        """The points that the score is worth, out of `most`, to two places."""
        return round(self.score * most, 2)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        if self.passed:
            return "Passed."
        return "\n".join([f"Not yet ({self.score:.0%}).", *(f"- {why}" for why in self.reasons)])


def same_graph(student: Any, expected: Any) -> Grade:
    """Whether a student's model is the expected one, whatever its names and the way it was written.

    `Dense(4, activation="relu")` is the same as a `Dense(4)` followed by a `ReLU()`, an operator
    the same as its layer, and a model called as a layer the same as its layers called one by one.
    The order of inputs and outputs matters; so does which calls share their weights. Initial
    weights do not.

    The score has five parts: the shapes of inputs (0.1) and of outputs (0.1), the calls (0.4), the
    wires between them (0.2), and which of them share weights (0.2).

    `student`: what was handed in, anything at all. `expected`: a model, or a list of models each of
    which is right; the most similar one counts.

    Raises: ArgumentError if what is expected is not a model.
    """
    wanted = list(expected) if isinstance(expected, (list, tuple)) else [expected]
    for model in wanted:
        if words.graph_of(model) is None:
            raise ArgumentError(
                f"same_graph was given {_kind(model)} as what is expected.",
                why="a graph is compared with that of a model, or of several in a list.",
                fix="write same_graph(student, Model(inputs, outputs)).",
            )
    sides, rank = [Parts(model) for model in wanted], attrgetter("passed", "score")
    return _careful(student, lambda mine: max((_compared(mine, side) for side in sides), key=rank))


def same_shapes(student: Any, inputs: Iterable[Any], outputs: Iterable[Any]) -> Grade:
    """Whether a model takes and returns tensors of these shapes, in order, with the batch axis.

    `inputs`, `outputs`: lists of shapes, such as `[(None, 64)]`.
    """

    def compared(mine: Parts) -> Grade:
        marks = [
            _ends(mine.graph.inputs, inputs, "input"),
            _ends(mine.graph.outputs, outputs, "output"),
        ]
        return all_of(*(Grade(not why, float(not why), tuple(why)) for why in marks))

    return _careful(student, compared)


def shares_layer(student: Any, calls: int = 2, kind: type | None = None) -> Grade:
    """Whether a model calls one layer with weights several times.

    `calls` (default 2): how many times at least. `kind` (a class or None): which layers count.
    """

    def compared(mine: Parts) -> Grade:
        called = [node.operation for node in mine.graph.nodes]
        fits = [x for x in called if getattr(x, "weights", None) and isinstance(x, kind or object)]
        count = Counter(fits)
        layer, most = max(count.items(), key=lambda item: item[1], default=(None, 0))
        why = f"No layer is called {times(calls)}; expected one that is."
        if layer is not None:
            wanted = f"one layer that is called {times(calls)}"
            why = f"{told(layer)} is called {times(most)}; expected {wanted}."
        return Grade(most >= calls, min(1.0, most / calls), () if most >= calls else (why,))

    return _careful(student, compared)


def within_weights(student: Any, most: int) -> Grade:
    """Whether a model has at most `most` numbers in its weights."""

    def compared(mine: Parts, model: Any = student) -> Grade:
        count = model.count_params()
        why = f"{told(model)} has {plural(count, 'weight')}; expected at most {most:,}."
        return Grade(count <= most, float(count <= most), () if count <= most else (why,))

    return _careful(student, compared)


def learns(
    student: Any, x: Any, y: Any, *, loss: str, test: tuple[Any, Any] | None = None,
    at_least: float = 0.9, epochs: int = 20,
) -> Grade:  # fmt: skip
    """Whether a copy of a model, trained from a fixed seed, predicts well: only the graph counts.

    `x`, `y`: the training data, with classes as integers. `loss`: as in `compile`. `test` (a pair
    or None): the test data; unless given, the training data. `at_least` (default 0.9): the accuracy
    that passes. `epochs` (default 20): with Adam, in batches of 32.
    """

    def compared(mine: Parts, model: Any = student) -> Grade:
        trained = trained_copy(model, x, y, loss=loss, epochs=epochs)
        reached = accuracy(trained, *(test or (x, y)))
        why = f"{told(model)} gets {told(reached)} right; expected {told(float(at_least))}."
        passed = reached >= at_least
        return Grade(passed, min(1.0, reached / at_least), () if passed else (why,))

    return _careful(student, compared)


def solved(
    exercise: str, answer: Any = NOTHING, *, names: Mapping[str, Any] | None = None
) -> Grade:
    """Whether an exercise of a lesson is solved, according to the judge that `check` uses.

    `exercise`: its name, such as "5B". `answer`: usually a model; left out, the last attempt of
    this session counts, such as the lines under `%%check 5B`. `names` (dict or None): the variables
    that the lesson made; unless given, those of the notebook.

    Raises: NameLookupError for an unknown exercise.
    """
    item = known_exercise(exercise)
    if answer is not NOTHING:
        verdict = verdict_on(item, Attempt(answer, runs.names() if names is None else names))
    elif item.id in LAST:
        verdict = LAST[item.id][1]
    else:
        return Grade(False, 0.0, (f"{item.id} was not tried yet.",))
    return Grade(verdict.right, float(verdict.right), () if verdict.right else (verdict.says,))


def all_of(*grades: Grade) -> Grade:
    """One grade for several: passed if all passed, with the mean of their scores and all reasons.

    >>> all_of(Grade(True, 1.0), Grade(False, 0.5, ("Why not.",)))
    Grade(passed=False, score=0.75, reasons=('Why not.',))
    """
    reasons = [reason for grade in grades for reason in grade.reasons]
    score = sum(grade.score for grade in grades) / max(1, len(grades))
    return Grade(all(grades), score, tuple(dict.fromkeys(reasons)))


# How grades are computed --------------------------------------------------------------------------


def _careful(student: Any, compared: Callable[[Parts], Grade]) -> Grade:
    """A grade for whatever was handed in; what cannot be graded gets 0, with the reason."""
    try:
        if words.graph_of(student) is None:
            return Grade(False, 0.0, (f"The answer is {_kind(student)}; expected a model.",))
        with warnings.catch_warnings(action="ignore"):  # nbgrader gives 0 to a cell that warns
            return compared(Parts(student))
    except Exception as error:  # a layer of the student's own can do anything
        what = error.what if isinstance(error, FunclabError) else error
        said = plain(f"{type(error).__name__}: {what}")
        return Grade(False, 0.0, (f"The model could not be run. {said}",))


def _kind(value: Any) -> str:
    """What something is, for a sentence that expected a model.

    >>> _kind(None), _kind(3)
    ('nothing', 'of the type int')
    """
    if value is None or value is ...:
        return "nothing"
    if isinstance(value, Tensor):
        return f"the tensor {told(value)}"
    if isinstance(value, Operation):
        return f"{told(value)}, without a graph of its own"
    return f"of the type {type(value).__name__}"


def _compared(mine: Parts, wanted: Parts) -> Grade:
    """The grade of a model against one that is right."""
    if are_same(mine, wanted):
        return Grade(True, 1.0)
    ends = [
        _ends(mine.graph.inputs, (tensor.shape for tensor in wanted.graph.inputs), "input"),
        _ends(mine.graph.outputs, (tensor.shape for tensor in wanted.graph.outputs), "output"),
    ]
    marks = {"inputs": float(not ends[0]), "outputs": float(not ends[1])}
    reasons = [why for end in ends for why in end]
    for name, key, explain in (
        ("calls", _calls, _why_calls),
        ("wires", _wires, _why_wires),
        ("sharing", _sharing, _why_sharing),
    ):
        marks[name] = overlap(list(key(mine).values()), list(key(wanted).values()))
        # If a call is missing, so are its wires: only the first kind of reason is worth reading.
        if marks[name] < 1 and len(reasons) == sum(map(len, ends)):
            reasons += explain(mine, wanted)
    if not reasons:
        reasons = ["All calls are there, but some read the results of others than expected."]
    score = sum(SHARES[name] * mark for name, mark in marks.items())
    shown = reasons[:MOST_REASONS]
    if len(reasons) > len(shown):
        shown.append(f"There is more of this kind: {len(reasons) - len(shown)}.")
    return Grade(False, round(min(score, NEARLY), 4), tuple(shown))


def _ends(tensors: Sequence[Any], shapes: Iterable[Any], name: str) -> list[str]:
    """What is wrong with the shapes of inputs or outputs."""
    mine, wanted = [tuple(x.shape) for x in tensors], [tuple(shape) for shape in shapes]
    if mine == wanted:
        return []
    got, want = (", ".join(map(show, shapes)) for shapes in (mine, wanted))
    return [
        f"There is {plural(len(mine), name)}, {got}; expected {plural(len(wanted), name)}, {want}."
    ]


def _calls(side: Parts) -> dict[Part, Any]:
    """Each op call, identified without its neighbours."""
    return {
        part: (part.kind, tuple(source.kind for source, _ in part.sources if not source.is_call))
        for part in side.calls
    }


def _wires(side: Parts) -> dict[tuple[Part, int], Any]:
    """Each wire between two calls: the two ends, and where it arrives."""
    return {
        (part, i): (source.kind, at, part.kind, position)
        for part in side.calls
        for i, (source, at, position) in enumerate(part.reads)
        if not source.is_weight
    }


def _sharing(side: Parts) -> dict[Part, Any]:
    """For each weight, the calls that use it."""
    readers = side.readers()
    used = {part: sorted(reader.kind for reader, _, _ in readers[part]) for part in side.weights}
    return {part: (part.kind, tuple(kinds)) for part, kinds in used.items()}


def _left_over(mine: dict[Any, Any], wanted: dict[Any, Any]) -> list[Any]:
    """The keys of the first dict whose values the second does not have, or not as many times."""
    spare, left = Counter(wanted.values()), []
    for key, value in mine.items():
        if spare[value]:
            spare[value] -= 1
        else:
            left.append(key)
    return left


def _nodes(side: Parts, parts: Iterable[Part]) -> list[Node]:
    """The calls of layers to which op calls belong, each once."""
    nodes = (side.node(part) for part in parts)
    return [*dict.fromkeys(node for node in nodes if node is not None)]


def _why_calls(mine: Parts, wanted: Parts) -> list[str]:
    """Which layers differ from those expected, are too many, or missing."""
    have, need = _calls(mine), _calls(wanted)
    extra, missing = _nodes(mine, _left_over(have, need)), _nodes(wanted, _left_over(need, have))
    pairs = [(node, _partner(node, missing, wanted)) for node in extra]
    pairs += [(_partner(node, extra, mine), node) for node in missing]
    told_of: set[Node | None] = set()
    reasons = []
    for node, other in pairs:
        if node is not None and other is not None and not {node, other} & told_of:
            told_of |= {node, other}
            reasons.append(_difference(node, other))
    extra, missing = ([node for node in nodes if node not in told_of] for nodes in (extra, missing))
    reasons += [f"{told(node)} ({_class(node)}) is not expected." for node in extra]
    return reasons + [f"A call of {_class(node)} is missing." for node in missing]


def _partner(node: Node, left_over: list[Node], side: Parts) -> Node | None:
    """The counterpart of a call on the other side: of the same class, with other settings."""
    settings = repr(settings_of(node.operation))
    others = (x for x in _nodes(side, side.calls) if repr(settings_of(x.operation)) != settings)
    return next((x for x in (*left_over, *others) if _class(x) == _class(node)), None)


def _class(node: Node) -> str:
    operation: Any = node.operation
    return type(operation.op if isinstance(operation, OpOperation) else operation).__name__


def _difference(node: Node, other: Node) -> str:
    """What differs between two calls of the same class: a setting, or else a shape."""
    mine, wanted = settings_of(node.operation), settings_of(other.operation)
    for key, (value, expected) in words.differing([mine, wanted]).items():
        if key in mine and key in wanted and "initializer" not in key:
            return f"{told(node)} has {key}={value!r}; expected {expected!r}."
    shapes = [", ".join(map(show, call.input_shapes)) for call in (node, other)]
    if shapes[0] != shapes[1]:
        return f"{told(node)} is given {shapes[0]}; expected {shapes[1]}."
    return f"{told(node)} ({_class(node)}) computes something else than expected."


def _why_wires(mine: Parts, wanted: Parts) -> list[str]:
    """Which calls read something other than expected."""
    reasons = []
    for part, i in _left_over(_wires(mine), _wires(wanted)):
        source = part.sources[i][0]
        reader, read = mine.node(part), mine.node(source)
        what = told(read) if read is not None else "an input"
        if reader is not None:
            reasons.append(f"{told(reader)} reads {what}; expected another tensor there.")
    return [*dict.fromkeys(reasons)]


def _why_sharing(mine: Parts, wanted: Parts) -> list[str]:
    """Which layers are separate but should be one, or are one but should be several."""
    readers = mine.readers()
    left = _left_over(_sharing(mine), _sharing(wanted))
    users = [_nodes(mine, (reader for reader, _, _ in readers[weight])) for weight in left]
    layers = {node.operation: len(nodes) for nodes in users for node in nodes}
    names = listed([told(layer) for layer in layers])
    count, most = len(mine.weights), len(wanted.weights)
    if count > most:
        return [f"{names} have weights of their own; expected one layer, called several times."]
    if count < most:
        many = times(max(layers.values(), default=1))
        return [f"{names} is called {many}; expected layers with weights of their own."]
    return [f"Other calls than expected share the weights of {names}."]
