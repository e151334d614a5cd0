"""The parameters of constructors and calls: their names, what they mean, which becomes part of the
docstrings, and the kind of value that each takes."""

from __future__ import annotations

import functools
import inspect
from typing import Any, TypeVar

from funclab.errors import ArgumentError, suggest
from funclab.registry.docstrings import with_imports, with_told, wrapped

Callee = TypeVar("Callee")

MEANINGS = {
    "axis": "the axis of the classes or components",
    "name": "its name in logs, files and pictures; None for one made from the class",
    "dtype": "the dtype to compute in; None for the default",
}
"""The arguments of several rooms; each room adds its own. A key is the name of an argument, or
"Class.argument"."""


def signed(function: Any, signature: inspect.Signature, name: str) -> Any:
    """A function that shows this signature and name to readers and to `inspect`."""
    function.__signature__ = signature
    function.__qualname__, function.__name__ = name, name.rpartition(".")[2]
    return function


def own_fields(cls: type) -> dict[str, Any]:
    """The fields that a class itself declares, and their types."""
    kinds = inspect.get_annotations(cls)
    return {name: kind for name, kind in kinds.items() if "ClassVar" not in str(kind)}


@functools.cache
def parameters(cls: type) -> dict[str, Any]:
    """The names and defaults of a class's constructor arguments."""
    every = list(inspect.signature(cls.__init__).parameters.values())[1:]
    skip = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {parameter.name: parameter.default for parameter in every if parameter.kind not in skip}


@functools.cache
def call_parameters(cls: Any) -> dict[str, int]:
    """The names that `call` accepts after its first argument, numbered from 1."""
    names = list(inspect.signature(cls.call).parameters)[2:]
    return {name: i + 1 for i, name in enumerate(names)}


@functools.cache
def first_parameter(cls: Any) -> str:
    """The name of the first argument of `call`: for most layers, `inputs`."""
    return next(iter(list(inspect.signature(cls.call).parameters)[1:]), "")


@functools.cache
def build_parameters(cls: Any) -> list[str]:
    """The names of the arguments of `build`: for most layers, `input_shape`."""
    return list(inspect.signature(cls.build).parameters)[1:]


KINDS: dict[str, tuple[Any, str, str]] = {
    "float": (lambda value: suggest.is_number(value) and value == value, "a number", "0.1"),
    "int": (suggest.is_whole, "a whole number", "2"),
    "str": (lambda value: isinstance(value, str), "text", '"encoder"'),
    "bool": (suggest.is_switch, "True or False", "True"),
}
"""For a type in a signature: a check of a value, the type's name in words, and an example."""


def check_kind(owner: str, name: str, value: Any, kind: str, default: Any = None) -> None:
    """Refuse text, NaN or None instead of a number, and so on; `kind` is as in a signature. The
    default, if it fits, is the example of what to write.

    Raises: ArgumentError.
    """
    kind, _, optional = str(kind).partition(" | ")
    if kind not in KINDS or (kind == "str" and name != "name"):
        return
    if value is None and (optional or name == "name"):
        return
    fits, wanted, example = KINDS[kind]
    if not fits(value):
        example = repr(default) if default and fits(default) else example
        raise wrong_value(owner, name, value, wanted + " or None" * bool(optional), example)


def wrong_value(owner: str, name: str, value: Any, wanted: str, example: str) -> ArgumentError:
    """The error for an argument with another kind of value than `wanted`."""
    return ArgumentError(
        f"Invalid value for argument `{name}` of {owner}: expected {wanted}. "
        f"Received: {name}={value!r}.",
        why=f"`{name}` is {meaning((owner,), name) or wanted}.",
        fix=f"write {owner}([a, b, ...]), with square brackets around the layers."
        if wanted.startswith("True or") and callable(value)
        else f"write {name}=True or {name}=False."
        if wanted.startswith("True or")
        else suggest.number(name, value, example),
    )


def guarded(target: Callee) -> Callee:
    """Make a function, or the constructor of a funclab class, refuse arguments that it does not
    take or cannot use."""
    if not isinstance(target, type):
        return _guarded(target)
    constructor = vars(target).get("__init__")
    if constructor is not None and target.__module__.startswith("funclab."):
        type.__setattr__(target, "__init__", _guarded(constructor))
    return target


def _guarded(function: Any) -> Any:
    signature = inspect.signature(function)
    names = list(signature.parameters)
    expected = {name: (x.annotation, x.default) for name, x in signature.parameters.items()}

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        owner = type(args[0]).__name__ if names[:1] == ["self"] else function.__name__
        for name, value in (*zip(names, args), *kwargs.items()):
            check_kind(owner, name, value, *expected.get(name, ("Any",)))
        try:
            return function(*args, **kwargs)
        except TypeError:
            check_bound(signature, owner, args, kwargs)  # raises if this was the cause
            raise

    return checked


def check_bound(
    signature: inspect.Signature, owner: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Refuse arguments that are missing, unknown, too many, or passed twice.

    Raises: ArgumentError.
    """
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        names = [name for name in signature.parameters if name not in ("self", "kwargs")]
        unknown = [name for name in kwargs if name not in names]
        raise ArgumentError(
            f"{owner}(): {error}.",
            why=f"{owner} takes {', '.join(names) or 'no arguments'}.",
            fix=suggest.keyword(unknown[0], names)
            if unknown
            else "pass each argument once, by its name.",
        ) from None


def described(target: Callee) -> Callee:
    """Add to the docstring of a class or a function the meaning of each parameter, the labelled
    lines that a base class has in `told` for all of its kind, and the imports of the example."""
    constructor: Any = target.__init__ if isinstance(target, type) else target
    if constructor is not object.__init__ and target.__doc__:
        text = _Docstring(target.__doc__, constructor)
        target.__doc__ = text if isinstance(target, type) else text.__get__(None, target)  # type: ignore[assignment]
    return target


class _Docstring:
    """The docstring of a class; the lines of its parameters are written when it is first read."""

    def __init__(self, written: str, constructor: Any) -> None:
        self.written, self.constructor = written, constructor

    def __get__(self, instance: Any, owner: Any) -> str:
        every = inspect.signature(self.constructor).parameters.values()
        parameters = [parameter for parameter in every if parameter.name != "self"]
        text, mark, example = self.written.partition("    >>> ")
        text, example = with_told(owner, text), with_imports(owner.__name__, example)
        owners = (getattr(owner, "__name__", ""), self.constructor.__qualname__.partition(".")[0])
        lines = [_line(owners, parameter) for parameter in parameters]
        owner.__doc__ = "\n".join([text.rstrip(), "", *lines, *["", mark + example] * bool(mark)])
        return owner.__doc__


def _line(owners: tuple[str, ...], parameter: inspect.Parameter) -> str:
    name, kind = parameter.name, str(parameter.annotation)
    typed = "" if "Any" in kind or "_empty" in kind or kind == "Thresholds" else f" ({kind})"
    default = "" if parameter.default is parameter.empty else f"; default {parameter.default!r}"
    return wrapped(f"{name}{typed}: {meaning(owners, name)}{default}.", 96)


def meaning(owners: tuple[str, ...], name: str) -> str:
    """The meaning of a parameter of a class, or of a base class; "" if there is none."""
    keys = [*(f"{owner}.{name}" for owner in owners), name]
    return next((MEANINGS[key] for key in keys if key in MEANINGS), "")
