"""What a student tried: the answer, the calls that were made, and the error if one stopped it."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from traceback import walk_tb
from types import CodeType, FrameType
from typing import Any

import numpy as np

from funclab.graph.node import Node, now, observed
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional
from funclab.view.live.variables import place_of

MOST_COPIED = 1 << 20
"""The bytes of an array of the notebook that is copied before lines run."""
FILE, PACKAGE = "<your lines>", str(Path(__file__).parents[1])
Place = tuple[int, int, int, int]
"""A part of some lines: the number of its first line, from 1, and the column where it begins there,
from 0 and in bytes; and of its end."""
Cut = tuple[str, str, str]
"""A line: what is before a part of it, the part, and what is behind it."""


class Calls(list[Node]):
    """The calls that lines make, with the place in the lines of each that they make themselves."""

    def __init__(self) -> None:
        self.places: dict[Node, Place] = {}
        self.codes: set[CodeType] = set()
        """What was compiled from the lines: functions made earlier are not theirs."""

    def run(self, source: str, names: dict[str, Any]) -> None:
        """Run lines, of which these are the calls."""
        whole = compile(source, FILE, "exec")
        self.codes = {*_codes(whole)}
        exec(whole, names)

    def append(self, node: Node) -> None:
        super().append(node)
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
            frame = frame.f_back
        if frame is not None and frame.f_code in self.codes:  # not a function of the lesson
            place = place_of(frame.f_code, frame.f_lasti)
            self.places |= {node: place} if place else {}


def _codes(code: CodeType) -> Iterator[CodeType]:
    """What was compiled, and the functions in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


@dataclass
class Attempt:
    """An attempt at an exercise.

    `answer` is what is judged, usually a model; `names` are the variables of the notebook,
    including those of the lesson; `nodes` the calls made while the student's lines ran, if known;
    `error` what stopped the lines; `new` the variables that they set.
    """

    answer: Any = None
    names: Mapping[str, Any] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    error: BaseException | None = None
    new: dict[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    """The variables of the notebook before the lines ran, if lines did."""
    arrays: Mapping[str, Any] = field(default_factory=dict)
    """Copies of its arrays, as they were: lines may change an array in place."""
    stopped_at: str = ""
    """The line that the error stopped."""
    source: str = ""
    """The lines that ran, if lines did."""
    begun: int | None = None
    """When the lines began, on the clock that orders nodes and layers; None if no lines ran."""
    stopped_in: Place | None = None
    """The part of the line that the error stopped, if it is known."""
    seconds: float = 0.0
    """How long the lines took."""
    changed: list[Any] = field(default_factory=list)
    """The weights of the notebook that the lines have changed, if lines ran."""

    @property
    def model(self) -> Functional | None:
        """The answer, if it is a model with a graph: a Sequential without an Input has none."""
        return self.answer if isinstance(self.answer, Functional) and self.answer.built else None

    @property
    def missing(self) -> str:
        """The name that is not there, if that is what stopped the lines."""
        return (self.error.name or "") if isinstance(self.error, NameError) else ""

    def given(self) -> dict[str, Any]:
        """The variables of the notebook as they were, with fresh copies of its arrays: lines that
        run again begin where they began before."""
        names = self.names if self.before is None else self.before
        return {**names, **{name: array.copy() for name, array in self.arrays.items()}}

    @property
    def syntax_error(self) -> bool:
        """Whether the lines are no Python."""
        return isinstance(self.error, SyntaxError)

    @property
    def layers(self) -> list[Operation]:
        """The layers in new variables that are not models, called or not."""
        values = self.new.values()
        return [x for x in values if isinstance(x, Operation) and not isinstance(x, Functional)]

    def made(self, name: str) -> Any:
        """What the lines set a variable to, or, if no lines ran, what it is; else None."""
        return (self.names if self.before is None else self.new).get(name)

    def given_to(self, function: str, argument: str) -> Any:
        """An argument of the innermost call of a function in the error's traceback; else None."""
        found = None
        for frame in self._frames:
            if frame.f_code.co_name == function:
                found = frame.f_locals.get(argument, found)
        return found

    @property
    def own(self) -> Any:
        """The object in whose method the error occurred; else None."""
        return self._frames[-1].f_locals.get("self") if self._frames else None

    @property
    def _frames(self) -> list[FrameType]:
        """Where the error came from, from the outside in."""
        return [frame for frame, _ in walk_tb(self.error and self.error.__traceback__)]

    @property
    def given_to_model(self) -> tuple[list[Any], list[Any]] | None:
        """The inputs and outputs of the Model that could not be made."""
        inputs, outputs = (self.given_to("_set_graph", name) for name in ("inputs", "outputs"))
        return None if inputs is None else (list(flat(inputs)), list(flat(outputs)))


def made_by_lesson(attempt: Attempt, places: Iterable[Node | Operation]) -> bool:
    """Whether all these places are as the lesson made them, before the lines of an attempt."""
    given = attempt.names if attempt.before is None else attempt.before
    known = {part for value in given.values() for part in _operations(value)}
    known -= set(_operations(attempt.answer))
    operations = {place.operation if isinstance(place, Node) else place for place in places}
    return operations <= known and not any(place in attempt.nodes for place in places)


def _operations(value: Any) -> list[Operation]:
    """What a variable of a notebook calls: a layer, those of a model, or what made a tensor."""
    if isinstance(value, Functional):
        return [value, *value.layers]
    if isinstance(value, Tensor):
        return [value.node.operation]
    return [value] if isinstance(value, Operation) else []


def flat(value: Any) -> Iterator[Any]:
    """The leaves of lists, tuples and dicts."""
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, (list, tuple)) or type(value).__name__ == "dict_values":
        for item in value:
            yield from flat(item)
    else:
        yield value


def run(source: str, names: dict[str, Any], wants: str = "") -> Attempt:
    """Run a student's lines among the variables of the notebook.

    The answer is the variable `wants`, if the lines set it. An error is part of the attempt.
    """
    before = dict(names)
    arrays = {
        name: value.copy() for name, value in before.items()
        if isinstance(value, np.ndarray) and value.nbytes <= MOST_COPIED
    }  # fmt: skip
    attempt = Attempt(names=names, before=before, arrays=arrays, begun=now(), source=source)
    calls, started = Calls(), perf_counter()
    attempt.nodes = calls
    with observed(calls):
        try:
            calls.run(source, names)
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            attempt.error = error
            attempt.stopped_at, attempt.stopped_in = _line(error, source, calls.codes)
    attempt.seconds = perf_counter() - started
    # Lines that ended have set what they assign to, even if it is the same object as before.
    again = set() if attempt.error is not None else assigned(source)
    attempt.new = {
        name: value
        for name, value in names.items()
        if not name.startswith("_") and (name in again or before.get(name, before) is not value)
    }
    attempt.answer = attempt.new.get(wants)
    return attempt


def parsed(source: str) -> ast.Module:
    """The syntax of lines; what Python warns of, it says when they run."""
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(source)


def assigned(source: str) -> set[str]:
    """The names that lines of Python assign to, outside of functions and classes.

    >>> sorted(assigned("a, b = 1, 2\\nfor c in a:\\n    x[c] = 3\\ndef f():\\n    d = 4"))
    ['a', 'b', 'c']
    """
    names, waiting = set[str](), list[ast.AST](parsed(source).body)
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            names.add(part.id)
        if not isinstance(part, INNER):
            waiting += ast.iter_child_nodes(part)
    return names


def made_below(attempt: Attempt) -> set[str]:
    """The names that only lines below the one at which an attempt stopped assign to.

    >>> made_below(run("b = a + c\\na = 3\\nb = 4", {}))
    {'a'}
    """
    if attempt.stopped_in is None:
        return set()
    at = attempt.stopped_in[0]
    names: tuple[set[str], set[str]] = set(), set()
    for line in parsed(attempt.source).body:
        names[line.lineno > at].update(assigned(ast.unparse(line)))
    return names[True] - names[False]


def line_of(
    source: str, attempt: Attempt, places: Iterable[Any], name: str = "", entry: str = ""
) -> Cut:
    """The line that made one of some calls or layers, or that an error stopped, cut at the part
    that did; uncut if the part is not known; the only statement, if there is just one; else "".
    With a `name`, it is the last line that sets this variable, cut at an `entry` of a dict.

    >>> lines = "from funclab import Input\\nx = Input((4,)) * 2"
    >>> attempt = run(lines, {}, "x")
    >>> line_of(lines, attempt, [attempt.answer.node])
    ('x = ', 'Input((4,)) * 2', '')
    """
    if attempt.error is not None:
        return cut(source, attempt.stopped_in) or (attempt.stopped_at, "", "")
    statements = parsed(source).body
    setting = {name: line for line in statements for name in assigned(ast.unparse(line))}
    if name in setting:
        part = _value(setting[name], entry)
        return cut(source, part) or (_first_line(source, setting[name]), "", "")
    made = getattr(attempt.nodes, "places", {})
    for place in places:
        if isinstance(place, Node) and place in made:
            return cut(source, made[place]) or ("", "", "")
        for name, line in setting.items():
            leaves = list(flat(attempt.new.get(name)))
            makers = [getattr(leaf, "node", leaf) for leaf in leaves]
            if any(maker is place for maker in makers):
                return cut(source, _value(line)) or (_first_line(source, line), "", "")
    return (_first_line(source, statements[0]) if len(statements) == 1 else "", "", "")


def cut(source: str, place: Place | None) -> Cut | tuple[()]:
    """The line of a source in which a part begins, cut at that part; nothing without a part."""
    if place is None:
        return ()
    first, start, last, end = place
    line = source.splitlines()[first - 1].encode()
    more = last > first
    parts = [line[:start], line[start:] if more else line[start:end], b"" if more else line[end:]]
    before, part, behind = (one.decode() for one in parts)
    return before.lstrip(), part + " …" * more, behind.rstrip()


def _value(statement: ast.stmt, entry: str = "") -> Place | None:
    """The part of a statement that is given to one variable, or an entry of it."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return None
    if not isinstance(statement.targets[0], ast.Name):
        return None
    value: Any = statement.value
    entries = entries_of(value) if entry else {}
    value = entries.get(entry, value)
    return value.lineno, value.col_offset, value.end_lineno, value.end_col_offset


def _first_line(source: str, statement: ast.stmt) -> str:
    first, *more = (ast.get_source_segment(source, statement) or "").splitlines()
    return first + " …" * bool(more)


INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.comprehension)


def _line(error: BaseException, source: str, codes: set[CodeType]) -> tuple[str, Place | None]:
    """The line of the source that an error stopped, and the part of it, if that is known."""
    numbers = [error.lineno] if isinstance(error, SyntaxError) else []
    place: Place | None = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code in codes:
            numbers.append(trace.tb_lineno)
            place = place_of(trace.tb_frame.f_code, trace.tb_lasti)
        trace = trace.tb_next
    lines = source.splitlines()
    number = numbers[-1] if numbers else None
    if not number or number > len(lines):
        return "", None
    return lines[number - 1].strip(), place if place and place[0] == number else None


def is_argument(name: str, source: str) -> bool:
    """Whether a call in some lines is given a variable.

    >>> is_argument("relu", "Dense(4, activation=relu)"), is_argument("relu", "relu(x)")
    (True, False)
    """
    calls = [part for part in ast.walk(parsed(source)) if isinstance(part, ast.Call)]
    given = [x for call in calls for x in (*call.args, *(part.value for part in call.keywords))]
    return any(isinstance(x, ast.Name) and x.id == name for x in given)


def is_untried(source: str, start: str) -> bool:
    """Whether lines are as the exercise gave them, are only comments, or still have a blank."""
    try:
        code, given = parsed(source), parsed(start)
    except SyntaxError:  # nbgrader's placeholder may stand in place of a function's lines
        return f"raise {NOT_WRITTEN}" in map(str.strip, source.splitlines())
    same = not code.body or ast.dump(code) == ast.dump(given)
    lines = [x for i, x in enumerate(code.body) if not _is_replaced(x, code.body[i + 1 :])]
    return same or has_blank(ast.Module(lines, []), given)


def _is_replaced(line: ast.stmt, later: list[ast.stmt]) -> bool:
    """Whether a line only sets a variable, to a list or dict, that a later line sets anew: what the
    exercise gave still stands above what the student wrote.
    """
    if not (isinstance(line, ast.Assign) and isinstance(line.value, (ast.List, ast.Dict))):
        return False
    names = set(map(ast.dump, line.targets))
    return any(isinstance(x, ast.Assign) and names <= set(map(ast.dump, x.targets)) for x in later)


def has_blank(code: ast.AST, given: ast.AST) -> bool:
    """Whether code has a placeholder for what the student has to write: dots, ___, or nbgrader's
    `raise NotImplementedError()`.

    The dots of `out[...] = x`, which mean the whole array, are the student's own. So are those in
    quotes, except for values like those that the exercise gave.
    """
    quoted = "..." in _values(given)
    waiting = [code]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Subscript):
            waiting += [part.value]
            continue
        if isinstance(part, ast.Constant) and part.value is Ellipsis:
            return True
        if isinstance(part, ast.Name) and part.id == "___":
            return True
        if isinstance(part, ast.Raise) and part.exc and ast.unparse(part.exc) == NOT_WRITTEN:
            return True
        waiting += ast.iter_child_nodes(part)
    return quoted and "..." in _values(code)


def entries_of(value: ast.AST) -> dict[str, ast.AST]:
    """What a dict in some lines, as `{"a": 1}` or `dict(a=1)`, has for each of its texts."""
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values)
        return {str(key.value): x for key, x in pairs if isinstance(key, ast.Constant)}
    keywords = value.keywords if isinstance(value, ast.Call) else []
    return {keyword.arg: keyword.value for keyword in keywords if keyword.arg}


def still_open(source: str, start: str) -> list[str]:
    """The entries of a dict that lines have left open, if the exercise gave more of them so.

    >>> still_open('a = {"x": 1, "y": ...}', 'a = {"x": ..., "y": ...}')
    ['y']
    """
    try:
        both = [_open_entries(parsed(lines)) for lines in (source, start)]
    except SyntaxError:
        return []
    return both[0] if len(both[0]) < len(both[1]) else []


def _open_entries(code: ast.AST) -> list[str]:
    dicts = [entries_of(part) for part in ast.walk(code) if isinstance(part, ast.Dict)]
    return [key for one in dicts for key, value in one.items() if ast.unparse(value) == "..."]


NOT_WRITTEN = "NotImplementedError()"


def _values(code: ast.AST) -> list[Any]:
    """The constants in lists and dicts."""
    parts = [part for part in ast.walk(code) if isinstance(part, (ast.List, ast.Dict))]
    items = [
        x for part in parts for x in (part.elts if isinstance(part, ast.List) else part.values)
    ]
    return [item.value for item in items if isinstance(item, ast.Constant)]


def tensors_of(value: Any) -> list[Tensor]:
    """The symbolic tensors in a value."""
    return [x for x in flat(value) if isinstance(x, Tensor) and hasattr(x, "node")]
