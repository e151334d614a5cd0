"""What a layer expects of its inputs, checked before anything else happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from funclab.errors import ShapeError
from funclab.shapes import Shape, same, show


class InputSpec:
    """Rank, shape and axis lengths that a layer needs of one input; None leaves a point open."""

    def __init__(
        self,
        dtype: str | None = None,
        shape: Shape | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype, self.shape, self.ndim = dtype, shape, ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes, self.optional = dict(axes or {}), optional

    def complaint(self, shape: Shape) -> str | None:
        """What is wrong with a shape, in Keras' words; None when nothing is."""
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim:
            return f"expected ndim={self.ndim}, found ndim={rank}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={rank}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"expected min_ndim={self.min_ndim}, found ndim={rank}"
        for axis, length in self.axes.items():
            if length is not None and shape[axis] not in (length, None):
                return (
                    f"expected axis {axis} of input shape to have value {length} but got shape "
                    f"{show(shape)}"
                )
        if self.shape is not None and not same(self.shape, shape):
            return f"expected shape={show(self.shape)}, found shape={show(shape)}"
        return None

    def __repr__(self) -> str:
        known = {name: value for name, value in vars(self).items() if value}
        return f"InputSpec({', '.join(f'{name}={value}' for name, value in known.items())})"


def check_inputs(layer: Any, inputs: Sequence[Any]) -> None:
    """Raise a ShapeError when the inputs do not meet the layer's `input_spec`."""
    if layer.input_spec is None:
        return
    specs = layer.input_spec if isinstance(layer.input_spec, (list, tuple)) else [layer.input_spec]
    if len(specs) != len(inputs):
        raise ShapeError(
            f"Layer {layer.name} expects {len(specs)} inputs, but it received {len(inputs)} input "
            f"tensors. (It expects {len(specs)} input(s).)",
            why=f"received shapes {', '.join(show(one.shape) for one in inputs)}.",
            fix=f"call {layer.name} on {len(specs)} tensor(s).",
            graph=layer,
        )
    for i, (spec, one) in enumerate(zip(specs, inputs, strict=True)):
        complaint = spec.complaint(one.shape)
        if complaint:
            raise ShapeError(
                f'Input {i} of layer "{layer.name}" is incompatible with the layer: {complaint}. '
                f"Full shape received: {show(one.shape)}. "
                f"(Input {i} is incompatible with layer {layer.name}.)",
                why=f"{layer.name} is a {type(layer).__name__}, built for inputs with "
                f"{_wanted(spec)}; the first axis is the batch.",
                fix="reshape the input, or use a layer that takes this shape.",
                graph=layer,
            )


def _wanted(spec: InputSpec) -> str:
    if spec.ndim is not None and not spec.axes:
        return f"{spec.ndim} axes"
    if spec.axes:
        lengths = ", ".join(f"length {length} on axis {axis}" for axis, length in spec.axes.items())
        return lengths
    if spec.shape is not None:
        return f"shape {show(spec.shape)}"
    return f"at least {spec.min_ndim} axes" if spec.min_ndim else f"at most {spec.max_ndim} axes"
