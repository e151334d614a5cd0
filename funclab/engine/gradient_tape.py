"""`GradientTape`: gradients of what is computed in a `with` block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from funclab.engine.gradients import array_gradients, gradients
from funclab.engine.vjp import Vjp, calls_behind
from funclab.errors import ArgumentError, TapeError, TensorTypeError
from funclab.graph import structure
from funclab.graph.array import Array, as_array
from funclab.graph.tape import EagerTape, Tape, current_tape, is_recording, listening
from funclab.graph.tensor import Tensor
from funclab.graph.value import Call, Constant, Eager, Value, Variable, now

FOREVER = float("inf")


class GradientTape:
    """Records what is computed in its `with` block, to be asked for gradients afterwards.

    Trainable variables are watched by themselves, arrays after `watch`. In the block, layers and
    ops return values with numbers (`numpy()`, `float`, `if`); what NumPy computes of them is not
    recorded. Tapes can be nested: the gradients of an inner one are recorded by those around it.

    persistent: whether `gradient` may be called more than once; `del tape` frees the memory.
    watch_accessed_variables: whether trainable variables are watched without `watch`.
    Raises: TapeError where it is used in a way that a tape does not allow.

    >>> from funclab import Variable
    >>> x = Variable(3.0)
    >>> with GradientTape() as tape:
    ...     y = x * x
    >>> float(tape.gradient(y, x))
    6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self.persistent, self.watches_variables = persistent, watch_accessed_variables
        self._record: Tape | None = None
        self._inside: EagerTape | None = None
        """The tape that it has made for itself; None inside of another one."""
        self.reset()

    def reset(self) -> None:
        """Forget everything recorded so far; an open tape records on."""
        was_open = self._is_open
        self._watched: dict[Value, None] = {}
        self._spans: list[tuple[float, float]] = []
        self._used = False
        self._free()
        if was_open:
            self._begin()

    @property
    def _is_open(self) -> bool:
        return bool(vars(self).get("_spans")) and self._spans[-1][1] == FOREVER

    def _begin(self) -> None:
        self._spans.append((now(), FOREVER))

    def _end(self) -> None:
        self._spans[-1] = (self._spans[-1][0], now())

    def __enter__(self) -> GradientTape:
        if self._is_open:
            raise TapeError(
                "This GradientTape is already recording.",
                why="a tape is opened once at a time.",
                fix="make another one for the inner block: with GradientTape() as inner.",
            )
        if is_recording():
            self._record = current_tape()
        else:
            self._record = self._inside = self._inside or EagerTape()
            self._inside.__enter__()
        self._begin()
        listening.add(self)
        return self

    def __exit__(self, *error: Any) -> None:
        if self._is_open:
            self._end()
        if self._inside is not None:
            self._inside.__exit__(*error)

    def covers(self, time: int) -> bool:
        """Whether it has recorded what was computed at this time."""
        return any(begin <= time < end for begin, end in self._spans)

    @property
    def since(self) -> float:
        """When it began to record."""
        return self._spans[0][0] if self._spans else FOREVER

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """In its block, nothing is recorded by this tape.

        Raises: TapeError outside of the tape's own block.
        """
        if not self._is_open:
            raise TapeError(
                "Tape is not recording: stop_recording() was used outside of its `with` block.",
                why="outside of the block nothing is recorded anyway.",
                fix="leave it out.",
            )
        self._end()
        try:
            yield
        finally:
            self._begin()

    def watch(self, tensor: Any) -> None:
        """Record what is computed from these arrays, values or variables.

        tensor: one of them, or a list or dict of several, of floats.
        Raises: TensorTypeError for a plain NumPy array or a number, which no op would recognize.
        """
        for leaf in structure.flatten(tensor):
            if isinstance(leaf, Array):
                leaf._watched = leaf._watched if leaf._watched is not None else Constant(leaf)
                leaf = leaf._watched
            if not isinstance(leaf, Value):
                raise TensorTypeError(
                    f"GradientTape.watch was given a {type(leaf).__name__}, not a tensor.",
                    why="what NumPy and Python compute from it leaves no trace on a tape.",
                    fix="watch x = funclab.ops.convert_to_tensor(x), and compute with that x.",
                )
            self._watched[leaf] = None

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables that were watched, or used while the tape recorded."""
        used = [v for call in self._calls([]) for v in call.inputs if isinstance(v, Variable)]
        chosen = [v for v in self._watched if isinstance(v, Variable)]
        return tuple(dict.fromkeys([*chosen, *(v for v in used if self._is_watched(v))]))

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = "none",
    ) -> Any:
        """The gradients of `target` (or of the sum of several targets and of their elements).

        target: a value computed in the block, or a list or dict of them.
        sources: variables, watched arrays or values computed in the block: one, or a list or dict.
        output_gradients: weights for the elements of each target, in the structure of `target`.
        unconnected_gradients: "none" gives None for a source that the target does not depend on,
            "zero" gives zeros.
        Returns: values with numbers, nested as `sources` is.
        Raises: TapeError if the tape was used before and is not persistent; TensorTypeError for
            symbolic tensors, whose gradients `funclab.gradients` computes.
        """
        self._use()
        flat = [_value_of(leaf, "sources") for leaf in structure.flatten(sources)]
        targets = [_value_of(leaf, "target") for leaf in structure.flatten(target)]
        seeds = None
        if output_gradients is not None:
            leaves = structure.flatten(output_gradients)
            seeds = [
                s
                if s is None or isinstance(s, Value)
                else Constant(np.asarray(s, getattr(t, "dtype", None)))
                for s, t in zip(leaves, targets, strict=True)
            ]
        alone = not is_recording()
        with self._recording():
            parts = self._gradients(targets, flat, seeds, alone)
            if str(unconnected_gradients).lower().endswith("zero"):
                parts = [
                    Eager(np.zeros(leaf.shape, leaf.dtype)) if part is None else part
                    for part, leaf in zip(parts, flat)
                ]
        if not self.persistent:
            self._forget()
        return structure.pack(sources, parts)

    def jacobian(self, target: Any, sources: Any) -> Any:
        """The gradient of each element of `target`, computed one after the other.

        Shapes: target (...), sources of any shapes -> arrays of shape (..., *source's shape).
        Raises: those of `gradient`.
        """
        self._use()
        flat = [_value_of(leaf, "sources") for leaf in structure.flatten(sources)]
        value = _value_of(target, "target")
        rows: list[list[Any]] = []
        alone = not is_recording()
        with self._recording():
            for i in range(int(np.prod(np.shape(target)))):
                seed = np.zeros(np.shape(target), target.dtype)
                seed.reshape(-1)[i] = 1
                parts = self._gradients([value], flat, [Constant(seed)], alone)
                rows.append([None if part is None else part.array for part in parts])
        if not self.persistent:
            self._forget()
        columns = [
            None
            if column[0] is None
            else as_array(np.stack(column).reshape(*np.shape(target), *column[0].shape))
            for column in zip(*rows)
        ]
        return structure.pack(sources, columns)

    def _use(self) -> None:
        if self._record is None:
            raise TapeError(
                "This GradientTape has recorded nothing.",
                why="its `with` block was never entered.",
                fix="write `with GradientTape() as tape:` around what is to be differentiated.",
            )
        if self._used and not self.persistent:
            raise TapeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians).",
                why="it has freed what it recorded.",
                fix="ask for all of them at once, tape.gradient(loss, [a, b]), or write "
                "GradientTape(persistent=True).",
            )
        self._used = True

    def _gradients(
        self, targets: Sequence[Any], sources: Sequence[Any], seeds: Any, alone: bool
    ) -> list[Any]:
        """The gradients of targets that are values; `alone`: outside of what others record."""
        chosen = [(t, i) for i, t in enumerate(targets) if isinstance(t, Value)]
        calls = self._calls([t for t, _ in chosen])
        reached = {v for call in calls for v in call.inputs if self._is_watched(v)}
        reached |= {*self._watched, *(v for v in sources if self._is_watched(v))}
        for call in calls:  # what does not depend on something watched is a constant
            if call.op.differentiable and not reached.isdisjoint(call.inputs):
                reached.update(call.outputs)
        known = [v if isinstance(v, Value) and v in reached else Value(()) for v in sources]
        weights = seeds and [seeds[i] for _, i in chosen]
        again = any(t is not self and t._is_open for t in listening) or self._is_open
        if alone and not again and not any(isinstance(call.op, Vjp) for call in calls):
            return array_gradients([t for t, _ in chosen], known, calls, weights)
        return gradients([t for t, _ in chosen], known, calls, weights, again)

    def _calls(self, targets: list[Value]) -> list[Call]:
        """What it has recorded; of a graph that has no numbers yet, what is behind the targets."""
        record = self._record
        calls = record.calls if isinstance(record, EagerTape) else calls_behind(targets)
        return [call for call in calls if self.covers(call.time)]

    def _is_watched(self, value: Any) -> bool:
        by_itself = isinstance(value, Variable) and value.trainable and self.watches_variables
        return by_itself or (isinstance(value, Value) and value in self._watched)

    def _recording(self) -> Any:
        """The tape on which gradients are computed: the present one, if there is one."""
        return nullcontext() if is_recording() else self._inside or EagerTape()

    def _forget(self) -> None:
        """Nobody can ask again: free what only this tape has kept."""
        if not self._is_open:
            listening.discard(self)
            self._free()

    def _free(self) -> None:
        """Free the calls, unless tapes inside of this one, which may be asked yet, need them."""
        own = self._inside
        if own and not any(t is not self and t._record is own for t in listening):
            own.calls.clear()


def _value_of(leaf: Any, argument: str) -> Any:
    """A leaf as a value of the tape; arrays that are not watched, and None, stay."""
    if isinstance(leaf, Tensor):
        raise TensorTypeError(
            f"GradientTape.gradient was given the symbolic tensor {leaf!r} as `{argument}`.",
            why="it has no numbers; a tape records calls on data.",
            fix="call the model on data in the block, or use funclab.gradients(target, wrt, x).",
        )
    if isinstance(leaf, Array) and leaf._watched is not None:
        return leaf._watched
    if argument == "sources" and not isinstance(leaf, (Value, np.ndarray)):
        raise ArgumentError(
            f"GradientTape.gradient was given a {type(leaf).__name__} among its `sources`.",
            why="a gradient belongs to a variable, a watched array, or a value of the tape.",
            fix="pass for example model.trainable_weights.",
        )
    return leaf
