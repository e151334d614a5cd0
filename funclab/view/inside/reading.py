"""From the ops that a call is recorded as to the recipe of its numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array, known, same_padding, transposed_cut
from funclab.graph.value import Call, Constant, Value, Variable
from funclab.ops.nn.resampling import Resampling
from funclab.ops.shaping import Reshape
from funclab.view.inside.numbers import ACTIVATIONS
from funclab.view.inside.recipes import MERGED, Recipe, Window, plane

POOLS = {"MaxPool": "largest", "AveragePool": "mean", "Max": "largest", "Mean": "mean"}
COPIES = ("Reshape", "ReshapeSamples", "ExpandDims", "Squeeze", "Cast")
NAMES = {"Relu": "relu", "Softmax": "softmax"}


def recipe_of(value: Value, made: Collection[Value]) -> Recipe:
    """The recipe of a value; `made` are the values of other calls, where it ends."""
    origin = value.origin
    if origin is None or not value.dtype.startswith("float"):
        return Recipe()
    recipe = _Reader(value, made).recipe()
    return replace(recipe, shape=known(value.shape)[1:]) if recipe else Recipe()


def constant(value: Value) -> Array | None:
    """The numbers of a weight or a constant, also of one in another shape; None for others."""
    if isinstance(value, (Variable, Constant)):
        return value.array
    call = value.origin
    if call is not None and isinstance(call.op, Reshape):
        start = constant(call.inputs[0])
        return None if start is None else start.reshape(known(value.shape))
    return None


class _Reader:
    def __init__(self, value: Value, made: Collection[Value]) -> None:
        self.value, self.made = value, made

    def recipe(self) -> Recipe | None:
        """The activation and the bias first, as they come last; then what they are applied to."""
        call, bias = self.value.origin, None
        assert call is not None
        activation, settings, kind = "linear", {}, type(call.op).__name__
        if name := _activation(call):
            activation, settings = name, dict(vars(call.op))
            if call.inputs[0] in self.made or call.inputs[0].origin is None:
                return (
                    Recipe("activation", [call.inputs[0]], activation=name, settings=settings)
                    if not isinstance(call.inputs[0], (Variable, Constant))
                    else None
                )
            call = call.inputs[0].origin
            assert call is not None
            kind = type(call.op).__name__
        if kind in ("BiasActivation", "BiasAdd"):
            bias = constant(call.inputs[1])
            own = getattr(call.op, "activation", "linear")
            if own not in ("linear", "", None):
                activation, settings = own, {}
            if call.inputs[0] in self.made or call.inputs[0].origin is None:
                return None
            call = call.inputs[0].origin
            assert call is not None
        core = self._core(call)
        if core is None:
            return None
        if core.group and bias is not None and activation == "linear":
            return replace(core, offset=bias)
        if core.kind != "sum" and (bias is not None or activation != "linear"):
            return None
        bias = core.bias if bias is None else bias
        return replace(core, bias=bias, activation=activation, settings=settings)

    def _core(self, call: Call) -> Recipe | None:
        name = type(call.op).__name__
        if name in ("Conv", "ConvBias"):
            return self._convolution(call)
        if name == "MatMul":
            kernel = constant(call.inputs[1])
            if kernel is None or kernel.ndim != 2 or constant(call.inputs[0]) is not None:
                return None
            return Recipe("sum", [call.inputs[0]], kernel=kernel[None, None])
        if name == "ConvTranspose":
            return self._transposed(call)
        if name == "Einsum":
            return self._contracted(call)
        if name == "Repeat":
            return self._repeated(call)
        if isinstance(call.op, Resampling):
            return self._blended(call)
        if (grouped := self._grouped(call)) is not None:
            return grouped
        if name in POOLS:
            return self._pooled(call, POOLS[name])
        if name.lower() in MERGED or name == "Divide":
            return self._merged(call)
        if name == "Concatenate":
            axis = call.op.axis % self.value.ndim - self.value.ndim + 3  # type: ignore[attr-defined]
            varies = all(constant(value) is None for value in call.inputs)
            ok = 0 <= axis <= 2 and self.value.ndim <= 4 and varies
            return Recipe("joined", list(call.inputs), axis=axis) if ok else None
        if name in ("Normalization", "LayerNormalization"):
            return self._normalized(call)
        if name in COPIES and constant(call.inputs[0]) is None:
            return Recipe("copy", [call.inputs[0]])
        if name in ("LookUp", "Embedding") and constant(call.inputs[0]) is not None:
            return Recipe("lookup", [call.inputs[1]])
        return None

    def _convolution(self, call: Call) -> Recipe | None:
        op: Any = call.op
        x, kernel = call.inputs[0], constant(call.inputs[1])
        bias = constant(call.inputs[2]) if len(call.inputs) > 2 else None
        if kernel is None or op.data_format != "channels_last":
            return None
        lengths, size = known(x.shape)[1:-1], kernel.shape[:-2]
        pads = [0] * len(size)
        if op.padding == "same":
            axes = zip(lengths, size, op.strides, op.dilation_rate)
            pads = [same_padding(*axis)[0] for axis in axes]
        before = x.origin
        if before is not None and type(before.op).__name__ == "Pad" and x not in self.made:
            more = before.op.pad_width  # type: ignore[attr-defined]
            pads = [p + more[i + 1][0] for i, p in enumerate(pads)]
            x = before.inputs[0]
        window = _window(size, op.strides, op.dilation_rate, pads, x, call)
        kernel = kernel.reshape((*window.taps, *kernel.shape[-2:]))
        return Recipe("sum", [x], window=window, kernel=kernel, bias=bias)

    def _transposed(self, call: Call) -> Recipe | None:
        """Of a transposed convolution, whose kernel has the filters before the channels."""
        op: Any = call.op
        kernel = constant(call.inputs[1])
        if kernel is None or op.data_format != "channels_last":
            return None
        cut = [transposed_cut(*axis) for axis in op.axes(kernel.shape)]
        size, x = kernel.shape[:-2], call.inputs[0]
        window = _window(size, op.strides, op.dilation_rate, cut, x, call)
        kernel = kernel.reshape((*window.taps, *kernel.shape[-2:])).swapaxes(2, 3)
        return Recipe("sum", [x], window=replace(window, transposed=True), kernel=kernel)

    def _contracted(self, call: Call) -> Recipe | None:
        """Of an einsum that is a Dense layer: the last axis of x is summed over."""
        kernel = constant(call.inputs[1]) if len(call.inputs) == 2 else None
        terms = call.op.subscripts.replace(" ", "").replace("->", ",").split(",")  # type: ignore[attr-defined]
        if kernel is None or kernel.ndim != 2 or len(terms) != 3:
            return None
        x, (channel, unit), out = terms[0], terms[1], terms[2]
        if x[-1] != channel or out != x[:-1] + unit or unit in x or self.value.ndim > 4:
            return None
        return Recipe("sum", [call.inputs[0]], kernel=kernel[None, None])

    def _repeated(self, call: Call) -> Recipe | None:
        """Of rows and columns that are repeated, one axis after the other."""
        times = [1, 1, 1, 1]
        while True:
            op: Any = call.op
            axis = op.axis % self.value.ndim - self.value.ndim + 4
            if not isinstance(op.repeats, int) or axis not in (1, 2):
                return None
            times[axis] *= op.repeats
            inner = call.inputs[0].origin
            if call.inputs[0] in self.made or inner is None or type(inner.op).__name__ != "Repeat":
                return Recipe(
                    "repeat", [call.inputs[0]], window=Window(strides=(times[1], times[2]))
                )
            call = inner

    def _blended(self, call: Call) -> Recipe | None:
        """Of an image in another size, whose pixels are weighted means of neighbours."""
        op: Any = call.op
        x, axes = call.inputs[0], op.changed(call.inputs[0].ndim)
        if op.data_format != "channels_last" or [*axes] != [1, 2] or x.dtype[:5] != "float":
            return None
        down, across = (_taps(op.weights(known(x.shape)[axis], how)) for axis, how in axes.items())
        return Recipe("blend", [x], down=down, across=across)

    def _grouped(self, call: Call) -> Recipe | None:
        """Of channels that are normalized in groups: each group with the mean and the variance of
        all its places. They are cut apart, normalized and joined again, then scaled."""
        scale = constant(call.inputs[1]) if type(call.op).__name__ == "Multiply" else None
        if scale is not None and (inner := call.inputs[0].origin) is not None:
            call = inner
        whole = call.inputs[0].origin if type(call.op).__name__ == "Reshape" else None
        if whole is None or type(whole.op).__name__ != "LayerNormalization":
            return None
        op: Any = whole.op
        cut, apart = whole.inputs[0].origin, known(whole.inputs[0].shape)
        every = tuple(axis % len(apart) for axis in op.axis)
        if cut is None or every != (*range(1, len(apart) - 2), len(apart) - 1) or op.scaled:
            return None
        source = cut.inputs[0]
        if known(source.shape) != (*apart[:-2], apart[-2] * apart[-1]) or source.ndim > 4:
            return None
        own = {"group": apart[-1], "epsilon": float(op.epsilon), "scale": scale}
        return Recipe("normal", [source], **own) if scale is None or scale.ndim == 1 else None

    def _pooled(self, call: Call, kind: str) -> Recipe | None:
        op: Any = call.op
        x = call.inputs[0]
        shape = known(x.shape)
        if hasattr(op, "pool_size"):
            if op.data_format != "channels_last":
                return None
            ones, pads = (1,) * len(op.pool_size), [0] * len(op.pool_size)
            if op.padding == "same":
                axes = zip(shape[1:-1], op.pool_size, op.strides, ones)
                pads = [same_padding(*axis)[0] for axis in axes]
            window = _window(op.pool_size, op.strides, ones, pads, x, call)
            return Recipe(kind, [x], window=window)
        axes = op.axis if isinstance(op.axis, tuple) else (op.axis,)
        if sorted(a % len(shape) for a in axes) != [*range(1, len(shape) - 1)]:
            return None
        return Recipe(kind, [x], window=Window(size=plane(shape[1:])[:2]))

    def _merged(self, call: Call) -> Recipe | None:
        divisor = 1.0
        if type(call.op).__name__ == "Divide":
            by = constant(call.inputs[1])
            inner = call.inputs[0].origin
            if by is None or by.size != 1 or inner is None or call.inputs[0] in self.made:
                return None
            call, divisor = inner, float(by.item())
        op = type(call.op).__name__.lower()
        if op not in MERGED:
            return None
        parts = self._operands(call, type(call.op))
        numbers = [part for part in parts if constant(part) is None]
        if not numbers or any(v.ndim != self.value.ndim for v in numbers) or self.value.ndim > 4:
            return None
        if any((c := constant(part)) is not None and c.size != 1 for part in parts):
            return None
        return Recipe("merge", parts, op=op, divisor=divisor)

    def _operands(self, call: Call, kind: type) -> list[Value]:
        """What a chain of the same op reads, from the first."""
        first, second = call.inputs
        inner = first.origin
        if inner is not None and first not in self.made and isinstance(inner.op, kind):
            return [*self._operands(inner, kind), second]
        return [first, second]

    def _normalized(self, call: Call) -> Recipe | None:
        op: Any = call.op
        last = known(call.inputs[0].shape)
        arrays = [constant(value) for value in call.inputs[1:]]
        if any(array is None or array.ndim != 1 for array in arrays) or len(last) > 4:
            return None
        if type(op).__name__ == "Normalization":
            if op.axis not in (-1, len(last) - 1):
                return None
            names = ("scale", "offset", "mean", "variance")
        else:
            if tuple(axis % len(last) for axis in op.axis) != (len(last) - 1,):
                return None
            names = (*(("scale",) if op.scaled else ()), *(("offset",) if op.moved else ()))
        weights: dict[str, Any] = dict(zip(names, arrays))
        return Recipe("normal", [call.inputs[0]], epsilon=float(op.epsilon), **weights)


def _activation(call: Call) -> str:
    """The name of an activation, if a call is one; "" for others."""
    name = type(call.op).__name__
    known_name = NAMES.get(name, name.lower())
    if name == "Softmax":
        axis: Any = call.op.axis  # type: ignore[attr-defined]
        return "softmax" if axis in (-1, call.inputs[0].ndim - 1) else ""
    if name == "Gelu" and call.op.approximate:  # type: ignore[attr-defined]
        return ""
    return known_name if known_name in (*ACTIVATIONS, "relu") else ""


def _window(size: Any, strides: Any, dilation: Any, pads: Any, x: Value, call: Call) -> Window:
    """Of two axes; along the axis that a sequence lacks, the window has one place. Of a volume `x`,
    the first axis is the depth."""
    fields = size, strides, dilation, pads
    window = Window(_two(size, 1), _two(strides, 1), _two(dilation, 1), _two(pads, 0))
    if len(size) < 3:
        return window
    rows = (known(value.shape[1:])[-3] for value in (x, call.outputs[0]))
    return replace(window, deep=(*(int(field[0]) for field in fields), *rows))


def _two(lengths: Any, alone: int) -> tuple[int, int]:
    """The last two of the lengths along each axis; `alone` comes before one that has no other."""
    *_, first, second = (alone, *map(int, lengths))
    return first, second


def _taps(weights: Array) -> Array:
    """A matrix (places, lengths) with few weights side by side in each row: for each place, the
    first column that it reads, and the weights from there on."""
    held = weights != 0
    first, length = held.argmax(axis=1), weights.shape[1]
    count = int((length - held[:, ::-1].argmax(axis=1) - first).max())
    first = np.minimum(first, length - count)[:, None]
    return np.hstack([first, np.take_along_axis(weights, first + np.arange(count), axis=1)])
