"""Users' classes and functions, by the names that files and configs use for them."""

from __future__ import annotations

import inspect
from contextvars import ContextVar, Token
from typing import Any

from funclab.errors import ArgumentError

_objects: dict[str, Any] = {}
_names: dict[Any, str] = {}
_scope: ContextVar[dict[str, Any]] = ContextVar("custom_objects", default={})  # noqa: B039


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Any:
    """A decorator that registers your own class or function, so that files can refer to it.

    It is registered as `package>name`, so models that use it can be loaded without custom_objects.

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
    """A `with` block in which names in configs and files refer to your classes and functions, in
    addition to those of the blocks around it.

    custom_objects: the classes and functions, by name.
    """

    def __init__(self, custom_objects: dict[str, Any] | None) -> None:
        self.custom_objects = custom_objects or {}
        self.tokens: list[Token[dict[str, Any]]] = []

    def __enter__(self) -> CustomObjectScope:
        self.tokens.append(_scope.set({**_scope.get(), **self.custom_objects}))
        return self

    def __exit__(self, *exception: Any) -> None:
        _scope.reset(self.tokens.pop())


custom_object_scope = CustomObjectScope


def tables() -> list[dict[Any, Any]]:
    """What has been registered in this session: objects by name, and names by object."""
    return [_objects, _names]


def get_custom_objects() -> dict[str, Any]:
    """The registered classes and functions, by name; this dict may be changed."""
    return _objects


def get_registered_name(obj: Any) -> str:
    """The name that files use for a class or function."""
    registered = _names.get(obj) if callable(obj) else None
    return registered or obj.__name__


def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: Any = None
) -> Any:
    """The object for a name: from a CustomObjectScope, the registry, or either dict; else None."""
    for table in (_scope.get(), _objects, custom_objects or {}, module_objects or {}):
        if name in table:
            return table[name]
    return None


def known(custom_objects: dict[str, Any] | None = None) -> dict[str, Any]:
    """All names of users' objects that are valid here and now."""
    return {**_objects, **_scope.get(), **(custom_objects or {})}


def class_name(entry: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> str:
    """The name by which to look up the class of a config: the registered one, if it is known."""
    if entry.get("class_name") == "function":
        return entry["config"]
    registered = entry.get("registered_name")
    return registered if registered in known(custom_objects) else entry.get("class_name", "")


def is_own(entry: dict[str, Any]) -> bool:
    """Whether a config says that it describes an object of a user's class: Keras and funclab write
    no registered name for their own, except for functions and models."""
    module = (entry.get("module") or "").partition(".")[0]
    own_module = module not in ("builtins", "funclab", "keras", "tf_keras", "tensorflow")
    return bool(entry.get("registered_name")) and own_module
