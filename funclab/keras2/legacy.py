"""Layers and helpers of Keras 1 and 2 that now have another name or form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from funclab import layers, models, utils
from funclab.errors import ArgumentError, NotSupportedError
from funclab.errors.suggest import is_whole
from funclab.graph.node import Node
from funclab.graph.shape_math import Array
from funclab.layers.merge import Merge as MergeLayer
from funclab.layers.spec import InputSpec


def by_rows(name: str) -> Callable[..., Any]:
    """A layer for which Keras 1 took the rows and columns of its window as separate arguments."""

    def made(*args: Any, **kwargs: Any) -> Any:
        size = [number for number in args[1:4] if is_whole(number)]
        if len(size) > 1:
            args = (args[0], tuple(size), *args[1 + len(size) :])
        if "transpose" in name.lower():  # its output shape follows from the other arguments
            kwargs.pop("output_shape", None)
        return getattr(layers, name)(*args, **kwargs)

    made.__doc__ = f"{name} as Keras 1 wrote it: (filters, rows, columns)."
    return made


MODES: dict[str, Callable[..., Any]] = {
    "sum": lambda axis, axes: layers.Add(),
    "mul": lambda axis, axes: layers.Multiply(),
    "ave": lambda axis, axes: layers.Average(),
    "max": lambda axis, axes: layers.Maximum(),
    "concat": lambda axis, axes: layers.Concatenate(axis=axis),
    "dot": lambda axis, axes: layers.Dot(axes=axes),
    "cos": lambda axis, axes: layers.Dot(axes=axes, normalize=True),
}


def Merge(
    layers: Any = None,
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: Any = None,
    **kwargs: Any,
) -> Any:
    """The layer that joins tensors as `mode` says: sum, mul, ave, max, concat, dot, cos, or a
    function of the list of tensors.

    Raises: NotSupportedError for a list of layers, ArgumentError for another mode.
    """
    if layers:
        raise NotSupportedError(
            "Merge([branch, other]) of layers or models is not supported.",
            why="a Sequential is one line of layers, and begins in one place.",
            fix="join outputs: y = merge([branch.output, other.output], mode='concat'); then "
            "Model([branch.input, other.input], Dense(1)(y)).",
        )
    if callable(mode):
        return _lambda(mode, output_shape, output_mask, arguments, **kwargs)
    if mode not in MODES:
        raise ArgumentError(
            f"Invalid merge mode. Should be one of {list(MODES)}. Received: mode={mode!r}.",
            why="the mode says how several tensors become one.",
            fix='write for example mode="concat".',
        )
    layer = MODES[mode](concat_axis, dot_axes)
    layer.name = kwargs.get("name") or layer.name
    return layer


class _Merge(MergeLayer, abstract=True):
    """The base of a custom merge layer, which defines `_merge_function(inputs)`."""

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        return self._merge_function(inputs)  # type: ignore[attr-defined]


_lambda = layers.Lambda


def merge(inputs: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
    """Tensors joined: Merge(None, mode, concat_axis, dot_axes, ...)(inputs)."""
    return Merge(None, *args, **kwargs)(list(inputs))


def to_categorical(y: Any, num_classes: int | None = None, nb_classes: int | None = None) -> Array:
    """Class numbers as one-hot rows. See funclab.utils.to_categorical."""
    return utils.to_categorical(y, nb_classes if num_classes is None else num_classes)


class Dot:
    """The picture of a model in place of pydot's: `SVG(model_to_dot(model).create("dot",
    "svg"))`."""

    def __init__(self, diagram: Any) -> None:
        self.diagram, self.to_string = diagram, diagram.to_dot

    def create(self, prog: Any = None, format: str = "svg") -> bytes:
        """The picture as a file of this format: svg, or dot for the graph as text."""
        return (self.diagram.svg if format == "svg" else self.to_string()).encode()

    def write(self, path: Any, prog: Any = None, format: str = "raw") -> None:
        """Write the picture to a file, in the format of its extension."""
        self.diagram.save(path)


def model_to_dot(
    model: Any, show_shapes: bool = False, show_layer_names: bool = True, rankdir: str = "TB"
) -> Dot:
    """The picture of a model. See funclab.plot_model."""
    settings = {"show_shapes": show_shapes, "show_layer_names": show_layer_names}
    return Dot(utils.plot_model(model, rankdir=rankdir, **settings))


LAYERS: dict[str, Any] = {
    **{
        f"{old}{rank}D": by_rows(f"{new}{rank}D{end}")
        for old, new, end in (
            ("Convolution", "Conv", ""),
            ("AtrousConvolution", "Conv", ""),
            ("SeparableConvolution", "SeparableConv", ""),
            ("Deconvolution", "Conv", "Transpose"),
        )
        for rank in (1, 2, 3)
    },
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "Merge": Merge,
    "_Merge": _Merge,
    "merge": merge,
    "ThresholdedReLU": lambda theta=1.0, **more: layers.ReLU(threshold=float(theta), **more),
}
"""Other names in keras.layers: what they stand for, or the current name."""


def slice_arrays(arrays: Any, start: Any = None, stop: Any = None) -> Any:
    """Rows of an array, or of each array of a list: from `start` to `stop`, or those listed."""
    if isinstance(arrays, list):
        return [slice_arrays(array, start, stop) for array in arrays]
    return arrays[start] if hasattr(start, "__len__") else arrays[start:stop]


ENGINE = {
    "Layer": layers.Layer, "Input": layers.Input, "InputLayer": layers.InputLayer,
    "InputSpec": InputSpec, "Node": Node, "Container": models.Functional,
    "Network": models.Functional, "Merge": Merge, "merge": merge,
    "get_source_inputs": utils.get_source_inputs,
    "slice_X": slice_arrays, "slice_arrays": slice_arrays,
}  # fmt: skip
UTILS = {
    "to_categorical": to_categorical, "plot": utils.plot_model, "model_to_dot": model_to_dot,
}  # fmt: skip
REGULARIZERS = {
    "l1l2": "l1_l2", "activity_l1": "l1", "activity_l2": "l2", "WeightRegularizer": "L1L2",
}  # fmt: skip
CONSTRAINTS = {"maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm"}
