"""Ops on tensors as source: Python's operators, functions of funclab.ops, or the op's class."""

from __future__ import annotations

import inspect
from dataclasses import fields
from functools import partial
from itertools import starmap
from typing import Any

import numpy as np

from funclab import ops
from funclab.graph.node import Node
from funclab.graph.op import Op
from funclab.graph.operation import is_box, placeholder
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.ops.base import ARGUMENTS
from funclab.ops.composed import FUNCTIONS, Composed, function_name, keras_class, op_of
from funclab.view.code.text import Chain, Group, Imports, Source, call, keywords, plain, tree

SIGNS = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "Power": "**", "MatMul": "@",
    "FloorDivide": "//", "Mod": "%", "Less": "<", "LessEqual": "<=", "Greater": ">",
    "GreaterEqual": ">=",
}  # fmt: skip
OF_LISTS = ("Concatenate", "Stack")
COMPARISONS = ("Less", "LessEqual", "Greater", "GreaterEqual")


def op_call(node: Node, op: Op, args: list[Source], imports: Imports) -> Source:
    """A call of `op` as you would write it, which makes this op with these settings."""
    arguments = node.arguments.args
    kind = type(op).__name__
    if is_box(op):
        imports.own.add(kind)
        return call(kind, args)
    if kind == "GetItem":
        return Chain([args[0], f"[{op.key}]"])  # type: ignore[attr-defined]
    if kind == "Negative":
        return Chain(["-", args[0]])
    if kind == "Absolute":
        return call("abs", args)
    if kind in SIGNS and len(args) == 2 and _by_sign(kind, arguments[0]):
        left, right = args
        if not isinstance(arguments[0], Tensor) and arguments[0] < 0:
            left = f"({left})"  # -2 ** x is -(2 ** x)
        return Chain([left, f" {SIGNS[kind]} ", right])
    if isinstance(op, Composed):
        imports.rooms.add("ops")
        return call(f"ops.{op.name}", _arguments(op, args))
    settings = _function_settings(op, arguments)
    if settings is None:
        return Chain([op_source(op, imports), call("", args)])
    imports.rooms.add("ops")
    items = [Group("[", args, "]")] if kind in OF_LISTS else args
    return call(f"ops.{_function_name(op)}", [*items, *_keywords(settings, op)])


def op_source(op: Op, imports: Imports) -> Source:
    """An op by its class, with the fields that differ from their defaults."""
    values = {field.name: (getattr(op, field.name), field.default) for field in fields(op)}
    own = {
        name: value
        for name, (value, default) in values.items()
        if type(value) is not type(default) or value != default
    }
    return call(imports.op(type(op)), _keywords(own, op))


def _arguments(op: Composed, args: list[Source]) -> list[Source]:
    """What a function is called with: positional inputs as far as they are consecutive, all else by
    name, where it is not the default."""
    if op.inputs[0].startswith("*"):
        return [*args, *_keywords(vars(op), op)]
    by_name, by_place = dict(zip(op.inputs, args)), True
    items: list[Source] = []
    for name, parameter in inspect.signature(op.function).parameters.items():
        if name in by_name:
            items.append(by_name[name] if by_place else Chain([f"{name}=", by_name[name]]))
        elif name in vars(op) and getattr(op, name) != parameter.default:
            items += _keywords({name: getattr(op, name)}, op)
        by_place = by_place and name in by_name
    return items


def _by_sign(kind: str, first: Any) -> bool:
    """Whether Python's operator makes this op: Python must not swap the sides of a comparison."""
    number = isinstance(first, (int, float)) and not isinstance(first, bool)
    return isinstance(first, Tensor) or (number and kind not in COMPARISONS)


def _function_settings(op: Op, arguments: Any) -> dict[str, Any] | None:
    """The arguments with which the function of this name makes exactly this op; or None."""
    function: Any = getattr(ops, _function_name(op), None)
    name = _function_name(op)
    if (name in FUNCTIONS and op_of(name) is not type(op)) or not hasattr(function, "__code__"):
        return None
    names = inspect.signature(function).parameters
    settings = {}
    for field in fields(op):
        name = field.name if field.name in names else ARGUMENTS.get(field.name, "")
        value = getattr(op, field.name)
        if name in names and names[name].default != value:  # an empty default equals nothing
            settings[name] = list(value) if field.name == "ends" else value
    return settings if _makes(function, settings, op, arguments) else None


def _function_name(op: Op) -> str:
    return function_name(keras_class(type(op))[1] or type(op).__name__)


def _makes(function: Any, settings: dict[str, Any], op: Op, arguments: Any) -> bool:
    """Whether the function, called on values like these arguments, makes exactly this call."""
    values = [placeholder(value) if isinstance(value, Tensor) else value for value in arguments]
    try:
        with Tape():
            result = function(*([values] if type(op).__name__ in OF_LISTS else values), **settings)
    except Exception:  # too many arguments, or one of another kind: then it is not this function
        return False
    several = isinstance(result, (list, tuple))
    outputs = result if several else [result]
    origin = outputs[0].origin if isinstance(outputs[0], Value) else None
    if origin is None or several != (op.n_outputs > 1) or len(outputs) != len(origin.outputs):
        return False

    def same(own: Any, value: Any) -> bool:
        """Whether an input is a value, or a constant that equals it."""
        array = getattr(own, "array", None)
        if array is None or isinstance(value, Value):
            return own is value
        return np.array_equal(array, np.asarray(value, array.dtype))

    pairs = zip(origin.inputs, values)
    return origin.op == op and len(origin.inputs) == len(values) and all(starmap(same, pairs))


def _keywords(settings: dict[str, Any], op: Op) -> list[Source]:
    leaf = partial(plain, owner=f"The op {op.name}")
    return keywords((name, tree(value, leaf)) for name, value in settings.items())
