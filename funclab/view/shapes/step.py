"""One step of a walk through shapes, and walks made short: repeats, or the middle, become one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from funclab.shape_math import Shape
from funclab.view.draw.text import plural
from funclab.view.shapes.rules.numbers import Axes, axes_text

LONGEST_PATTERN = 12
LAST = 5
"""How many steps stay at the end when the middle is left out."""


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
    """One call, or several alike folded into one: what comes in, the rule, what comes out."""

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
    """How many numbers the model holds up to here; a shared layer's count once."""
    role: str = "call"
    """input, call, again (a layer called before), or fold."""
    calls: int = 1

    @property
    def weights(self) -> str:
        """The arithmetic of its weights, and the sum of all up to here."""
        so_far = f"; {self.total:,} so far" if self.added else ""
        return f"weights {self.parameters}{so_far}"

    @property
    def pattern(self) -> tuple[Any, ...]:
        """What two steps have in common when one can stand for both."""
        shapes = [shape for _, shape in self.inputs], [output.shape for output in self.outputs]
        return self.detail, self.role, shapes, self.added


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
    words = f"{plural(count, 'more call')}, from {middle[0].key} to {middle[-1].key}."
    return [*short[:first], _folded(middle, words), *short[-last:]]


def _fold_repeats(steps: list[Step]) -> list[Step]:
    """Each run of the same pattern of steps once, then one step for its repeats."""
    short: list[Step] = []
    start = 0
    while start < len(steps):
        length, repeats = _longest_run(steps, start)
        end = start + length * repeats
        short += steps[start : start + length]
        rest = steps[start + length : end]
        if rest:
            times = "once" if repeats == 2 else f"{repeats - 1} times"
            what = f"The {length} calls before" if length > 1 else f"A call like {short[-1].key}"
            words = f"{what}, {times} more ({rest[0].key} to {rest[-1].key}): same rules."
            short.append(_folded(rest, words))
        start = end
    return short


def _longest_run(steps: list[Step], start: int) -> tuple[int, int]:
    """The pattern that starts here and covers most when repeated: its length, and how often."""
    patterns = [step.pattern for step in steps[start : start + 2 * LONGEST_PATTERN]]
    best = (1, 1)
    for length in range(1, len(patterns) // 2 + 1):
        repeats, next_start = 1, start + length
        while [step.pattern for step in steps[next_start : next_start + length]] == (
            patterns[:length]
        ):
            repeats, next_start = repeats + 1, next_start + length
        # A fold saves steps only when more than one is folded into it.
        if length * (repeats - 1) > 1 and length * repeats > best[0] * best[1]:
            best = (length, repeats)
    return best


def _folded(steps: list[Step], sentence: str) -> Step:
    """One step in place of several: it ends where the last of them ends."""
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
        calls=sum(step.calls for step in steps),
    )
