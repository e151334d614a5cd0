"""The plan for a part of a batch. The sum over all parts equals the result for the whole batch.

A part's loss is the mean over its own samples, and its gradient starts not at 1 but at the part's
fraction of the batch: this alone makes means over the batch, and regularizers, correct. What remain
are the ops whose result depends on the other parts, or on the position of a sample in the batch;
`localized` replaces them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab.engine.kernels import normalization as kernels
from funclab.engine.plan import Plan, calls_behind
from funclab.errors import NotSupportedError
from funclab.graph.shape_math import Array
from funclab.graph.tape import Tape
from funclab.graph.value import Call, Value
from funclab.metrics.recording import TakeBatch, on_tape
from funclab.ops.nn.normalization import BatchNormalization
from funclab.ops.nn.scores import Tally, Total
from funclab.ops.random import Draw, Dropout
from funclab.training.runner import Runner
from funclab.training.step import Specs, Step, add_losses_and_metrics, measured, require_gradient


class Part:
    """Which samples of the batch are here, and how numbers are added up over all parts."""

    def __init__(self, add_up: Callable[[Array], Array] = lambda numbers: numbers) -> None:
        self.begin, self.count, self.total = 0, 1, 1
        self.add_up = add_up
        """Returns the sum of a float64 array over all parts; waits for them."""

    @property
    def fraction(self) -> float:
        return self.count / self.total


class PartStep(Step):
    """A step of one part: `run` takes it, the other methods read its results."""

    def __init__(self, specs: Specs, part: Part) -> None:
        super().__init__(specs)
        self.part = part
        self.seed: Array | None = None
        self.takes: list[tuple[int, tuple[str, ...], list[Value]]] = []
        """For each metric that works on arrays: its number, and the arrays that it reads."""

    def run(self) -> None:
        if self.seed is not None:
            self.seed[...] = self.part.fraction
        self.plan.run()

    def taken(self) -> list[list[Array]]:
        """Copies of the arrays that metrics read."""
        array = self.plan.array
        return [[array(value).copy() for value in values] for _, _, values in self.takes]


def part_step(runner: Runner, kind: str, specs: Specs, tree: Any, part: Part) -> PartStep:
    """The plan for a part: `kind` is "train", "test" or "predict"."""
    step = PartStep(specs, part)
    tape, total = recorded(step, runner, kind, tree)
    # The same step with one sample more: axes that grow are batch axes.
    larger = PartStep(one_more(specs), part)
    other, _ = recorded(larger, runner, kind, tree)
    for call, grown in zip(tape.updates, other.updates, strict=True):
        call.op = state_of_part(call, grown, part)
    outputs = [*([] if total is None else [total]), *step.outputs]
    for call in calls_behind(outputs, tape.updates):
        call.op = localized(call.op, part)
    wrt = runner.trainable() if kind == "train" else ()
    step.plan = Plan(outputs, wrt=wrt, updates=tape.updates)
    if wrt:
        require_gradient(step.plan, outputs[0], runner.model)
        step.seed = step.plan.grads[outputs[0]]
    if kind != "predict":
        note_takes(step, runner.compiled, tape.updates)
    return step


def recorded(step: Step, runner: Runner, kind: str, tree: Any) -> tuple[Tape, Value | None]:
    """The tape of a step, and its loss."""
    train = kind == "train"
    with Tape(training=train) as tape:
        step.forward(runner.model, tree)
        if kind == "predict":
            return tape, None
        return tape, add_losses_and_metrics(step, runner.model, runner.compiled, train)


def one_more(specs: Specs) -> Specs:
    """The specs of a batch with one more sample."""

    def longer(side: Sequence[Any]) -> tuple[Any, ...]:
        grown = ((spec and ((spec[0][0] + 1, *spec[0][1:]), spec[1])) for spec in side)
        return tuple(grown)

    return Specs(*map(longer, specs))


def note_takes(step: PartStep, compiled: Any, updates: Sequence[Call]) -> None:
    """Note which arrays are read by metrics that work on arrays: in layers, then of outputs."""
    number = {id(metric): i for i, metric in enumerate(compiled.metrics)}
    for call in updates:
        if isinstance(call.op, Taken):
            if id(call.op.metric) not in number:
                raise NotSupportedError(
                    f"The metric {call.op.metric.name} is not an attribute of a layer or model.",
                    why="what it takes on the workers has to reach the same metric at the client.",
                    fix="keep it in an attribute: self.score = Metric(...).",
                )
            step.takes.append((number[id(call.op.metric)], call.op.names, list(call.inputs)))
    for metric, values in measured(step, compiled):
        if not on_tape(metric) and values[0] is not None:
            step.takes.append((number[id(metric)], (), values))


# Ops of a part.
class Local:
    """An op as a part of a batch needs it; anything not overridden is that of the op."""

    def __init__(self, op: Any, part: Part) -> None:
        self.op, self.part = op, part

    def __getattr__(self, name: str) -> Any:
        return getattr(self.op, name)


def localized(op: Any, part: Part) -> Any:
    """The op that a part uses in place of an op; for most, the op itself."""
    if isinstance(op, Total):
        return PartTotal(op, part)
    if isinstance(op, BatchNormalization) and op.synchronized:
        settings = (op.axis, op.epsilon, op.momentum, op.masked, True)
        return SynchronizedBatchNormalization(*settings, part)
    return op


def state_of_part(call: Call, grown: Call, part: Part) -> Any:
    """The op of a call that changes state: random numbers, or the sums of a metric."""
    op = call.op
    if isinstance(op, TakeBatch):
        return Taken(op, part)
    if isinstance(op, Tally):
        is_scalar, same = not call.inputs[1].shape, op == grown.op
        return PartTally(op, part) if is_scalar and same else op
    if call.inputs[op.mutates[0]].dtype != "uint64":
        return op
    small, large = drawn_shape(call), drawn_shape(grown)
    axes = [i for i, (a, b) in enumerate(zip(small, large)) if a != b]
    if not axes:
        return op  # the same numbers for every sample
    axis, step = axes[0], large[axes[0]] - small[axes[0]]
    known = isinstance(op, Draw) or (isinstance(op, Dropout) and axis == 0)
    if not known or len(axes) > 1:
        raise NotSupportedError(
            f"The random numbers of {'/'.join(call.scope) or op.name} cannot be drawn in parts.",
            why=f"{op.name} draws for the batch as a whole, and a worker has only a part of it.",
            fix="train without `cluster`, or draw with random.uniform, random.normal or dropout "
            "along the batch axis, which give each sample the same numbers in every part.",
        )
    return (PartDropout if isinstance(op, Dropout) else PartDraw)(op, part, axis, step)


def drawn_shape(call: Call) -> Any:
    """The shape of the numbers that a call draws."""
    if isinstance(call.op, Dropout):
        return call.op.noise(call.inputs[0].shape)
    return call.outputs[0].shape


class PartTotal(Local):
    """A loss that the whole batch divides by a number that the part does not know (the sum of all
    weights under a mask), or a sum, which must not be multiplied by the part's fraction."""

    factor = 1.0

    def forward(self, v: Array, *arrays: Array) -> None:
        *weights, out = arrays
        self.op.forward(v, *weights, out)
        if len(weights) == 2:
            own = float(weights[1].sum())
            whole = float(self.part.add_up(np.array([own]))[0])
            self.factor = own / whole / self.part.fraction if whole else 0.0
        elif not self.op.mean:
            self.factor = 1 / self.part.fraction
        out *= self.factor

    def vjp(self, g: Array, v: Array, *arrays: Any) -> None:
        slots = arrays[len(arrays) // 2 + 1 :]
        if len(slots) > 1 and slots[1] is not None:
            raise NotSupportedError(
                "The mask of a loss depends on trainable weights.",
                why="the part of a batch does not know the gradient of the whole batch's mask.",
                fix="stop its gradient with ops.stop_gradient(mask), or train without `cluster`.",
            )
        self.op.vjp(g * g.dtype.type(self.factor), v, *arrays)


class PartTally(Local):
    """A metric's number for the whole batch, in a layer: it counts once, not once per part."""

    def forward(self, scale: float, *arrays: Array) -> None:
        self.op.forward(scale * self.part.fraction, *arrays)


class Taken(Local):
    """A batch that a metric reads: its arrays are sent to the client, which has the metric."""

    def forward(self, *arrays: Array) -> None:
        pass


class Drawn(Local):
    """Random numbers for the samples of a part: the same as in the whole batch."""

    def __init__(self, op: Any, part: Part, axis: int, step: int) -> None:
        super().__init__(op, part)
        self.axis, self.step = axis, step
        """The axis of the samples, and how far each sample extends along it."""


class PartDropout(Drawn):
    """Dropout: skips the random numbers of the samples before, and of those after."""

    def forward(self, x: Array, state: Array, out: Array, kept: Array) -> None:
        before, each = state[1].copy(), np.uint64(kept.size // self.part.count)
        state[1] += np.uint64(self.part.begin) * each
        start = state[1].copy()
        self.op.forward(x, state, out, kept)
        moved = state[1] != start  # a rate of 1 draws nothing
        state[1] = before + np.uint64(self.part.total) * each if moved else before


class PartDraw(Drawn):
    """An op that only draws: it draws for the whole batch, and uses the part's numbers."""

    def forward(self, state: Array, out: Array) -> None:
        shape, part = list(out.shape), self.part
        shape[self.axis] = part.total * self.step
        whole = np.empty(shape, out.dtype)
        self.op.forward(state, whole)
        rows = slice(part.begin * self.step, (part.begin + part.count) * self.step)
        np.copyto(out, whole[(slice(None),) * self.axis + (rows,)])


class SynchronizedBatchNormalization(BatchNormalization, abstract=True):
    """Batch normalization by the statistics of the whole batch.

    The parts exchange how many rows count, and for each channel sums of x and x^2 in the forward
    pass, of g and g (x - mean) in the backward pass.
    """

    part: Any = None

    def moments(self, rows: Array, mask: Array | None) -> tuple[Array, Array]:
        mean, variance = kernels.moments(rows, mask)
        count = number_of(rows, mask)
        number, total, squares = self.added(count, count * mean, count * (variance + mean * mean))
        mean = total / number
        return mean, np.maximum(squares / number - mean * mean, 0)

    def pulls(
        self, total: Array, products: Array, mask: Array | None, rows: Array
    ) -> tuple[Array, Array, float]:
        number, total, products = self.added(number_of(rows, mask), total, products)
        return total, products, number

    def added(self, count: int, *channels: Array) -> tuple[float, Array, Array]:
        """A count and two rows of channels, each added up over all parts."""
        sums = self.part.add_up(np.concatenate([[count], *channels]))
        first, second = np.split(sums[1:], 2)
        return max(float(sums[0]), 1.0), first, second


def number_of(rows: Array, mask: Array | None) -> int:
    """The number of rows that count."""
    return len(rows) if mask is None else int(np.count_nonzero(mask))
