"""Ops on tensors in configs: under the names of Keras 3, where it has the same op."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from funclab import registry
from funclab.errors import ConfigError
from funclab.graph.node import OBSERVERS, Node
from funclab.graph.operation import OpOperation
from funclab.graph.tensor import OPERATORS
from funclab.ops.indexing import GetItem

# Where Keras 3 has the ops, and their names there where these differ.
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
    ),
    "nn": (
        *("AveragePool", "Elu", "Gelu", "HardSigmoid", "LeakyRelu", "LogSoftmax", "MaxPool"),
        *("OneHot", "Relu", "Relu6", "Selu", "Sigmoid", "Silu", "Softmax", "Softplus", "Softsign"),
        *("Fold", "Sparsemax", "Unfold"),
    ),
    "core": ("Cast", "ScatterUpdate", "StopGradient"),
    "math": (
        *("Erf", "Erfc", "Erfinv", "Logsumexp", "Rsqrt"),
        *("SegmentMax", "SegmentMin", "SegmentProd", "SegmentSum"),
    ),
    "linalg": ("Cholesky", "Det", "Eigh", "Inv", "Pinv", "Qr", "Solve"),
}
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
    config = {"name": operation.name, **settings}
    return {"module": module, "class_name": name, "config": config, "registered_name": name}


def op_arguments(operation: OpOperation, args: list[Any]) -> list[Any]:
    """What a call of the op gets in Keras, for what it got here."""
    name = _keras_name(operation.op)
    if name in TAKES_A_LIST:
        return [args]
    if isinstance(operation.op, GetItem):
        return [*args, list(operation.op.parts())]
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
        return OpOperation(registry.lookup("op", name)(**config), own_name)
    wanted = registry.to_snake_case(name)
    function = OPERATORS.get(wanted) or OPERATORS.get(wanted.replace("_", ""))
    function = {"GetItem": _get_item, "Einsum": _einsum, "Pad": _pad}.get(name, function)
    if function is None:
        raise ConfigError(
            f"The operation {own_name} is a {name} of Keras, which funclab does not have.",
            why=f"funclab.ops has no function {wanted}.",
            fix="build the model in Keras without it, or with a layer that does the same.",
        )
    settings = _taken(function, own_name, config)

    def call(*args: Any, **kwargs: Any) -> Any:
        made: list[Node] = []
        OBSERVERS.append(made)
        try:
            outputs = function(*args, **settings, **_taken(function, own_name, kwargs))
        finally:
            OBSERVERS[:] = [record for record in OBSERVERS if record is not made]
        for i, node in enumerate(reversed(made)):  # a function may be several ops in a row
            node.operation.name = f"{own_name}_part_{i}" if i else own_name
        return outputs

    return call


def _keras_name(op: Any) -> str:
    """The name of an op's class in Keras; that of Relu depends on its settings."""
    name = type(op).__name__
    if name == "Relu" and not op.threshold:
        kinds = {(0.0, None): "Relu", (0.0, 6.0): "Relu6"}
        only_slope = "LeakyRelu" if op.max_value is None else ""
        return kinds.get((op.negative_slope, op.max_value), only_slope)
    return "" if name == "Relu" else RENAMED.get(name, name)


def _taken(function: Any, name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings without those that are off and that the function does not take."""
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
    """As Keras' class takes it: the constant is given when it is called."""
    return OPERATORS["pad"](x, pad_width, mode, constant_values)


def _get_item(x: Any, key: Any) -> Any:
    return OPERATORS["get_item"](x, tuple(key) if isinstance(key, (list, tuple)) else key)


def _einsum(*operands: Any, subscripts: str) -> Any:
    return OPERATORS["einsum"](subscripts, *operands)
