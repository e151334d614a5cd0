"""Runs a program that is written for Keras or TensorFlow, statement by statement, with made-up data
in place of downloads and missing files, and says which lines fail.

It runs in a process of its own, in a folder of its own, and only where somebody asked for it.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from funclab.errors import FunclabError
from funclab.files import json_lines
from funclab.keras2 import made_up
from funclab.keras2.programs import MAY, NOTE, STOPS, Finding, Place, source_of, stand_in

NAME = "<the program>"
LONGEST = 20.0
"""Seconds for one statement."""


class TooLong(BaseException):
    """A statement took longer than it may."""


def statements(source: str) -> Iterator[tuple[ast.stmt, Any]]:
    """Each statement of a program, compiled."""
    for statement in ast.parse(source).body:
        yield statement, compile(ast.Module([statement], []), NAME, "exec")


def names_made(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a meaning to."""
    made: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {(name.asname or name.name).partition(".")[0] for name in node.names}
    return made


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Ends what runs in it after some seconds, where the system can do that.

    Raises: TooLong.
    """
    if not hasattr(signal, "SIGALRM"):  # on Windows, the whole run has a limit only
        yield
        return

    def ring(*_: Any) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def said(error: BaseException, lost: dict[str, int]) -> tuple[str, str, str]:
    """The kind of a failure, what is wrong, and what to write instead."""
    if isinstance(error, TooLong):
        return NOTE, f"it was still running after {LONGEST:.0f} s, and was stopped.", ""
    if isinstance(error, NameError) and error.name in lost:
        return MAY, f"not tried: line {lost[error.name]} did not make {error.name}.", ""
    if isinstance(error, FileNotFoundError):
        return MAY, f"needs the file {error.filename}, which is not here.", ""
    if isinstance(error, FunclabError):
        return STOPS, error.what, error.fix
    return STOPS, f"{type(error).__name__}: {error}"[:400], ""


def line_of(error: BaseException, statement: ast.stmt) -> int:
    """The line of the program that was running."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == NAME and frame.lineno]
    return lines[-1] if lines else statement.lineno


def run(source: str, seconds: float) -> Iterator[tuple[int, str, str, str]]:
    """The line, the kind, and the words of each failure."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    lost: dict[str, int] = {}
    end = time.monotonic() + seconds
    for statement, code in statements(source):
        rest = end - time.monotonic()
        if rest <= 0:
            yield statement.lineno, MAY, f"not tried: the {seconds:.0f} s for all were over.", ""
            return
        try:
            with limited(min(LONGEST, rest)):
                exec(code, namespace)
        except (Exception, TooLong, SystemExit) as error:
            line = line_of(error, statement)
            lost |= dict.fromkeys(names_made(statement) - set(namespace), line)
            yield line, *said(error, lost)


def main() -> None:
    """Run the file that the command line names, for so many seconds; print each failure as a line
    of JSON when it happens."""
    stand_in()
    path, seconds = Path(sys.argv[1]), float(sys.argv[2])
    report = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the program's own words
    try:
        source, places = source_of(path)
        ast.parse(source)
    except (json_lines.Unusable, OSError, SyntaxError):
        return  # who reads the program has said it already
    lines = source.splitlines()
    made_up.take_place(source, Path.cwd())
    for line, kind, says, instead in run(source, seconds):
        place = places[min(line, len(places)) - 1] if places else Place(0, 1)
        code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        print(json.dumps(Finding(*place, code, kind, says, instead)), file=report, flush=True)
    print(json.dumps("ended"), file=report, flush=True)
