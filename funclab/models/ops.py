"""Ops on tensors in configs: under the names of Keras 3, where it has the same op."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from funclab import registry
from funclab.config import floatx, image_data_format
from funclab.errors import ConfigError
from funclab.graph.node import observed
from funclab.graph.operation import OpOperation
from funclab.graph.tensor import OPERATORS
from funclab.ops.composed import ALWAYS, FUNCTIONS, Composed, kind_of
from funclab.ops.indexing import GetItem

# The modules in which Keras 3 has the ops, and their names there if these differ.
KERAS_ROOMS = {
    "numpy": (
        *("Absolute", "Add", "BroadcastTo", "Ceil", "Clip", "Concatenate", "Cos", "Cumsum"),
        *("Divide", "Equal", "Exp", "ExpandDims", "Expm1", "Flip", "Floor", "FloorDivide"),
        *("FullLike", "GetItem", "Greater", "GreaterEqual", "Less", "LessEqual", "Log", "Log1p"),
        *("LogicalAnd", "LogicalNot", "LogicalOr", "Max", "Maximum", "Mean", "Min", "Minimum"),
        *("Mod", "Multiply", "Negative", "NotEqual", "Pad", "Power", "Prod", "Reciprocal"),
        *("Repeat", "Reshape", "Round", "Sign", "Sin", "Split", "Sqrt", "Square", "Squeeze"),
        *("Stack", "Subtract", "Sum", "Take", "TakeAlongAxis", "Tanh", "Tile", "Transpose"),
        *("Arccos", "Arccosh", "Arcsin", "Arcsinh", "Arctan", "Arctan2", "Arctanh", "BitwiseAnd"),
        *("BitwiseInvert", "BitwiseOr", "BitwiseXor", "Cbrt", "Copy", "Cosh", "Exp2", "Fmax"),
        *("Fmin", "Fmod", "Gcd", "Heaviside", "Hypot", "Isinf", "Lcm", "LeftShift", "Log10"),
        *("Log2", "Logaddexp", "Logaddexp2", "LogicalXor", "NanToNum", "Nextafter", "RightShift"),
        *("Argsort", "Cumprod", "Diag", "Diagflat", "Diagonal", "I0", "Quantile", "Roll"),
        *("Nanquantile", "Rot90"),
        *("SearchSorted", "Slogdet", "Tril", "Triu", "Signbit", "Sinc", "Sinh", "Tan", "Trunc"),
        *("All", "Any", "Argmax", "Argmin", "Einsum", "Isfinite", "Isnan", "Matmul", "Where"),
        *("AllClose", "Amax", "Amin", "Append", "Argpartition", "ArraySplit", "Average"),
        *("BitwiseLeftShift", "BitwiseNot", "BitwiseRightShift", "Corrcoef", "Correlate"),
        *("CountNonzero", "Cross", "Deg2rad", "Diff", "Digitize", "DivideNoNan", "Dot", "Dsplit"),
        *("Dstack", "EmptyLike", "Fabs", "Fliplr", "Flipud", "Hsplit", "Hstack", "Inner", "IsIn"),
        *("Isclose", "Isneginf", "Isposinf", "Kron", "Ldexp", "Median", "Meshgrid", "Moveaxis"),
        *("Nanargmax", "Nanargmin", "Nancumprod", "Nancumsum", "Nanmax", "Nanmean", "Nanmedian"),
        *("Nanmin", "Nanpercentile", "Nanprod", "Nanstd", "Nansum", "Nanvar", "OnesLike", "Outer"),
        *("Percentile", "Ptp", "Rad2deg", "Ravel", "Select", "Sort", "Std", "Swapaxes"),
        *("Tensordot", "Trace", "Trapezoid", "UnravelIndex", "Vander", "Var", "Vdot", "Vsplit"),
        *("Vstack", "ZerosLike"),
    ),
    "nn": (
        *("AveragePool", "Elu", "Gelu", "HardSigmoid", "LeakyRelu", "LogSoftmax", "MaxPool"),
        *("OneHot", "Relu", "Relu6", "Selu", "Sigmoid", "Silu", "Softmax", "Softplus", "Softsign"),
        *("Fold", "Sparsemax", "Unfold"),
        *("AdaptiveAveragePool", "AdaptiveMaxPool", "BatchNorm", "BinaryCrossentropy"),
        *("CTCDecode", "CTCLoss", "CategoricalCrossentropy", "Celu", "Conv", "ConvTranspose"),
        *("DepthToSpace", "DepthwiseConv", "DotProductAttention", "Glu", "HardShrink"),
        *("HardSilu", "HardTanh", "LayerNorm", "LogSigmoid", "Moments", "MultiHot", "Normalize"),
        *("PSNR", "RMSNorm", "SeparableConv", "SoftShrink", "SpaceToDepth"),
        *("SparseCategoricalCrossentropy", "SparsePlus", "SparseSigmoid", "Squareplus"),
        *("TanhShrink", "Threshold"),
    ),
    "core": (
        *("Cast", "SaturateCast", "Scatter", "ScatterUpdate", "Slice", "SliceUpdate"),
        *("StopGradient", "Unstack"),
    ),
    "math": (
        *("Erf", "Erfc", "Erfinv", "Logsumexp", "Rsqrt"),
        *("CDist", "ExtractSequences", "InTopK", "Logdet", "SegmentMax", "SegmentMin"),
        *("SegmentProd", "SegmentSum", "TopK"),
    ),
    "linalg": (
        *("Cholesky", "CholeskyInverse", "Det", "Eigh", "Inv", "Lstsq", "MatrixRank", "Norm"),
        *("Pinv", "Qr", "SVD", "Solve", "SolveTriangular"),
    ),
}
OTHERWISE = {
    "BatchNorm": "batch_normalization",
    "LayerNorm": "layer_normalization",
    "RMSNorm": "rms_normalization",
}
"""Functions whose classes in Keras have other names."""
RENAMED = {
    "AllTrue": "All",
    "AnyTrue": "Any",
    "ArgMax": "Argmax",
    "ArgMin": "Argmin",
    "IsFinite": "Isfinite",
    "Identity": "Copy",
    "IsNan": "Isnan",
    "LogSumExp": "Logsumexp",
    "MatMul": "Matmul",
    "MirrorPad": "Pad",
}
RENAMED_SETTINGS = {
    "as_dtype": "dtype",
    "to": "dtype",
    "target": "shape",
    "ends": "indices_or_sections",
}
IN_THE_CALL = {
    "GetItem": "key",
    "FullLike": "fill_value",
    "Pad": "constant_values",
    "Quantile": "q",
    "Nanquantile": "q",
}
"""Settings that Keras passes to the call instead."""
TAKES_A_LIST = ("Concatenate", "Stack")
OWN = "funclab.ops"
"""The module that the config of an op names when Keras does not have that op."""


def op_to_config(operation: OpOperation) -> dict[str, Any]:
    """An op by class and settings."""
    name, settings = _keras_name(operation.op), dict(vars(operation.op))
    room = next((room for room, names in KERAS_ROOMS.items() if name in names), None)
    if room is None:
        name, module = type(operation.op).__name__, OWN
    else:
        module = f"keras.src.ops.{room}"
        settings.pop(IN_THE_CALL.get(name, ""), None)
        kept = ("negative_slope",) if name == "LeakyRelu" else ()
        if name in ("Relu", "Relu6", "LeakyRelu"):
            settings = {key: settings[key] for key in kept}
        settings = {RENAMED_SETTINGS.get(key, key): value for key, value in settings.items()}
        if isinstance(operation.op, Composed):
            settings = _filled_in(name, settings)
    config = {"name": operation.name, **settings}
    return {"module": module, "class_name": name, "config": config, "registered_name": name}


def _filled_in(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a function as Keras' function passes them to its class."""
    implied = {"data_format": image_data_format()}
    if name == "MultiHot":
        implied["dtype"] = floatx()
    return {
        key: implied.get(key) if value is None else value
        for key, value in settings.items()
        if key != "bias"
    }


def op_arguments(operation: OpOperation, args: list[Any]) -> list[Any]:
    """What a call of the op gets in Keras, for what it got here."""
    name = _keras_name(operation.op)
    if name in TAKES_A_LIST:
        return [args]
    if isinstance(operation.op, GetItem):
        key = list(operation.op.parts())
        return [*args, key[0] if len(key) == 1 and isinstance(key[0], int) else key]
    if name in IN_THE_CALL:
        return [*args, getattr(operation.op, IN_THE_CALL[name], None)]
    return args


def op_from_config(entry: dict[str, Any]) -> Callable[..., Any]:
    """A function that calls the op, under the name it has in the config.

    Raises: ConfigError when funclab has no such op.
    """
    name, config = entry["class_name"], dict(entry["config"])
    own_name = config.pop("name")
    if entry.get("module") == OWN:
        kind = kind_of(name) if name in FUNCTIONS else registry.lookup("op", name)
        return OpOperation(kind(**config), own_name)
    wanted = _function_name(name)
    function = OPERATORS.get(wanted)
    function = {"GetItem": _get_item, "Einsum": _einsum, "Pad": _pad}.get(name, function)
    if function is None:
        raise ConfigError(
            f"The operation {own_name} is a {name} of Keras, which funclab does not have.",
            why=f"funclab.ops has no function {wanted}.",
            fix="build the model in Keras without it, or with a layer that does the same.",
        )
    settings = _taken(function, own_name, config)
    inputs = kind_of(wanted).inputs if wanted in FUNCTIONS else ()

    def call(*args: Any, **kwargs: Any) -> Any:
        if inputs and not inputs[0].startswith("*"):
            args, kwargs = (), {**dict(zip(inputs, args)), **kwargs}
        with observed() as made:
            outputs = function(*args, **settings, **_taken(function, own_name, kwargs))
        for i, node in enumerate(reversed(made)):  # a function may be a chain of several ops
            node.operation.name = f"{own_name}_part_{i}" if i else own_name
        return outputs

    return call


@functools.cache
def _classes() -> dict[str, str]:
    """The class in Keras for each function."""
    return {_function_name(name): name for names in KERAS_ROOMS.values() for name in names}


def _function_name(name: str) -> str:
    """The function that a class of Keras stands for."""
    words = OTHERWISE.get(name) or registry.to_snake_case(name)
    return words if words in OPERATORS else words.replace("_", "")


def _keras_name(op: Any) -> str:
    """The name of an op's class in Keras; that of Relu depends on its settings."""
    name = type(op).__name__
    if isinstance(op, Composed):
        return "" if getattr(op, "bias", None) is not None else _classes()[name]
    if _function_name(name) in ALWAYS:  # the op that the function calls, which is only a part of it
        return ""
    if name == "Relu" and not op.threshold:
        kinds = {(0.0, None): "Relu", (0.0, 6.0): "Relu6"}
        only_slope = "LeakyRelu" if op.max_value is None else ""
        return kinds.get((op.negative_slope, op.max_value), only_slope)
    return "" if name == "Relu" else RENAMED.get(name, name)


def _taken(function: Any, name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, without those that are off and not arguments of the function."""
    known = inspect.signature(function).parameters
    refused = [key for key, value in settings.items() if key not in known and value]
    if refused:
        raise ConfigError(
            f"The operation {name} has {refused[0]}={settings[refused[0]]!r}.",
            why=f"Keras has the setting {refused[0]}; funclab does not.",
            fix=f"build the model in Keras without {refused[0]}.",
        )
    return {key: value for key, value in settings.items() if key in known}


def _pad(x: Any, constant_values: Any = None, pad_width: Any = 0, mode: str = "constant") -> Any:
    """`pad` as Keras' class has it: the constant is passed to the call."""
    return OPERATORS["pad"](x, pad_width, mode, constant_values)


def _get_item(x: Any, key: Any) -> Any:
    return OPERATORS["get_item"](x, tuple(key) if isinstance(key, (list, tuple)) else key)


def _einsum(*operands: Any, subscripts: str) -> Any:
    return OPERATORS["einsum"](subscripts, *operands)
