"""Values: the inputs and outputs of op calls. The tape is the chain of these calls."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from funclab.engine.kernels.layout import length, view
from funclab.errors import WeightsError
from funclab.graph import explanations, structure
from funclab.graph.array import as_array, of_python
from funclab.graph.locks import locks_of, making
from funclab.graph.shape_math import Array, Shape, known, show
from funclab.graph.strings import as_texts, dtype_of
from funclab.graph.tape import is_in_call, is_recording, listening, numbers_asked
from funclab.graph.tensor import OPERATORS, UFUNCS, Operators, compared

if TYPE_CHECKING:
    from funclab.graph.op import Op


_clock = itertools.count()


def now() -> int:
    """A time later than those of all nodes and calls so far, which are ordered by it."""
    return next(_clock)


class Value(Operators):
    """An array of a future plan: its shape, its dtype, and the call that makes it. `==` compares
    elements, as for the arrays that a layer's `call` gets in Keras.

    If no call makes it (and it is not a Variable or Constant), it is a placeholder, to be fed.
    """

    __eq__ = compared("equal")
    __hash__ = object.__hash__
    computes = True
    """Whether an op on its numbers, if it has any, computes at once outside of a graph."""
    is_factor = False
    """Whether it is made for matrix products: then there may be room between its rows (see
    `layout`), and ops that cannot read such rows get a copy."""

    def __init__(self, shape: Shape, dtype: str = "float32", name: str = "") -> None:
        self.shape, self.dtype, self.name = tuple(shape), dtype, name
        self.origin: Call | None = None
        self.index = 0
        self.mask: Value | None = None
        self.zeros_like: Value | None = None
        """For zeros whose batch size is not known yet: the value with the same batch size."""

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def _keras_mask(self) -> Value | None:
        return self.mask

    def __repr__(self) -> str:
        return f"<{type(self).__name__} shape={show(self.shape)}, dtype={self.dtype}>"


class Call:
    """One op call on the tape; `time` orders calls as they were made."""

    def __init__(
        self,
        op: Op,
        inputs: tuple[Value, ...],
        outputs: tuple[Value, ...],
        scope: tuple[str, ...] = (),
        place: tuple[str, ...] = (),
    ) -> None:
        self.op, self.inputs, self.outputs = op, inputs, outputs
        self.scope, self.place = scope, place
        self.time = now()
        self.work: list[Array] = []
        """What the op kept for its gradient, if the call was computed at once."""
        for index, value in enumerate(outputs):
            value.origin, value.index = self, index

    def __repr__(self) -> str:
        return f"<Call {self.op} in {'/'.join(self.scope) or 'no layer'}>"


class Constant(Value):
    """A value that is known when the tape is recorded."""

    def __init__(self, array: Any) -> None:
        self.array = np.ascontiguousarray(array).reshape(np.shape(array))
        super().__init__(self.array.shape, dtype_of(self.array))

    @classmethod
    def near(cls, number: Any, dtypes: list[str]) -> Constant:
        """A constant from a number, array or list. Floats and plain integers take their dtype from
        `dtypes`; integer arrays (which may be indices) keep their own."""
        array = np.asarray(number)
        if isinstance(number, np.ndarray) and dtype_of(array) == "string":
            return cls(as_texts(array))
        if array.dtype.kind not in "biuf":
            raise explanations.operand(number)
        floats = [dtype for dtype in dtypes if dtype.startswith("float")]
        integers = [dtype for dtype in dtypes if "int" in dtype]
        if array.dtype.kind == "f":
            return cls(array.astype(floats[0] if floats else "float32"))
        if array.dtype.kind == "i" and not isinstance(number, np.ndarray):
            return cls(array.astype((floats or integers or ["int32"])[0]))
        return cls(array)


class Eager(Constant):
    """The result of a call that was computed at once and is kept for gradients.

    It has numbers: `numpy()`, `float(x)`, `if x > 0`, and NumPy functions, which leave the tape.
    """

    def __init__(self, array: Any) -> None:
        self.array = array
        Value.__init__(self, array.shape, dtype_of(array))

    def numpy(self) -> Any:
        """The numbers as an array; a NumPy number if there are no axes."""
        numbers_asked()
        return self.array[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        name = UFUNCS.get(ufunc.__name__, ufunc.__name__)
        if method == "__call__" and not settings and name in OPERATORS:
            return OPERATORS[name](*inputs)
        plain = [np.asarray(x) if isinstance(x, Value) else x for x in inputs]
        return getattr(ufunc, method)(*plain, **settings)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        def plain(x: Any) -> Any:
            return np.asarray(x) if isinstance(x, Eager) else x

        args, kwargs = structure.map_structure(plain, (args, kwargs))
        return function(*args, **kwargs)

    def __float__(self) -> float:
        return float(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def __index__(self) -> int:
        return operator.index(self.numpy())

    def __bool__(self) -> bool:
        return bool(self.numpy())

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(len(self))])

    def __format__(self, form: str) -> str:
        return format(self.numpy(), form)

    def __repr__(self) -> str:
        return f"<Eager {self.array!r}>"

    def __reduce__(self) -> Any:
        return self.array.__reduce__()

    def __deepcopy__(self, copies: Any) -> Any:
        return as_array(self.array.copy())


class Variable(Value):
    """A value that persists between runs: a weight, or a layer's state.

    Its memory is allocated when first needed, so a model with a billion weights can be built and
    drawn. A model that trains keeps its variables together in one flat buffer (`place`).
    """

    def __init__(
        self,
        value: Any = None,
        *,
        shape: Shape | None = None,
        initializer: Callable[..., Any] | None = None,
        dtype: str | None = None,
        trainable: bool = True,
        name: str = "variable",
        regularizer: Callable[..., Any] | None = None,
        constraint: Callable[..., Any] | None = None,
    ) -> None:
        start = None
        if value is not None:
            start = of_python(value) if dtype is None else np.asarray(value, dtype)
        if start is not None:
            shape, dtype = start.shape, str(start.dtype)
        super().__init__(tuple(shape or ()), dtype or "float32", name)
        self.trainable, self.initializer = trainable, initializer
        self.regularizer, self.constraint = regularizer, constraint
        self.path = name
        self.bound = False
        """Whether a plan uses this memory, which therefore must not move any more."""
        self.lock: AbstractContextManager[Any] | None = None
        """Held by the thread that runs a plan with this variable; see `locks_of`."""
        self._array = None if start is None else np.array(start, order="C")
        self.read_at = -1
        """When a call last read it that a gradient tape has recorded."""
        self.before: list[tuple[int, Value]] = []
        """The values before it changed, and when it did, for tapes that have read these."""

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles contain: the value, free to move, without its lock."""
        own = {"_array": self.array, "bound": False, "lock": None, "read_at": -1, "before": []}
        return {**vars(self), **own}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self._array is not None:  # what a cluster's workers get comes without
            self._array = self._own(self._array)

    @property
    def allocated(self) -> bool:
        return self._array is not None

    @property
    def array(self) -> Array:
        """The live memory, initialized on first use."""
        if self._array is None:
            with making:
                if self._array is None:
                    self._array = self._own(self._initial())
        return self._array

    def place(self, memory: Array) -> None:
        """Move into `memory`, keeping the value."""
        start = self._initial() if self._array is None else None
        with locks_of([self])[0]:
            memory[...] = start if self._array is None else self._array
            self._array = memory

    @property
    def value(self) -> Any:
        """What it holds now, as an array; while calls are recorded, the variable itself."""
        return self if is_recording() else as_array(self.numpy())

    def numpy(self) -> Array:
        """A copy of the value."""
        numbers_asked()
        self.array  # noqa: B018 allocates it before the lock is taken
        with self.lock or nullcontext():
            return self.array.copy()

    def __float__(self) -> float:
        numbers_asked()
        return float(self.array)

    def __int__(self) -> int:
        numbers_asked()
        return int(self.array)

    def __len__(self) -> int:
        return len(self.array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        numbers_asked()
        return np.array(self.array, dtype)

    def is_read(self, time: int) -> None:
        """To be said when a call that is computed at once reads it."""
        if any(tape.covers(time) for tape in listening):
            self.read_at = time

    def changes(self) -> None:
        """To be said before it changes: tapes that have read it get a copy of its value."""
        if not listening:
            self.before.clear()
        elif any(tape.covers(self.read_at) for tape in listening):
            copy = OPERATORS["broadcast_to"](self, self.shape) if is_recording() else None
            copy = Constant(self.array.copy()) if copy is None else copy
            since = min(tape.since for tape in listening)
            needed = [(time, value) for time, value in self.before if time > since]
            self.before = [*needed, (now(), copy)]

    def as_read_by(self, call: Call) -> Value:
        """Its value when a call read it: itself, or a copy if it has changed since."""
        return next((copy for time, copy in self.before if call.time < time), self)

    def assign_add(self, value: Any) -> Any:
        """Add to the value, in place; within a layer's `call`, at every run."""
        return self.assign(self._operand(value) + value)

    def assign_sub(self, value: Any) -> Any:
        """Subtract from the value, in place; within a layer's `call`, at every run."""
        return self.assign(self._operand(value) - value)

    def assign(self, value: Any) -> Any:
        """Set the value, in place; within a layer's `call`, at every run."""
        if is_in_call() or (isinstance(value, Value) and not has_numbers(value)):
            return OPERATORS["assign"](self, value)
        new = self.fitting(value.array if isinstance(value, Constant | Variable) else value)
        self.changes()
        with self.lock or nullcontext():
            if self._array is None:
                self._array = self._own(new)
            else:
                self._array[...] = new

    def _operand(self, value: Any) -> Any:
        """What to compute with: this variable in later runs, or its number now."""
        symbolic = isinstance(value, Value) and not has_numbers(value)
        return self if is_in_call() or symbolic else self.array

    def _own(self, value: Array) -> Array:
        """Memory of its own, with a copy of a value."""
        memory = view(np.zeros(length(self), self.dtype), self)
        np.copyto(memory, value, casting="unsafe")
        return memory

    def _initial(self) -> Array:
        if self.initializer is None:
            return np.zeros(known(self.shape), self.dtype)
        return self.fitting(self.initializer(self.shape, dtype=self.dtype))

    def fitting(self, value: Any) -> Array:
        """A value as an array of the variable's shape.

        Raises: WeightsError.
        """
        if (new := np.asarray(value)).shape != self.shape:
            raise WeightsError(
                f"Layer weight shape {show(self.shape)} not compatible with provided weight shape "
                f"{show(new.shape)}.",
                why=f"{self.path} keeps the shape it was built with.",
                fix=f"pass an array of shape {show(self.shape)}, or let the initializer make one.",
            )
        return new


def has_numbers(value: Value) -> bool:
    """Whether the numbers of a value are known now."""
    return isinstance(value, (Constant, Variable))


def computes_now(value: Value) -> bool:
    """Whether an op on a value outside of a graph has a result with numbers."""
    return has_numbers(value) and value.computes


def array_of(x: Any) -> Any:
    """The numbers of a value, as an array; anything else unchanged."""
    if not (isinstance(x, Value) and has_numbers(x)):
        return x
    array = as_array(x.numpy() if isinstance(x, Variable) else x.array)  # type: ignore[attr-defined]
    if x.mask is not None:
        array._keras_mask = array_of(x.mask)
    return array


def with_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """A method of one argument that computes with NumPy, for arrays and variables; its result is
    an array like those of Keras."""

    @functools.wraps(function)
    def call(self: Any, x: Any) -> Any:
        made = function(self, array_of(x))
        return as_array(made) if isinstance(made, (np.ndarray, np.generic)) else made

    return call
