"""A plan: the steps that compute some values and their gradients, in memory allocated once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from funclab.engine.describe import Note, describe
from funclab.engine.kernels.layout import flat_views
from funclab.engine.memory import Pool, unchanged
from funclab.engine.profile import Profile, profile
from funclab.engine.vjp import Vjp, arranged, calls_behind
from funclab.errors import ArgumentError, NotSupportedError
from funclab.graph.locks import holding, locks_of
from funclab.graph.op import View
from funclab.graph.shape_math import Array, known
from funclab.graph.value import Call, Constant, Value, Variable


class Step(NamedTuple):
    """One line of a plan: a function, the arrays it is always called with, and a note on it."""

    call: Callable[..., Any]
    arrays: tuple[Any, ...]
    note: Note


class Runnable(Protocol):
    """What training needs of a plan. That of a cluster has it too, and lets workers compute."""

    calls: list[Call]
    grads: dict[Value, Array]
    flat_grads: Array

    @property
    def wrt(self) -> Sequence[Value]: ...
    def run(self) -> None: ...
    def results(self, values: Sequence[Value], fill: Callable[[], Any]) -> list[Array]: ...
    def array(self, value: Value) -> Array: ...
    def add_step(self, call: Callable[..., Any], arrays: Any, text: str) -> None: ...


class Plan:
    """Steps forward through the tape, and backward for the gradients with respect to `wrt`.

    `wrt` defaults to the trainable variables that `outputs` depend on; `()` means no gradients. The
    backward pass starts with ones at `outputs` (the first of a list). `updates` are calls that
    change state and run although no output needs them; `calls`, if given, are all calls to run.
    With `keep`, every value and gradient has its own memory and can be inspected; otherwise a
    buffer is reused after its value's last use.

    >>> from funclab import ops
    >>> from funclab.graph.tape import Tape
    >>> x = Variable([3.0, 4.0])
    >>> with Tape():
    ...     plan = Plan(ops.sum(x * x))
    >>> plan.run()
    >>> plan.grads[x]
    array([6., 8.], dtype=float32)
    """

    def __init__(
        self,
        outputs: Value | Sequence[Value],
        *,
        wrt: Sequence[Value] | None = None,
        updates: Iterable[Call] = (),
        keep: bool = False,
        calls: Sequence[Call] | None = None,
    ) -> None:
        self.outputs = [outputs] if isinstance(outputs, Value) else list(outputs)
        for output in self.outputs:
            if not isinstance(output, Value):
                raise ArgumentError(
                    f"A plan was asked for a {type(output).__name__}, which no call has made.",
                    why="a plan runs the calls behind values of a tape; an array is a result.",
                    fix="call the op or layer inside of `with Tape():`.",
                )
        self.calls = list(calls) if calls is not None else calls_behind(self.outputs, updates)
        self.steps: list[Step] = []
        self.last_steps: list[Step] = []
        """Run at the end, without the locks: functions written by users may do anything."""
        self.grads: dict[Value, Array] = {}
        self.keep = keep
        self.pool = Pool()
        self._arrays: dict[Value, Array] = {}
        self._work: dict[Call, list[Array]] = {}
        self.wrt = self._trainable() if wrt is None else list(wrt)
        self.needs_gradient = _dependents(self.calls, self.wrt)
        self._last_use = {} if keep else self._find_last_uses()
        self.late = self._late() if self.wrt else []
        for call in self.calls:
            if call not in self.late:
                self._add_forward(call)
        if self.wrt:
            self._add_backward()
        for call in self.late:  # gradients are computed from the state before the update
            self._add_forward(call)
        self.locks = locks_of(v for v in [*self._arrays, *self.wrt] if isinstance(v, Variable))
        """Held while the plan runs, and by callers until they have read its results."""

    @np.errstate(all="ignore")
    def run(self) -> None:
        """Run every step, in order. Infinity and NaN propagate without warnings."""
        holding(self.locks, self._run_steps)
        for call, arrays, _ in self.last_steps:
            call(*arrays)

    def _run_steps(self) -> None:
        for call, arrays, _ in self.steps:
            call(*arrays)

    def results(self, values: Sequence[Value], fill: Callable[[], Any]) -> list[Array]:
        """Copies of values, computed after `fill()` has fed the inputs. Safe in any thread."""

        def work() -> list[Array]:
            fill()
            self.run()
            return [self.array(value).copy() for value in values]

        return holding(self.locks, work)

    def array(self, value: Value) -> Array:
        """The memory of a value: read results from it, or feed a placeholder with `np.copyto`."""
        if value not in self._arrays:
            self._arrays[value] = self._leaf(value)
        return self._arrays[value]

    def add_step(
        self, call: Callable[..., Any], arrays: Sequence[Any], text: str, last: bool = False
    ) -> None:
        """Append another kind of step, such as the optimizer's; with `last`, to `last_steps`."""
        steps = self.last_steps if last else self.steps
        steps.append(Step(call, tuple(arrays), Note("extra", text=text)))

    def __str__(self) -> str:
        return describe(self)

    def profile(self) -> Profile:
        """How long each step takes. Weights and other variables keep their present values; only
        the optimizer's state advances, if the plan is a training step."""
        variables = [v for v in [*self._arrays, *self.wrt] if isinstance(v, Variable)]

        def work() -> Profile:
            with unchanged(variables):
                return profile(self)

        return holding(self.locks, work)

    # Forward.
    def _trainable(self) -> list[Value]:
        inputs = [value for call in self.calls for value in call.inputs]
        variables = [value for value in [*inputs, *self.outputs] if isinstance(value, Variable)]
        return [v for v in dict.fromkeys(variables) if v.trainable and _is_float(v)]

    def _late(self) -> list[Call]:
        """Calls that change state which gradients may read and no later forward call reads."""
        late: list[Call] = []
        used = {value for call in self.calls if call.op.differentiable for value in call.inputs}
        read = set(self.outputs)
        for call in reversed(self.calls):
            changed = {call.inputs[i] for i in call.op.mutates} & used
            if changed and not read & (changed | set(call.outputs)):
                late.insert(0, call)
            read |= set(call.inputs)
        return late

    def _leaf(self, value: Value) -> Array:
        if isinstance(value, Variable):
            value.bound = True
            return value.array
        if isinstance(value, Constant):
            return value.array
        if None in value.shape:
            raise ArgumentError(
                f"A plan needs whole shapes, but {value!r} has an unknown length.",
                why="a plan sets memory aside once, for arrays of known size.",
                fix="replay the graph on values with a batch size.",
            )
        return Pool().take(known(value.shape), value.dtype)

    def _add_forward(self, call: Call) -> None:
        inputs = [self.array(value) for value in call.inputs]
        if isinstance(call.op, View):
            self._arrays[call.outputs[0]] = inputs[0].reshape(known(call.outputs[0].shape))
            return
        for value in call.outputs:
            self._arrays[value] = self._buffer(value)
        if isinstance(call.op, Vjp):
            self._add_gradient(call, inputs)
            return
        shapes = [array.shape for array in inputs]
        work = call.op.scratch(shapes, call.outputs[0].dtype)
        self._work[call] = work
        self._add(call.op.forward, call, (*inputs, self._out(call), *work), Note("forward", call))
        for value in self._last_use.get(call, ()):
            self.pool.give(self._arrays[value])

    def _add_gradient(self, call: Call, inputs: list[Array]) -> None:
        """The gradient of an earlier call, asked for by a GradientTape."""
        op: Any = call.op
        of, slots = op.of, [self._arrays[value] for value in call.outputs]
        arrays = arranged(of, op.needs, inputs, slots, self._work.get(of, of.work or ()))
        self._add(of.op.vjp, of, arrays, Note("vjp", of, added=[]), slots)
        for value in self._last_use.get(call, ()):
            self.pool.give(self._arrays[value])

    def _add(
        self, function: Callable[..., Any], call: Call, arrays: Any, note: Note, slots: Any = ()
    ) -> None:
        if any(self._arrays[value].size for value in call.outputs):
            arrays = call.op.bind(*arrays)
            step = Step(call.op.fitted(function, arrays), arrays, note)
        else:  # a batch of 0 samples: nothing to compute, and ops need not handle this case
            step = Step(_clear, tuple(slot for slot in slots if slot is not None), note)
        self.steps.append(step)

    def _out(self, call: Call) -> Any:
        arrays = tuple(self._arrays[value] for value in call.outputs)
        return arrays[0] if len(arrays) == 1 else arrays

    def _buffer(self, value: Value) -> Array:
        pool = Pool() if self.keep else self.pool
        return pool.take(known(value.shape), value.dtype)

    def _find_last_uses(self) -> dict[Call, list[Value]]:
        """For each call, the values it is the last to use, if there is no backward pass."""
        if self.wrt:
            return {}
        owner: dict[Value, Value] = {}
        last: dict[Value, Call] = {}
        for call in self.calls:
            for value in call.inputs:
                last[owner.get(value, value)] = call
            for value in call.outputs:
                source = call.inputs[0] if isinstance(call.op, View) else value
                owner[value] = owner.get(source, source)
                last[owner[value]] = call
        kept = {owner.get(value, value) for value in self.outputs}
        freed: dict[Call, list[Value]] = {}
        for value, call in last.items():
            if value.origin is not None and value not in kept and not isinstance(call.op, View):
                freed.setdefault(call, []).append(value)
        return freed

    # Backward.
    def _add_backward(self) -> None:
        seed = self.outputs[0]
        reached, self._waiting = self._count_contributions(seed)
        self._own_buffers()
        self._owned: dict[int, Array] = {}
        if seed in self.needs_gradient:
            self._slot(seed)[...] = 1  # set once: no step overwrites it
        for call in reversed(self.calls):
            if call in reached:
                self._add_vjp(call)

    def _own_buffers(self) -> None:
        """The gradients of `wrt`, in order, in one flat buffer of zeros."""
        dtype = self.wrt[0].dtype
        if any(value.dtype != dtype for value in self.wrt):
            raise NotSupportedError(
                "The trainable weights of one model have different dtypes: "
                f"{', '.join(sorted({value.dtype for value in self.wrt}))}.",
                why="their gradients lie side by side in one buffer of one dtype.",
                fix="build all layers with the same `dtype`.",
            )
        self.flat_grads, views = flat_views(self.wrt, dtype)
        self._final = dict(zip(self.wrt, views, strict=True))
        self.grads.update(self._final)

    def _count_contributions(self, seed: Value) -> tuple[set[Call], Counter[Value]]:
        """The calls that gradients flow through, and how many gradients meet at each value."""
        contributions: Counter[Value] = Counter({seed: 1})
        reached: set[Call] = set()
        for call in reversed(self.calls):
            if any(contributions[value] for value in call.outputs):
                needed = [value for value in call.inputs if value in self.needs_gradient]
                contributions.update(needed)
                if needed:
                    reached.add(call)
        return reached, contributions

    def _add_vjp(self, call: Call) -> None:
        if isinstance(call.op, View) and self._pass_through(call):
            return
        if isinstance(call.op, Vjp):
            raise NotSupportedError(
                f"The built-in training step cannot learn by a gradient ({call.op.of.op.name}).",
                why="a GradientTape inside of `call` has computed it; only another GradientTape "
                "differentiates it once more.",
                fix="write a train_step that computes the loss in a GradientTape: "
                "funclab.Model.train_step shows one.",
            )
        slots: list[Array | None] = []
        extra: list[tuple[int, Array]] = []
        for index, value in enumerate(call.inputs):
            needed = value in self.needs_gradient
            untouched = value in self._final and id(value) not in self._owned
            fresh = value not in self.grads or untouched
            slot = self._slot(value) if needed and fresh else None
            if needed and not fresh:
                slot = self._buffer(value)
                extra.append((index, slot))
            slots.append(slot)
        gs = tuple(self._gradient(value) for value in call.outputs)
        inputs = [self._arrays[value] for value in call.inputs]
        g = gs[0] if len(gs) == 1 else gs
        work = self._work.get(call, [])
        arrays = (g, *inputs, self._out(call), *work, *slots)
        note = Note("vjp", call, added=[i for i, _ in extra])
        self._add(call.op.vjp, call, arrays, note, slots)
        for index, slot in extra:
            value = call.inputs[index]
            arrays = (self.grads[value], slot, self.grads[value])
            self.steps.append(Step(np.add, arrays, Note("add_into", call, value, [index])))
            self._give(slot)
        for value in call.outputs:
            self._release(value)

    def _pass_through(self, call: Call) -> bool:
        """A view reuses its output's gradient as its input's, if no other gradient is added."""
        x, out = call.inputs[0], call.outputs[0]
        kept = self.keep or out is self.outputs[0] or x in self._final or out in self._final
        if kept or self._waiting[x] != 1:
            return False
        g = self.grads[out]
        self.grads[x] = g.reshape(known(x.shape))
        self._owned[id(x)] = self._owned.pop(id(out), g)
        return True

    def _slot(self, value: Value) -> Array:
        """The array into which the first gradient of a value is written."""
        array = self._final.get(value)
        if array is None:
            array = self._buffer(value)
        self._owned[id(value)] = array
        self.grads[value] = array
        return array

    def _gradient(self, value: Value) -> Array:
        """A value's gradient; zeros for an output that the loss does not depend on."""
        if value not in self.grads:
            self.grads[value] = np.zeros(known(value.shape), value.dtype)
        return self.grads[value]

    def _give(self, array: Array) -> None:
        if not self.keep:
            self.pool.give(array)

    def _release(self, value: Value) -> None:
        owned = self._owned.pop(id(value), None)
        if owned is None or value in self._final or self.keep or value is self.outputs[0]:
            return
        del self.grads[value]
        self.pool.give(owned)


def _clear(*slots: Array) -> None:
    for slot in slots:
        slot.fill(0)


def _is_float(value: Value) -> bool:
    return value.dtype.startswith("float")


def _dependents(calls: Sequence[Call], wrt: Sequence[Value]) -> set[Value]:
    """`wrt` and all float values computed from them by ops that have a gradient."""
    needs: set[Value] = set(wrt)
    for call in calls:
        if call.op.differentiable and any(value in needs for value in call.inputs):
            needs.update(value for value in call.outputs if _is_float(value))
    return needs
