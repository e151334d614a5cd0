"""Classes and functions of users, by the names under which files and configs know them."""

from __future__ import annotations

import inspect
from contextvars import ContextVar, Token
from typing import Any

from funclab.errors import ArgumentError

_objects: dict[str, Any] = {}
_names: dict[Any, str] = {}
_scope: ContextVar[dict[str, Any]] = ContextVar("custom_objects", default={})  # noqa: B039


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Any:
    """A decorator for a class or function of yours that files shall know by themselves.

    It is kept under `package>name`, so models that use it are loaded without custom_objects.

    package: the first part of the name.
    name: the second; None for that of the class or function.
    Raises: ArgumentError for a class without `get_config`.

    >>> @register_keras_serializable("lesson")
    ... def twice(x):
    ...     return 2 * x
    >>> get_registered_name(twice)
    'lesson>twice'
    """

    def decorator(entity: Any) -> Any:
        if inspect.isclass(entity) and not hasattr(entity, "get_config"):
            raise ArgumentError(
                "Cannot register a class that does not have a get_config() method: "
                f"{entity.__name__}.",
                why="a file keeps what get_config() returns, to make the object again.",
                fix=f"write in {entity.__name__}: def get_config(self): return {{...}}.",
            )
        registered = f"{package}>{name or entity.__name__}"
        _objects[registered] = entity
        _names[entity] = registered
        return entity

    return decorator


class CustomObjectScope:
    """A `with` block in which names of configs and files stand for classes and functions of yours.

    custom_objects: the classes and functions, by name.
    """

    def __init__(self, custom_objects: dict[str, Any] | None) -> None:
        self.custom_objects = custom_objects or {}
        self.tokens: list[Token[dict[str, Any]]] = []

    def __enter__(self) -> CustomObjectScope:
        self.tokens.append(_scope.set(dict(self.custom_objects)))
        return self

    def __exit__(self, *exception: Any) -> None:
        _scope.reset(self.tokens.pop())


custom_object_scope = CustomObjectScope


def get_custom_objects() -> dict[str, Any]:
    """The classes and functions that are registered, by name; may be changed."""
    return _objects


def get_registered_name(obj: Any) -> str:
    """The name under which a class or function is kept in files."""
    registered = _names.get(obj) if callable(obj) else None
    return registered or obj.__name__


def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: Any = None
) -> Any:
    """What a name stands for: in a CustomObjectScope, registered, or in either dict; else None."""
    for table in (_scope.get(), _objects, custom_objects or {}, module_objects or {}):
        if name in table:
            return table[name]
    return None


def known(custom_objects: dict[str, Any] | None = None) -> dict[str, Any]:
    """All names that stand for something of users here and now."""
    return {**_objects, **_scope.get(), **(custom_objects or {})}


def class_name(entry: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> str:
    """The name by which to look for the class of a config: the registered one, if that is known."""
    registered = entry.get("registered_name")
    return registered if registered in known(custom_objects) else entry.get("class_name", "")
