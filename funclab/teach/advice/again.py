"""Other lines in place of a student's: what is advised is tried first, so that it is true.

A sentence that supposes what somebody meant leads them away if they meant something else. What a
change would do to the lines, their judge knows.
"""

from __future__ import annotations

import ast
import contextlib
import io
import tokenize
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from funclab.teach import course
from funclab.teach.attempt import Attempt, parsed, run
from funclab.teach.graphs import copies_trained
from funclab.teach.rollback import no_trace
from funclab.training import fitting

AT_MOST = 3.0
"""The seconds that lines may have taken, to be tried again."""
SILENT = {"compile", "fit", "evaluate", "predict", "summary", "plot", "print", "display"}
"""What is called for something else than what it returns."""


class Again:
    """Tries with other lines, among the variables as they were before the student's.

    `judge` is that of the exercise, or None if nothing may be told of its verdict.
    """

    def __init__(
        self, exercise: course.Exercise, attempt: Attempt, judge: Callable[..., Any] | None
    ) -> None:
        self.exercise, self.attempt, self.judge = exercise, attempt, judge
        self.trained = False
        """Whether the judge has trained a copy of the model of the lines tried last."""

    @property
    def possible(self) -> bool:
        """Whether there are lines, and time to run them once more."""
        return bool(self.attempt.source) and self.attempt.seconds < AT_MOST

    def is_right(self, source: str) -> bool:
        """Whether these lines would be a right answer."""
        return self._judged(source, self.judge)[0]

    def gets_further(self, source: str) -> bool:
        """Whether these lines would end, or be stopped only by another missing name."""
        right, error = self._judged(source, self.judge if self.exercise.stops else None)
        missing = isinstance(error, NameError) and error.name != self.attempt.missing
        return right or error is None or missing

    def _judged(self, source: str, judge: Any) -> tuple[bool, BaseException | None]:
        names = dict(self.attempt.before or {})
        live, fitting.live_by_default = fitting.live_by_default, False
        try:
            with no_trace(names), _silently(), copies_trained() as models:
                other = run(source, names, self.exercise.wants)
                if judge is None or (other.error is not None and not self.exercise.stops):
                    return False, other.error
                right = judge(other) is None
                self.trained = bool(models)
                return right, other.error
        except Exception as error:  # an unexpected attempt must not end in a traceback
            return False, error
        finally:
            fitting.live_by_default = live


@contextlib.contextmanager
def _silently() -> Iterator[None]:
    with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()):
        yield


def renamed(source: str, name: str, other: str) -> str:
    """Lines with another name in place of one, but not of what belongs to an object.

    >>> renamed("q = exp(x.exp) + 'exp'", "exp", "np.exp")
    "q = np.exp(x.exp) + 'exp'"
    """
    lines, before = source.splitlines(), ""
    found: list[tuple[int, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.string == name and before != ".":
            found.append(token.start)
        before = token.string
    for row, column in reversed(found):
        line = lines[row - 1]
        lines[row - 1] = line[:column] + other + line[column + len(name) :]
    return "\n".join(lines)


def kept(source: str, wants: str) -> Iterator[tuple[str, list[str]]]:
    """Lines in which names keep what is made and dropped, with the statements that dropped it: the
    name of what it was made from, or the one that is wanted.

    >>> [lines for lines, _ in kept("h = f(x)\\ng(h)\\nq = h", "q")]
    ['h = f(x)\\nh = g(h)\\nq = h', 'h = f(x)\\nq = g(h)\\nq = h']
    """
    dropped = [line for line in parsed(source).body if isinstance(line, ast.Expr) and _makes(line)]
    texts = [ast.get_source_segment(source, line) or "" for line in dropped]
    if not dropped or not all(texts):
        return
    for choose in (_made_from, lambda line: wants):
        lines = source.splitlines()
        for line in dropped:
            at = line.lineno - 1
            lines[at] = f"{choose(line)} = {lines[at][line.col_offset :]}"
        if all(map(choose, dropped)):
            yield "\n".join(lines), texts


def _makes(line: ast.Expr) -> bool:
    """Whether a statement makes a value and drops it."""
    value: Any = line.value
    if not isinstance(value, ast.Call):
        return isinstance(value, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript))
    function = value.func
    return getattr(function, "attr", getattr(function, "id", "")) not in SILENT


def _made_from(line: ast.Expr) -> str:
    """The variable that a statement reads last, in its parentheses if it has some."""
    value: Any = line.value
    parts: list[ast.AST] = [*value.args] if isinstance(value, ast.Call) and value.args else [value]
    names = [x for part in parts for x in ast.walk(part) if isinstance(x, ast.Name)]
    return names[0].id if names else ""
