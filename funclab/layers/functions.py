"""Python functions as plain data: how a Lambda layer is saved."""

from __future__ import annotations

import base64
import contextlib
import marshal
import sys
import types
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from funclab import activations, ops
from funclab.errors import ConfigError

FORMAT = 2
"""Of Python's marshal: the last that writes equal code as equal bytes."""

_safe: ContextVar[bool] = ContextVar("safe_mode", default=True)


@contextlib.contextmanager
def safe_mode(on: bool) -> Iterator[None]:
    """Refuse to make functions from saved code, within the `with` block."""
    token = _safe.set(on)
    try:
        yield
    finally:
        _safe.reset(token)


def to_config(function: Any) -> Any:
    """A function by its name, if funclab has it, else by its code; anything else unchanged."""
    if not isinstance(function, types.FunctionType):
        return function
    name = function.__name__
    if any(getattr(room, name, None) is function for room in (activations, ops)):
        return {"class_name": "function", "config": name}
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    config = {
        "name": name,
        "module": function.__module__,
        "code": base64.b64encode(marshal.dumps(function.__code__, FORMAT)).decode("ascii"),
        "defaults": list(function.__defaults__ or ()),
        "closure": cells,
    }
    return {"class_name": "__lambda__", "config": config}


def from_config(config: Any, custom_objects: Any = None) -> Any:
    """What `to_config` described. `custom_objects` may hold the function under its name.

    Raises: ConfigError in safe mode, for code; or when the name is not known.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        return config
    inner = config["config"]
    name = inner if isinstance(inner, str) else inner["name"]
    if name in (custom_objects or {}):
        return custom_objects[name]
    if isinstance(inner, str):
        return _known(name)
    if _safe.get():
        raise ConfigError(
            "Requested the deserialization of a `Lambda` layer whose function is Python code "
            f"({name}). This is refused in safe mode.",
            why="code in a file can do anything on your machine when it runs.",
            fix="if you trust the file, load it with safe_mode=False, or pass the function in "
            f"custom_objects={{{name!r}: ...}}.",
        )
    return _from_code(inner)


def _known(name: str) -> Callable[..., Any]:
    for room in (activations, ops):
        if hasattr(room, name):
            return getattr(room, name)
    raise ConfigError(
        f"Unknown function: {name!r}.",
        why="neither funclab.activations nor funclab.ops has a function of that name.",
        fix=f"pass it in custom_objects={{{name!r}: ...}}.",
    )


def _from_code(config: dict[str, Any]) -> Callable[..., Any]:
    code = marshal.loads(base64.b64decode(config["code"]))
    # The names that the code uses are those of the module it was written in, if that is loaded.
    module = sys.modules.get(config["module"])
    names = vars(module) if module else {"__builtins__": __builtins__}
    cells = tuple(types.CellType(content) for content in config["closure"])
    made = types.FunctionType(code, names, config["name"], tuple(config["defaults"]), cells)
    made.__module__ = config["module"]
    return made
