"""What a layer expects of its inputs; this is checked before anything else happens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from funclab import registry
from funclab.errors import ShapeError
from funclab.graph.shape_math import Shape, same, show


class InputSpec:
    """The rank, shape and axis lengths that a layer requires of an input; None allows any."""

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
        """What is wrong with a shape, in Keras' words; None if nothing is."""
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
    """Raise a ShapeError if the inputs do not meet the layer's `input_spec`."""
    if layer.input_spec is None:
        return
    specs = layer.input_spec if isinstance(layer.input_spec, (list, tuple)) else [layer.input_spec]
    if len(specs) != len(inputs):
        raise ShapeError(
            f"Layer {layer.name} expects {len(specs)} inputs, but it received {len(inputs)} input "
            f"tensors. (It expects {len(specs)} input(s).)",
            why=f"received shapes {', '.join(show(tensor.shape) for tensor in inputs)}.",
            fix=f"join them first, {layer.name}(concatenate([a, b])), or call {layer.name} on each "
            "of them: the calls share its weights."
            if len(specs) == 1
            else f"call {layer.name} on a list of {len(specs)} tensors.",
            graph=layer,
        )
    for i, (spec, tensor) in enumerate(zip(specs, inputs, strict=True)):
        complaint = spec.complaint(tensor.shape)
        if complaint:
            raise ShapeError(
                f'Input {i} of layer "{layer.name}" is incompatible with the layer: {complaint}. '
                f"Full shape received: {show(tensor.shape)}. "
                f"(Input {i} is incompatible with layer {layer.name}.)",
                why=f"{layer.name} ({type(layer).__name__}) is built for inputs with "
                f"{_wanted(spec)}; the first axis is the batch.",
                fix=_repair(layer, spec, tensor.shape),
                graph=layer,
            )


AXES = {
    3: ("steps", "features"),
    4: ("height", "width", "channels"),
    5: ("depth", "height", "width", "channels"),
}
"""What the axes after the batch are called, by how many axes there are with it."""


def _repair(layer: Any, spec: InputSpec, shape: Shape) -> str:
    """What to write instead, for the most common mistakes."""
    kind, sample = type(layer).__name__, list(shape[1:])
    wanted = spec.ndim or spec.min_ndim or 0
    short = wanted - len(shape)
    twin = re.sub("[123]D", f"{len(shape) - 2}D", kind)
    exists = twin != kind and twin in registry.registered("layer")
    if short == 1 and len(shape) == 1:
        return (
            f"declare the one number of a sample as an axis: Input(shape=(1,)) for {layer.name}. "
            "If this is an array with one sample, give it the axis of the batch: x[None]."
        )
    if short == 1 and None not in sample:
        axis = "channel" if wanted > 3 else "feature"
        longer = show((*sample, 1))
        return (
            f"give the input {wanted - 1} axes besides the batch: with one {axis} that is "
            f"Input(shape={longer}), or Reshape({longer})(x) before {layer.name}."
            + (f" For {'images' if wanted > 4 else 'a sequence'} write {twin}." if exists else "")
        )
    if exists:
        return f"write {twin} instead of {kind}: the input has {len(shape) - 1} axes."
    if short > 0 and wanted in AXES:
        return (
            f"give {layer.name} inputs of ({', '.join(AXES[wanted])}), besides the batch: "
            f"Input(shape=...) with these axes, or a Reshape before {layer.name}."
        )
    if short < 0 and None not in sample and wanted == 2:
        return f"flatten the axes first: {layer.name}(Flatten()(x))."
    for axis, length in spec.axes.items():
        if axis in (-1, len(shape) - 1) and layer.built and shape[axis] not in (length, None):
            return (
                f"make a new {kind} for this input, or bring its last axis to {length} first: "
                f"{layer.name}(Dense({length})(x))."
            )
    return "reshape the input, or use a layer that takes this shape."


def _wanted(spec: InputSpec) -> str:
    if spec.ndim is not None and not spec.axes:
        return f"{spec.ndim} axes"
    if spec.axes:
        lengths = ", ".join(f"length {length} on axis {axis}" for axis, length in spec.axes.items())
        return lengths
    if spec.shape is not None:
        return f"shape {show(spec.shape)}"
    return f"at least {spec.min_ndim} axes" if spec.min_ndim else f"at most {spec.max_ndim} axes"


def maker_hint(tensors: Sequence[Any], layer: Any) -> str:
    """What to write, if the layer that made the input suggests more than its shape does."""
    makers = {tensor.node.operation for tensor in tensors}
    if len(tensors) > 1 == len(makers) and getattr(next(iter(makers)), "return_state", False):
        return (
            f"take the output apart from the states, y, *states = {next(iter(makers)).name}(x), "
            f"and write {layer.name}(y)."
        )
    wanted = getattr(layer.input_spec, "ndim", None)
    maker = tensors[0].node.operation if len(tensors) == 1 else None
    if maker is None:
        return ""
    if tensors[0].ndim == 1 and getattr(getattr(maker, "op", None), "keepdims", None) is False:
        return f"let {maker.name} keep the axis that it reduces: keepdims=True."
    if wanted is None:
        return ""
    kind, name, rank = type(maker).__name__, layer.name, tensors[0].ndim
    if wanted == 3 and rank == 2 and getattr(maker, "return_sequences", None) is False:
        units = getattr(maker, "units", "")
        return (
            f"let {maker.name} give every step, not only the last one: "
            f"{kind}({units}, return_sequences=True)."
        )
    meant = not type(layer).__name__.endswith("1D") or tensors[0].shape[1] is None
    if kind == "InputLayer" and rank == wanted + 1 and wanted > 2 and meant:
        sample = show(tensors[0].shape[2:])
        return (
            f"leave the batch out of the shape: Input(shape={sample}). If the first length counts "
            f"steps of a sequence, write TimeDistributed({name})(x)."
        )
    if (kind == "Flatten" or kind.startswith("Global")) and rank < wanted:
        return f"call {name} before {maker.name}, which flattens all axes: {name}(x)."
    if kind != "InputLayer" and wanted == 3 and rank == 4 and None not in tensors[0].shape[1:]:
        height, width, channels = tensors[0].shape[1:]
        return f"make each row of the image a step: Reshape(({height}, {width * channels}))(x)."
    return ""
