"""How long each step of a plan takes, compared with the least time this machine would need."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from funclab.engine.describe import Names, line_of
from funclab.engine.kernels import threads
from funclab.graph.shape_math import known
from funclab.graph.strings import STRING
from funclab.graph.structure import flatten
from funclab.graph.value import Value

if TYPE_CHECKING:
    from funclab.engine.plan import Plan, Step

LONGEST, FEWEST, MOST = 0.3, 3, 200
"""Seconds after which no further round begins; the least and the greatest number of rounds."""
SIDE = 512
"""The rows and columns of the square matrices whose product is timed."""
COPIES = (1 << 18, 1 << 21, 1 << 23, 1 << 26)
"""Sizes in bytes of the timed copies: from what fits a core's own cache to what fits no cache."""
WIDEST = 72
"""The greatest number of characters of a step's text in the table."""
TITLES = ("step", "layer", "us", "share", "MFLOP", "KB", "least us", "times")


class Timing(NamedTuple):
    """One step of a plan. `kind` is "forward", "vjp", "add_into" or "extra"; `line` is the step as
    text; `scope` names the layers around it; `least` is the time in seconds that this machine needs
    at least for its `operations` (in matrix products) and its `bytes` (read or written)."""

    kind: str
    line: str
    scope: tuple[str, ...]
    seconds: float
    operations: int
    bytes: int
    least: float

    @property
    def layer(self) -> str:
        """The layer it belongs to, without the model around it; empty for losses and updates."""
        return "/".join(self.scope[1:] or self.scope)


@dataclass(repr=False)
class Profile:
    """The steps of a plan, each with its shortest time in `rounds` runs. `print` shows a table."""

    steps: list[Timing]
    rounds: int
    rate: float
    """Operations per second that one core reaches in a matrix product."""

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    def __str__(self) -> str:
        rows = [TITLES, *(_cells(step, self.seconds) for step in self.steps)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        sides = [str.ljust, str.ljust, *[str.rjust] * (len(widths) - 2)]
        lines = []
        for row in rows:
            lines.append("  ".join(side(cell, n) for side, cell, n in zip(sides, row, widths)))
        return "\n".join([*(line.rstrip() for line in lines), "", self.caption])

    @property
    def caption(self) -> str:
        return (
            f"{len(self.steps)} steps, {self.seconds * 1e6:,.1f} us: the least of {self.rounds} "
            f"rounds. This machine does {self.rate / 1e9:,.0f} GFLOP/s on one core."
        )

    def __repr__(self) -> str:
        return f"<Profile of {len(self.steps)} steps>"


def _cells(step: Timing, whole: float) -> tuple[str, ...]:
    line = step.line.partition("    #")[0]
    times = f"{step.seconds / step.least:,.1f}" if step.least else "-"
    return (
        line if len(line) <= WIDEST else f"{line[:WIDEST]}…",
        step.layer or "-",
        f"{step.seconds * 1e6:,.1f}",
        f"{step.seconds / whole:.1%}",
        f"{step.operations / 1e6:,.2f}" if step.operations else "-",
        f"{step.bytes / 1e3:,.1f}",
        f"{step.least * 1e6:,.2f}",
        times,
    )


@np.errstate(all="ignore")
def profile(plan: Plan) -> Profile:
    """Run a plan repeatedly and time each of its steps, with BLAS on one thread, as `fit` does.

    The steps really run, as in `plan.run`: what they change is changed in every round.
    """
    names, steps = Names(), plan.steps
    with threads.one_blas_thread():
        seconds, rounds = _least(steps)
        pairs = zip(steps, seconds, strict=True)
        timings = [_timing(step, least, line_of(step.note, names, plan)) for step, least in pairs]
        rate = matmul_rate("float32")
    return Profile(timings, rounds, rate)


def _least(steps: Sequence[Step]) -> tuple[list[float], int]:
    """The shortest time of each step, and the number of rounds. The first round is a warm-up."""
    rounds: list[list[float]] = []
    end = math.inf
    while len(rounds) <= FEWEST or (time.perf_counter() < end and len(rounds) <= MOST):
        clock = [time.perf_counter()]
        for call, arrays, _ in steps:
            call(*arrays)
            clock.append(time.perf_counter())
        end = min(end, clock[-1] + LONGEST)
        rounds.append([after - before for before, after in zip(clock, clock[1:])])
    return [min(column) for column in zip(*rounds[1:])], len(rounds) - 1


def _timing(step: Step, seconds: float, line: str) -> Timing:
    call, moved = step.note.call, bytes_of(step)
    operations = operations_of(step)
    least = moved / copy_rate(moved)
    if call is not None and operations:
        cores = threads.cores() if operations >= threads.WORTH_SHARING else 1
        least = max(least, operations / matmul_rate(call.outputs[0].dtype) / cores)
    scope = call.scope if call is not None else ()
    return Timing(step.note.kind, line, scope, seconds, operations, moved, least)


# How much work a step is, and how fast this machine works.
def operations_of(step: Step) -> int:
    """Operations in matrix products. Each factor's gradient is a product of the same size."""
    note, call = step.note, step.note.call
    if call is None or note.kind == "add_into":
        return 0
    forward = call.op.operations(*(value.shape for value in call.inputs))
    if note.kind == "forward":
        return forward
    slots = step.arrays[-len(call.inputs) :]
    factors = sum(slot is not None and slot.ndim > 1 for slot in slots)
    return forward * min(factors, 2)


def bytes_of(step: Step) -> int:
    """The bytes that must at least be read and written: of a lookup table, only the rows used."""
    note, call = step.note, step.note.call
    if call is None:
        arrays = {id(array): array for array in flatten(step.arrays)}.values()
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
    if note.kind == "add_into":
        return 3 * step.arrays[0].nbytes
    made = sum(map(_bytes, call.outputs))
    if note.kind == "vjp":
        slots = step.arrays[-len(call.inputs) :]
        return made + sum(slot.nbytes for slot in slots if slot is not None)
    taken = call.op.name in ("embedding", "take")
    return made + sum(min(made, _bytes(v)) if taken else _bytes(v) for v in call.inputs)


def _bytes(value: Value) -> int:
    each = 0 if value.dtype == STRING else np.dtype(value.dtype).itemsize
    return math.prod(known(value.shape)) * each


@functools.cache
def matmul_rate(dtype: str) -> float:
    """Operations per second that one core reaches in the product of two square matrices."""
    a = np.ones((SIDE, SIDE), dtype if dtype == "float64" else "float32")
    out = np.empty_like(a)
    return 2 * SIDE**3 / _fastest(lambda: np.matmul(a, a, out))


def copy_rate(moved: int) -> float:
    """Bytes per second, read and written, in the largest timed copy of at most `moved` bytes."""
    return _copy_rate(max((size for size in COPIES if size <= moved), default=COPIES[0]))


@functools.cache
def _copy_rate(size: int) -> float:
    source = np.ones(size // 2, np.uint8)
    target = np.empty_like(source)
    return size / _fastest(lambda: np.copyto(target, source))


def _fastest(work: Callable[[], Any]) -> float:
    """The shortest time, in seconds, that a few runs of `work()` take."""
    best = math.inf
    for _ in range(8):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
