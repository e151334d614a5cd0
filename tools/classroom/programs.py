"""What the students of a class try at the exercises of lesson 5.

Each program has the mistake in it ("" for none, "other" for one that is not foreseen), and a name
for what it makes: programs with the same mistake and the same `made` build the same graph under
whatever names, or are stopped by the same error.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.teach import tries_05
from tools.classroom.lesson import EXERCISES

OTHER = "other"
AUTHOR = "Ann Miller, 0170 1234567"


@dataclass(frozen=True)
class Program:
    """A try: lines of its own, or numbers of the lines to arrange."""

    exercise: str
    mistake: str
    made: str
    source: str = ""
    order: tuple[int, ...] = ()

    @property
    def lines(self) -> str:
        """The program as it is handed in: without comments, and nothing if it is not Python."""
        source = self.source
        if self.order:
            source = "\n".join(EXERCISES[self.exercise]["lines"][i] for i in self.order)
        if self.made == "SyntaxError":
            return ""
        lines = (line.partition("  #")[0].rstrip() for line in source.split("\n"))
        return "\n".join(line for line in lines if line)


def _start(exercise: str, lines: int) -> str:
    return "\n".join(EXERCISES[exercise]["start"].split("\n")[:lines]) + "\n"


START = {"5A": "", "5B": "", "5C": _start("5C", 4), "5D": _start("5D", 1)}
"""What a student leaves as it is in the cell of the exercise."""


def _lines(exercise: str, program: str) -> str:
    """A program as it stands in the cell: what the lesson has not imported, it imports."""
    needed = [name for name in ("layers", "ops") if f"{name}." in program]
    imports = f"from funclab import {', '.join(needed)}\n" if needed else ""
    return START[exercise] + imports + program.strip()


def _wrong(exercise: str, *mistakes: str) -> list[Program]:
    """Programs with foreseen mistakes; no two of them make the same."""
    return [
        Program(exercise, name, name, _lines(exercise, tries_05.WRONG[exercise][name]))
        for name in mistakes or tries_05.WRONG[exercise]
    ]


def _unforeseen(exercise: str, *made: str) -> list[Program]:
    """The programs that no lesson foresees, each with what it makes, or with its error."""
    pairs = zip(made, tries_05.REFUSED[exercise], strict=True)
    return [Program(exercise, OTHER, one, _lines(exercise, x)) for one, x in pairs]


def _right(exercise: str) -> list[Program]:
    return [Program(exercise, "", "right", _lines(exercise, x)) for x in tries_05.RIGHT[exercise]]


def _in_order(mistake: str, made: str, *order: int) -> Program:
    return Program("5A", mistake, made, order=order)


RIGHT = {
    "5A": [
        _in_order("", "right", 0, 1, 2, 3, 4, 5, 6, 7),
        _in_order("", "right", 1, 0, 2, 3, 4, 5, 6, 7),
    ],
    **{name: _right(name) for name in ("5B", "5C", "5D")},
}
TWO_EYES, *_OWN_LINES = _wrong("5A", "two_layers", "called_once", "end_to_end", "same_input_twice")
WRONG = {
    "5A": [
        _in_order("two_layers", "two_layers", 0, 1, 2, 3, 8, 5, 6, 7),
        _in_order("two_layers", "two_layers", 1, 0, 2, 8, 3, 5, 6, 7),
        _in_order("input_missing", "input_missing", 0, 1, 2, 3, 4, 5, 6, 9),
        _in_order(OTHER, "NameError", 0, 1, 2, 3, 5, 4, 6, 7),
        _in_order(OTHER, "NameError", 1, 2, 3, 4, 5, 6, 7),
        TWO_EYES,
        Program("5A", "two_layers", "two_layers", f"{TWO_EYES.source}  # by {AUTHOR}\n"),
        *_OWN_LINES,
    ],
    "5B": [
        *_wrong("5B"),
        *_unforeseen("5B", "itself", "doubled", "GraphError", "TensorTypeError"),
        Program("5B", OTHER, "SyntaxError", "half = Model(right, ))"),
        Program("5B", OTHER, "NameError", "half = Model(right, encoder.output)"),
    ],
    "5C": [*_wrong("5C"), *_unforeseen("5C", "WeightsError", "WeightsError", "two", "chained")],
    "5D": [
        *_wrong("5D"),
        *_unforeseen("5D", "twins", "middle twice"),
        Program("5D", OTHER, "ShapeError", "model = Dense(3)(left) - Dense(4)(right)"),
        Program("5D", OTHER, "no model", START["5D"] + "index = 1"),
    ],
}
"""Wrong programs, first those that are tried most. In 5A, some put the lines in another order, and
others write lines of their own."""
BEFORE_ITS_CELLS = Program("5B", OTHER, "NameError", "half = Model(right, b)")
"""Right, but not in a notebook whose cells above it did not run."""
