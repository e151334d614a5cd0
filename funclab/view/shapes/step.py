"""One step of a walk through shapes, the question before it, and the folding of long walks: repeats
or the middle become one step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from funclab.errors.words import plural
from funclab.graph.shape_math import Shape, show
from funclab.view.draw.shape_question import shape_question
from funclab.view.shapes.axes import AxisRow
from funclab.view.shapes.rule import Axes, axes_text
from funclab.view.shapes.window import Slide

LAST = 5
"""How many steps are kept at the end when the middle is left out."""
FEWEST, LARGE = 3, 12
"""Repetitions worth folding: three, or two of at least this many calls."""


@dataclass(frozen=True)
class Output:
    """A tensor that a step makes, and where each of its axes comes from."""

    name: str
    shape: Shape
    axes: Axes

    @property
    def text(self) -> str:
        """`batch: any number of samples; 1: units = 64`"""
        return axes_text(self.axes) or "a single number"


@dataclass(frozen=True)
class Step:
    """One call, or several similar ones folded into one: its inputs, the rule, and its outputs."""

    key: str
    detail: str
    inputs: list[tuple[str, Shape]]
    outputs: list[Output]
    words: str
    parameters: str
    """The weights as arithmetic, or why there are none to add."""
    added: int
    """How many numbers this step adds to the model."""
    total: int = 0
    """How many numbers the model holds up to here; those of a shared layer count once."""
    role: str = "call"
    """input, call, again (a layer called before), or fold."""
    calls: int = 1
    table: list[AxisRow] = field(default_factory=list)
    """The axes of the first output: what is read for each, the rule, and what is made."""
    slide: Slide | None = None
    """The window that moves over the input, if there is one."""

    @property
    def takes(self) -> list[str]:
        return [f"{name} {show(shape)}" for name, shape in self.inputs]

    @property
    def makes(self) -> list[str]:
        return [f"{output.name} {show(output.shape)}" for output in self.outputs]

    @property
    def lead(self) -> str:
        """The beginning of its sentence, up to the first stop."""
        return re.split(r"(?<=[:;.]) ", self.words, maxsplit=1)[0]

    @property
    def weights(self) -> str:
        """The arithmetic of its weights, and the running total."""
        so_far = f"; {self.total:,} so far" if self.added else ""
        return f"weights {self.parameters}{so_far}"

    @property
    def shapes(self) -> tuple[tuple[Shape, ...], tuple[Shape, ...]]:
        """Those that it takes, and those that it makes."""
        return tuple(x for _, x in self.inputs), tuple(made.shape for made in self.outputs)

    @property
    def pattern(self) -> tuple[Any, ...]:
        """What two steps have in common if one can stand for both."""
        return self.detail, self.role, self.shapes, self.added


def fold(steps: list[Step], limit: int) -> list[Step]:
    """At most `limit` steps (and never fewer than three)."""
    if len(steps) <= limit:
        return steps
    short = _fold_repeats(steps)
    if len(short) <= limit:
        return short
    first = max(1, limit - LAST - 1)
    last = min(LAST, max(1, limit - first - 1))
    middle = short[first:-last]
    count = sum(step.calls for step in middle)
    words = f"{plural(count, 'more node')}, from {middle[0].key} to {middle[-1].key}."
    return [*short[:first], _folded(middle, words), *short[-last:]]


def _fold_repeats(steps: list[Step]) -> list[Step]:
    """Each run of the same pattern of steps once, then one step for its repeats."""
    numbers: dict[Any, int] = {}
    row = np.array([numbers.setdefault(step.pattern, len(numbers)) for step in steps])
    _, count, period, start = max(_runs(row), default=(0, 0, 0, 0))
    if not count:
        return steps
    first, end = start + period, start + count * period
    what = f"The {period} calls before" if period > 1 else f"A call like {steps[start].key}"
    times = "once" if count == 2 else f"{count - 1} times"
    words = f"{what}, {times} more ({steps[first].key} to {steps[end - 1].key}): same rules."
    short = [*_fold_repeats(steps[:start]), *steps[start:first]]
    return [*short, _folded(steps[first:end], words), *_fold_repeats(steps[end:])]


def _runs(row: Any) -> Iterator[tuple[int, int, int, int]]:
    """The runs of equal parts of a row that are worth folding (Main and Lorentz 1984): how many
    places folding saves, the number of parts, their length, and the start. The greatest is best."""
    for period in range(1, len(row) // 2 + 1):
        same = np.concatenate([[False], row[:-period] == row[period:], [False]])
        edges = np.flatnonzero(same[1:] != same[:-1]).reshape(-1, 2)
        for start, end in edges[edges[:, 1] - edges[:, 0] >= period].tolist():
            count = (end - start) // period + 1
            if count >= FEWEST or (count == 2 and period >= LARGE):
                yield (count - 1) * period, count, period, start


def _folded(steps: list[Step], sentence: str) -> Step:
    """One step in place of several: its outputs are those of the last one."""
    last = steps[-1]
    added = sum(step.added for step in steps)
    return replace(
        last,
        key=f"{steps[0].key} … {last.key}",
        detail="",
        inputs=steps[0].inputs,
        words=sentence,
        parameters=f"{added:,} in all" if added else "",
        added=added,
        role="fold",
        table=[],
        slide=None,
        calls=sum(step.calls for step in steps),
    )


def step_question(step: Step) -> dict[str, Any] | None:
    """The question about the shape that a step makes; None if there is nothing to ask."""
    if not step.inputs or not step.outputs or step.role == "fold":
        return None
    inputs, outputs = step.shapes
    return shape_question(f"shape {step.key}", step.key, inputs, outputs[0], step.words)
