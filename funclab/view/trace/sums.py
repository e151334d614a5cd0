"""Sums of gradients, and how one number of a sum or of a step is written out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from funclab.engine.trace import Moment
from funclab.graph.graph import calls_before
from funclab.graph.shape_math import Array, known
from funclab.graph.value import Value, Variable
from funclab.view.draw.frames import Frame, alike, marked, shown_positions
from funclab.view.draw.sentences import named, say, short, signed
from funclab.view.trace.stills import Still
from funclab.view.trace.traced import NodePath, TracedModel

DIGITS, STEP_DIGITS = 4, 5
"""How many digits are written in sums, and in the steps of an optimizer."""


@dataclass
class Addition:
    """Everything that one node adds to the gradient of a value."""

    traced: TracedModel
    value: Value
    path: NodePath
    earlier: list[str]
    """The nodes whose gradients were added before."""
    uses: int = 0
    """How many gradients this node contributes to the value."""
    sums: list[tuple[Array, Array, Array]] = field(default_factory=list)
    """For each addition: the sum before, what was added, and the sum after."""
    lines: list[str] = field(default_factory=list)

    def add(self, moment: Moment) -> None:
        """Record one more addition."""
        shape = known(self.value.shape)
        before, added, total = (part.reshape(shape) for part in [*moment.parts, *moment.arrays])
        self.sums.append((before.copy(), added.copy(), total.copy()))
        self.lines.append(moment.line)

    @property
    def half(self) -> int:
        """How many of the uses by one node make the first part of the sum."""
        return (self.uses + 1) // 2

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """The sum before and what this node adds, or both halves of what it adds; the sum after."""
        before = self.sums[0 if self.earlier else self.half - 1][0]
        total = self.sums[-1][2]
        return before, self.sums[0][1] if len(self.sums) == 1 else total - before, total

    @property
    def order(self) -> tuple[int, int, int]:
        """In which order the parts and the sum are told: of two calls, of which one reads what the
        other made, as they stand in the model. The second was the first to hand its gradient
        back."""
        keys = {self.traced.key(path): path for path in self.traced.nodes}
        if len(self.earlier) != 1 or not {self._giver, *self.earlier} <= {*keys}:
            return 0, 1, 2
        later, own = (self.traced.node(keys[key]) for key in (self.earlier[0], self._giver))
        return (1, 0, 2) if own in calls_before(later.arguments.tensors) else (0, 1, 2)

    def still(self, expected: int, position: int | None) -> tuple[Still, int]:
        """The sum as three pictures, and the position that the example is about: the given one, or
        the most instructive one. `expected` is the number of gradients of the value."""
        traced, value, order = self.traced, self.value, self.order
        parts = [self.parts[i] for i in order]
        batched, total = traced.batched(value), parts[-1]
        shown = shown_positions(total.shape, batched)
        if position is None:
            position = telling(parts[0], parts[1], shown)
        numbers = aligned([float(part.reshape(-1)[position]) for part in parts])
        sources = [*self._sources(), f"g_{traced.name(value)}"]
        names = [sources[i] for i in order]
        drawn = [traced.picture(name, value, part) for name, part in zip(names, parts)]
        frames = [marked(frame, total.shape, position, batched) for frame in alike(drawn)]
        example = sum_text(*numbers)
        still = Still(
            kind="add_into",
            phase="backward",
            key=traced.key(self.path),
            words=self._words(expected, f"{pointer(frames[0], shown)} {example}".strip()),
            pictures=list(zip(("part", "part", "sum"), frames)),
            lines=self.lines,
            marks=traced.marks(value),
            example=example,
            about={"numbers": numbers, "weight": isinstance(value, Variable)},
        )
        return still, position

    def _words(self, expected: int, example: str) -> str:
        name, manner, count = named(self.traced.name(self.value)), self.manner, self.uses
        if self.earlier:
            manner = "weight" if isinstance(self.value, Variable) else "tensor"
            count = expected
        return say(f"trace_add_{manner}", node=self._node, name=name, n=count, example=example)

    @property
    def _giver(self) -> str:
        return self.traced.key(self.path)

    @property
    def _node(self) -> str:
        """The node that hands the gradients back; the loss is outside all nodes."""
        return named(self._giver) if self.path else say("trace_the_loss")

    def _sources(self) -> list[str]:
        """Where the two gradients that are added come from."""
        if self.earlier:
            only = say("trace_from", key=named(self.earlier[0]))
            first = only if len(self.earlier) == 1 else say("trace_so_far")
            return [first, say("trace_from", key=self._node)]
        unit = "step" if self.manner == "steps" else "use"
        return [
            say(f"trace_{end}_{unit}s", n=k)
            for end, k in (("last", self.half), ("first", self.uses - self.half))
        ]

    @property
    def manner(self) -> str:
        """How one node uses a value several times: in different parts ("apart"), at each of its
        time "steps", or otherwise ("inside")."""
        before, added, _ = self.parts
        if before.any() and added.any() and not np.any(before * added):
            return "apart"
        if self.path not in self.traced.nodes:
            return "inside"
        lengths = [value.shape[1] for value in self.traced.reads(self.path) if value.ndim == 3]
        layer = self.traced.node(self.path).operation
        name = self.traced.name(self.value)
        recurrent = hasattr(layer, "return_sequences") or "recurrent" in name
        return "steps" if recurrent and self.uses in lengths else "inside"


def telling(before: Array, added: Array, shown: Array) -> int:
    """The position, of those that are `shown`, where both parts of a sum and the sum are large; or,
    if one of the parts is zero everywhere, where the other is largest."""
    parts = [part.reshape(-1)[shown] for part in (before, added, before + added)]
    sizes = np.abs(np.nan_to_num(parts, posinf=0, neginf=0))
    smallest = sizes.min(0)
    return int(shown[(smallest if smallest.any() else sizes.max(0)).argmax()])


def aligned(numbers: list[float]) -> list[float]:
    """Numbers with as many digits after the point as the largest needs to show `DIGITS`."""
    greatest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    point = DIGITS - 1 - math.floor(math.log10(greatest)) if greatest else 0
    return [round(number, point) if math.isfinite(number) else number for number in numbers]


def sum_text(before: float, added: float, total: float) -> str:
    """A sum of rounded numbers; "≈" where rounding shows.

    >>> sum_text(1.0, -3.0, -2.0), sum_text(0.124, 0.124, 0.249)
    ('1.0 − 3.0 = −2.0', '0.124 + 0.124 ≈ 0.249')
    """
    sign, last = "−" if added < 0 else "+", signed(total, DIGITS)
    equal = "=" if signed(before + added, DIGITS) == last else "≈"
    return f"{signed(before, DIGITS)} {sign} {short(abs(added), DIGITS)} {equal} {last}"


def step_text(before: float, step: float, after: float, rate: float) -> str:
    """An optimizer's step in rounded numbers: before − rate × step = after. If the weight hardly
    moves, it is written with more digits.

    >>> step_text(0.11384, 0.1431, 0.112409, 0.01), step_text(1.0, -2.0, 1.2, 0.1)
    ('0.11384 − 0.01 × 0.1431 = 0.11241', '1.0 − 0.1 × (−2.0) = 1.2')
    """
    for digits in (STEP_DIGITS, 7, 9):
        first, last = signed(before, digits), signed(after, digits)
        if first != last:
            break
    factor = short(step, STEP_DIGITS - 1)
    equal = "=" if signed(before - rate * float(factor), digits) == last else "≈"
    written = f"({signed(step, STEP_DIGITS - 1)})" if step < 0 else factor
    return f"{first} − {rate:g} × {written} {equal} {last}"


def pointer(frame: Frame, shown: Array) -> str:
    """The words that point to the marked number of a frame, if it shows several of `shown`."""
    if frame.mark is None:
        return ""
    return say("trace_at_block" if frame.numbers.size < shown.size else "trace_at")
