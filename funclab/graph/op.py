"""The contract of an op: a shape rule, the numbers forward, and the gradient backward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from funclab import registry
from funclab.graph.tape import current_tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Call, Constant, Value
from funclab.shapes import Shape

Array = np.ndarray[Any, Any]
Work = tuple[tuple[Shape, str | None], ...]


@dataclass(frozen=True)
class Op:
    """One step of arithmetic on arrays.

    Subclasses are frozen dataclasses: their settings are fields. `forward` fills `out`; `vjp`
    (vector-Jacobian product) takes `g`, the gradient of the loss with respect to `out`, and writes
    the gradient with respect to each input into its slot. A slot is None when nobody needs that
    gradient. With several outputs, `out` and `g` are tuples.
    """

    n_outputs: ClassVar[int] = 1
    mutates: ClassVar[tuple[int, ...]] = ()
    """Which inputs are state that `forward` changes in place."""

    def __init_subclass__(cls) -> None:
        registry.register("op", cls)

    @property
    def name(self) -> str:
        return registry.to_snake_case(type(self).__name__)

    def shape(self, *shapes: Shape) -> Any:
        """The shape of the output (a tuple of shapes for several), from those of the inputs."""
        raise NotImplementedError

    def dtype(self, *dtypes: str) -> Any:
        """The dtype of the output, from those of the inputs."""
        return str(np.result_type(*dtypes)) if dtypes else "float32"

    def work(self, *shapes: Shape) -> Work:
        """Arrays that `forward` leaves for `vjp`: (shape, dtype), None for the output's dtype."""
        return ()

    def forward(self, *arrays: Any) -> None:
        raise NotImplementedError

    def vjp(self, *arrays: Any) -> None:
        raise NotImplementedError

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        """The arrays as forward and vjp want them at every step, prepared once."""
        return arrays

    def __call__(self, *inputs: Any) -> Any:
        """On tensors: a node of the graph. On values: a call on the tape. On arrays: the result."""
        if any(isinstance(one, Tensor) for one in inputs):
            from funclab.graph.operation import OpOperation

            return OpOperation(self)(*inputs)
        if any(isinstance(one, Value) for one in inputs):
            return self._record(as_values(inputs))
        return self.compute(*inputs)

    def _record(self, inputs: tuple[Value, ...]) -> Any:
        tape = current_tape()
        shapes = self.shape(*(value.shape for value in inputs))
        dtypes = self.dtype(*(value.dtype for value in inputs))
        if self.n_outputs == 1:
            shapes, dtypes = (shapes,), (dtypes,)
        outputs = tuple(map(Value, shapes, dtypes))
        call = Call(self, inputs, outputs, tape.scope)
        if self.mutates:
            tape.updates.append(call)
        return outputs[0] if self.n_outputs == 1 else outputs

    def compute(self, *inputs: Any) -> Any:
        """The outputs for arrays, computed at once."""
        arrays = [value.array for value in as_values(inputs)]
        shapes = self.shape(*(a.shape for a in arrays))
        dtypes = self.dtype(*(str(a.dtype) for a in arrays))
        many = self.n_outputs > 1
        specs = zip(shapes, dtypes, strict=True) if many else [(shapes, dtypes)]
        outputs = [np.zeros(shape, dtype) for shape, dtype in specs]
        work = self.scratch([a.shape for a in arrays], str(outputs[0].dtype))
        out = tuple(outputs) if many else outputs[0]
        self.forward(*self.bind(*arrays, out, *work))
        return out

    def scratch(self, shapes: Any, dtype: str) -> list[Array]:
        """The work arrays for inputs of these shapes."""
        return [np.zeros(shape, kind or dtype) for shape, kind in self.work(*shapes)]


@dataclass(frozen=True)
class View(Op):
    """An op whose output is its input's memory under another shape: nothing is computed.

    The plan gives the output no buffer of its own, and hands the gradient back the same way.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, x.reshape(out.shape))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, g.reshape(gx.shape))


def as_values(inputs: tuple[Any, ...]) -> tuple[Value, ...]:
    """Values as they are; numbers and arrays as constants, of the dtype they meet.

    Python numbers take the dtype of the values (or arrays) beside them, as in NumPy.
    """
    dtypes = [str(one.dtype) for one in inputs if isinstance(one, (Value, np.ndarray, np.generic))]
    return tuple(one if isinstance(one, Value) else Constant.near(one, dtypes) for one in inputs)
