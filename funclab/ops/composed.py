"""Functions that call several ops, as one operation of a graph: on tensors each makes one node.

In Keras each is a class. The computation stays in the function: on values and arrays, its ops run
as they would without a graph. Arguments annotated `Data` are the node's inputs; all others are its
settings.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any, ClassVar

from funclab import registry
from funclab.graph import structure
from funclab.graph.locks import making
from funclab.graph.op import Op
from funclab.graph.operation import OpOperation, placeholder
from funclab.graph.tape import Tape
from funclab.graph.tensor import OPERATORS, Tensor


class Composed(Op, abstract=True):
    """A function with its settings, to be called on its inputs."""

    function: ClassVar[Callable[..., Any]]
    inputs: ClassVar[tuple[str, ...]]

    def __call__(self, *inputs: Any) -> Any:
        if _has_tensor(inputs):
            return OpOperation(self)(*inputs)
        return self.call(*inputs)

    def call(self, *inputs: Any) -> Any:
        """The function's result for values or arrays."""
        kind = type(self)
        if kind.inputs[0].startswith("*"):
            return kind.function(*inputs, **vars(self))
        return kind.function(**dict(zip(kind.inputs, inputs)), **vars(self))

    def is_one_op(self, inputs: Any) -> bool:
        """Whether the function calls a single op on these tensors."""
        with Tape():
            output = structure.flatten(self.call(*structure.map_structure(value_of, inputs)))[0]
        origin = getattr(output, "origin", None)
        return origin is not None and not any(value.origin for value in origin.inputs)

    def __reduce__(self) -> Any:
        return _again, (self.name, vars(self))


KINDS: dict[str, type[Composed]] = {}
FUNCTIONS: dict[str, Any] = {}
"""The functions by name."""


@functools.cache
def signature_of(name: str) -> inspect.Signature:
    return inspect.signature(FUNCTIONS[name])


def composed(name: str, function: Any) -> Any:
    """The function, wrapped so that a call on tensors makes one node."""
    FUNCTIONS[name] = function

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not _has_tensor((args, kwargs)):
            return function(*args, **kwargs)
        bound, kind = signature_of(name).bind(*args, **kwargs), kind_of(name)
        bound.apply_defaults()
        arguments = bound.arguments
        names = {name.removeprefix("*") for name in kind.inputs}
        settings = {name: _plain(value) for name, value in arguments.items() if name not in names}
        if _has_tensor(settings):
            return function(*args, **kwargs)
        if kind.inputs[0].startswith("*"):
            return kind(**settings)(*arguments[kind.inputs[0][1:]])
        values = [arguments[name] for name in kind.inputs]
        while values[-1] is None:
            values.pop()
        made = kind(**settings)
        one_op = op_of(name) is not None and made.is_one_op(values)
        return function(*args, **kwargs) if one_op else made(*values)

    # So that pickle finds it here, not in the module of the function it calls.
    call.__module__, call.__qualname__ = __package__ or "", name
    return call


def compose(functions: dict[str, Any]) -> None:
    """Wrap all functions with arguments that are `Data`, so that each call makes one node."""
    for name, function in functions.items():
        if any("Data" in str(kind) for kind in getattr(function, "__annotations__", {}).values()):
            functions[name] = composed(name, function)


def function_name(name: str) -> str:
    """The function that a class of Keras, or an op, stands for."""
    words = registry.to_snake_case(name)
    return words if words in OPERATORS else words.replace("_", "")


def keras_class(kind: type[Op]) -> tuple[str, str]:
    """The module of Keras' ops and the class there that do the same; ("", "") if there is none.

    By default it has the class's own name, and the module follows from where funclab has the
    function of that name; what differs is said by `in_keras`.
    """
    name = "".join(part[:1].upper() + part[1:] for part in kind.__name__.split("_"))
    room, _, renamed = (kind.keras or "").partition(".")
    place = kind.__module__.split(".")
    known = place[0] == "funclab" and (renamed or function_name(name) in OPERATORS)
    if kind.keras == "" or not known:
        return "", ""
    by_place = next((part for part in ("nn", "linalg") if part in place), "numpy")
    return room or by_place, renamed or name


@functools.cache
def op_of(name: str) -> type[Op] | None:
    """The op that does the same as a function with its usual settings; None if there is none."""
    ops = registry.registered("op").values()
    return next((op for op in ops if function_name(keras_class(op)[1]) == name), None)


def kind_of(name: str) -> type[Composed]:
    """The class of a function, made only when it is first needed: most never are."""
    with making:
        if name not in KINDS:
            KINDS[name] = _kind(name, FUNCTIONS[name])
        return KINDS[name]


def _kind(name: str, function: Any) -> type[Composed]:
    inputs, settings = [], {}
    for key, parameter in signature_of(name).parameters.items():
        if "Data" in str(parameter.annotation):
            inputs.append(f"*{key}" if parameter.kind is parameter.VAR_POSITIONAL else key)
        else:
            settings[key] = parameter.default

    def body(space: dict[str, Any]) -> None:
        space["__module__"] = function.__module__
        space["__doc__"] = function.__doc__
        space["__annotations__"] = dict.fromkeys(settings, Any)
        space |= {key: value for key, value in settings.items() if value is not inspect._empty}
        space |= {"function": staticmethod(function), "inputs": tuple(inputs), "name": name}
        space["keras"] = getattr(function, "keras", None)

    return types.new_class(name, (Composed,), {"abstract": True}, body)


def _again(name: str, settings: dict[str, Any]) -> Composed:
    return kind_of(name)(**settings)


def _plain(value: Any) -> Any:
    """A setting that cannot change later: lists as tuples."""
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def value_of(leaf: Any) -> Any:
    """A value in place of a tensor; anything else unchanged."""
    return placeholder(leaf) if isinstance(leaf, Tensor) else leaf


def _has_tensor(tree: Any) -> bool:
    return any(isinstance(leaf, Tensor) for leaf in structure.flatten(tree))
