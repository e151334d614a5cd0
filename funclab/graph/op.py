"""The contract of an op: a shape rule, the forward computation, and the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, dataclass_transform

import numpy as np

from funclab import registry
from funclab.engine.kernels.layout import is_spaced
from funclab.graph.array import as_array, on_tape
from funclab.graph.locks import holding, locks_of
from funclab.graph.operation import OpOperation
from funclab.graph.shape_math import Array, Shape
from funclab.graph.strings import STRING, dtype_of, storage, text_refused
from funclab.graph.tape import EagerTape, current_tape, eager_tape, is_recording
from funclab.graph.tensor import OPERATORS, Operators, Tensor
from funclab.graph.value import (
    Call,
    Constant,
    Eager,
    Value,
    Variable,
    computes_now,
    has_numbers,
)  # fmt: skip

Work = tuple[tuple[Shape, str | None], ...]


@dataclass_transform(frozen_default=True)
class Op(registry.SetOnce):
    """One step of arithmetic on arrays.

    A subclass becomes a dataclass: its settings are its fields, set once. `forward` fills `out`;
    `vjp` (vector-Jacobian product) takes `g`, the gradient of the loss with respect to `out`, and
    writes the gradient with respect to each input into its slot. A slot is None if that gradient
    is not needed. With several outputs, `out` and `g` are tuples.
    """

    n_outputs: ClassVar[int] = 1
    mutates: ClassVar[tuple[int, ...]] = ()
    """The positions of the inputs that are state, which `forward` changes in place."""
    differentiable: ClassVar[bool] = True
    """False where no gradient flows: comparisons, steps such as floor, `stop_gradient`."""

    makes: ClassVar[str] = "widest"
    """The dtype of the output: the "widest" of the inputs (the widest float, if any is one), the
    same made a "float", that of the "first" input, or a dtype by name."""

    has_effect: ClassVar[bool] = False
    """Whether it must run although no output needs it, besides those that change state."""

    takes_text: ClassVar[bool] = False
    """Whether it can be given arrays of text."""

    takes_spaced: ClassVar[bool] = False
    """Whether it can be given variables with room between their rows (see `layout`)."""

    keras: ClassVar[str | None] = None
    """Where Keras has it: "math", a module of its ops, or "numpy.Isnan", with the class if that has
    another name. "": nowhere. None: see `composed.keras_class`."""

    name: ClassVar[str] = "op"
    """Its name in printed plans and in graphs; by default the class's name in snake case."""

    def __init_subclass__(cls, abstract: bool = False) -> None:
        super().__init_subclass__()
        cls.name = vars(cls).get("name") or registry.to_snake_case(cls.__name__)
        if not abstract:
            registry.register("op", cls)

    # Type checkers let a subclass replace `*arrays, **none` with the op's actual inputs.
    def shape(self, *shapes: Any, **none: Any) -> Any:
        """The shape of the output (a tuple of shapes for several), from the inputs' shapes."""
        return shapes[0]

    def dtype(self, *dtypes: Any, **none: Any) -> Any:
        """The dtype of the output (a tuple for several), from the inputs' dtypes: see `makes`."""
        kind = self.makes
        if kind in ("widest", "float"):
            widest = promote(*dtypes) if dtypes else "float32"
            kind = as_float(widest) if kind == "float" else widest
        elif kind == "first":
            kind = dtypes[0]
        return kind if self.n_outputs == 1 else (kind,) * self.n_outputs

    def work(self, *shapes: Any, **none: Any) -> Work:
        """Arrays that `forward` keeps for `vjp`: (shape, dtype); None is the output's dtype."""
        return ()

    def operations(self, *shapes: Any, **none: Any) -> int:
        """The multiplications and additions of `forward` in matrix products and similar loops."""
        return 0

    def forward(self, *arrays: Any, **none: Any) -> None:
        raise NotImplementedError

    def vjp(self, *arrays: Any, **none: Any) -> None:
        raise NotImplementedError

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        """The arrays in the form that `forward` and `vjp` need at every step, prepared once."""
        return arrays

    def fitted(self, work: Callable[..., None], arrays: tuple[Any, ...]) -> Callable[..., None]:
        """`work` (forward or vjp), or a faster function that does the same with these arrays."""
        return work

    def __call__(self, *inputs: Any) -> Any:
        """On tensors: a node of the graph. On values: a call on the tape. On arrays, and on
        variables where nothing is recorded: the result.

        Tensors or values in a list are stacked first.
        """
        inputs = tuple(OPERATORS["stack"](x) if holds_tensors(x) else on_tape(x) for x in inputs)
        if any(isinstance(x, Tensor) for x in inputs):
            return OpOperation(self)(*inputs)
        values = [x for x in inputs if isinstance(x, Value)]
        if values and (is_recording() or not all(map(computes_now, values))):
            return self._record(as_values(inputs))
        return self.compute(*inputs)

    def _record(self, inputs: tuple[Value, ...]) -> Any:
        if not self.takes_spaced:
            copy = OPERATORS["broadcast_to"]
            inputs = tuple(copy(v, v.shape) if is_spaced(v) else v for v in inputs)
        tape = eager_tape()
        if tape is not None and all(map(has_numbers, inputs)):
            return self._compute_on(tape, inputs)
        outputs = tuple(map(Value, *self._forms(inputs)))
        return self._noted(current_tape(), inputs, outputs)

    def _compute_on(
        self, tape: EagerTape, inputs: tuple[Value, ...], like: tuple[Value, ...] = ()
    ) -> Any:
        """The outputs, computed at once; the tape keeps the call for gradients. They have the
        shapes and dtypes of those in `like`, if these are known already."""
        if tape.instead:
            inputs = tuple(tape.instead.get(v, v) for v in inputs)  # type: ignore[call-overload]
        arrays, work = self._computed(inputs, like)
        outputs = tuple(map(Eager, arrays))
        made = self._noted(tape, inputs, outputs)
        call, outputs[0].origin = outputs[0].origin, None
        for value in outputs:  # the tape has the call: a result does not keep all before it alive
            value.origin = None
        assert call is not None
        call.work = work
        tape.calls.append(call)
        for value in inputs:
            if isinstance(value, Variable):
                value.is_read(call.time)
        return made

    def _noted(self, tape: Any, inputs: tuple[Value, ...], outputs: tuple[Value, ...]) -> Any:
        """The outputs of a new call on the tape."""
        call = Call(self, inputs, outputs, tape.scope, tape.place)
        if self.mutates or self.has_effect:
            tape.updates.append(call)
        return outputs[0] if self.n_outputs == 1 else outputs

    def _forms(self, inputs: tuple[Value, ...]) -> tuple[Any, Any]:
        """The shapes and dtypes of the outputs."""
        shapes = self.shape(*(value.shape for value in inputs))
        dtypes = self.dtypes_of(inputs)
        return ((shapes,), (dtypes,)) if self.n_outputs == 1 else (shapes, dtypes)

    def compute(self, *inputs: Any) -> Any:
        """The outputs for arrays and for variables as they are now, computed at once."""
        outputs, _ = self._computed(as_values(inputs))
        results = tuple(map(as_array, outputs))
        return results[0] if self.n_outputs == 1 else results

    def _computed(
        self, values: tuple[Any, ...], like: tuple[Value, ...] = ()
    ) -> tuple[tuple[Array, ...], list[Array]]:
        """The arrays of the outputs, and what the op keeps for its gradient."""
        shapes: Any = [value.shape for value in like]
        dtypes: Any = [value.dtype for value in like]
        if not like:
            shapes, dtypes = self._forms(values)
        outputs = tuple(map(np.zeros, shapes, map(storage, dtypes)))
        for i in self.mutates:
            if isinstance(values[i], Variable):
                values[i].changes()
        variables = [value for value in values if isinstance(value, Variable)]
        arrays = [
            np.ascontiguousarray(value.array)
            if not self.takes_spaced and is_spaced(value)
            else value.array
            for value in values
        ]
        locks = locks_of(variables) if variables else ()
        return outputs, holding(locks, lambda: self.evaluate(arrays, outputs))

    @np.errstate(all="ignore")
    def evaluate(self, arrays: list[Array], outputs: tuple[Array, ...]) -> list[Array]:
        """Fill the outputs; returns what the op keeps for its gradient."""
        work = self.scratch([a.shape for a in arrays], dtype_of(outputs[0]))
        out = outputs[0] if self.n_outputs == 1 else outputs
        if any(array.size for array in outputs):  # with 0 samples, there is nothing to compute
            self.forward(*self.bind(*arrays, out, *work))
        return work

    def dtypes_of(self, inputs: tuple[Value, ...]) -> Any:
        """The dtypes of the outputs for these inputs.

        Raises: TensorTypeError for text, which most ops cannot compute with.
        """
        dtypes = [value.dtype for value in inputs]
        if STRING in dtypes and not self.takes_text:
            raise text_refused(self.name, dtypes)
        return self.dtype(*dtypes)

    def scratch(self, shapes: Any, dtype: str) -> list[Array]:
        """The work arrays for inputs of these shapes."""
        wanted: Any = self.work(*shapes)
        return [np.zeros(shape, kind or dtype) for shape, kind in wanted]


class View(Op, abstract=True):
    """An op whose output is its input's memory with another shape: nothing is computed.

    The plan gives the output no buffer of its own, and passes the gradient back the same way.
    """

    takes_text = True

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, x.reshape(out.shape))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, g.reshape(gx.shape))


def holds_tensors(x: Any) -> bool:
    """Whether x is a list that contains tensors or values."""
    return isinstance(x, (list, tuple)) and any(isinstance(leaf, Operators) for leaf in x)


def promote(*dtypes: str) -> str:
    """The dtype of a result. Unlike in NumPy, integers combined with a float take its width.

    >>> promote("float32", "int64"), promote("int32", "int64"), promote("bool", "float64")
    ('float32', 'int64', 'float64')
    """
    if len(set(dtypes)) == 1:  # as most are, and NumPy is slow to tell
        return dtypes[0]
    if STRING in dtypes:
        return STRING
    floats = [dtype for dtype in dtypes if dtype.startswith("float")]
    return str(np.result_type(*(floats or dtypes)))


def as_float(dtype: str) -> str:
    """The dtype of a result that is not an integer: a float dtype itself, else float32."""
    return dtype if dtype.startswith("float") else "float32"


def as_values(inputs: tuple[Any, ...]) -> tuple[Value, ...]:
    """Values unchanged; numbers and arrays as constants.

    Combined with values, Python numbers and float arrays take the values' dtype, so that NumPy's
    float64 does not widen a model. Without values, plain numbers take the dtype of the arrays.
    """
    values = [x for x in inputs if isinstance(x, Value)]
    arrays = [x for x in inputs if isinstance(x, np.ndarray)]
    leading = values or arrays
    dtypes = [str(x.dtype) for x in leading]

    def value(x: Any) -> Value:
        if isinstance(x, Value):
            return x
        if isinstance(x, np.ndarray) and not values:
            return Constant(x)
        return Constant.near(x, dtypes)

    return tuple(map(value, inputs))
