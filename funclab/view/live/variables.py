"""How a view's own line of Python names what it was given: by the variables that hold it."""

from __future__ import annotations

import ast
import keyword
import linecache
import sys
from collections.abc import Iterator
from itertools import islice
from types import CodeType, FrameType, ModuleType
from typing import Any

from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.scene.words import graph_of, is_automatic

PACKAGE = __name__.partition(".")[0]
LONGEST = 60
"""The most characters of an expression that is written again."""


def written(value: Any, otherwise: str) -> str:
    """A variable that holds a value where its line will be pasted, or a list or dict of variables;
    if there is none, the expression that is passed as x or y; else `otherwise`."""
    spaces = {id(space): space for space in _namespaces()}
    return _name_of(value, [*spaces.values()]) or _expression(otherwise) or otherwise


def written_package() -> str:
    """How a line that will be pasted begins which uses funclab: it may not be imported there."""
    spaces = [*islice(_namespaces(), 2)]  # of the notebook, and of who makes the view
    return _name_of(sys.modules[PACKAGE], spaces) or f"import {PACKAGE}; {PACKAGE}"


def written_result(value: Any, otherwise: str) -> str:
    """As `written`; if no variable holds it, the result of its cell, such as Out[7]."""
    results = vars(sys.modules["__main__"]).get("Out")
    held = [*results.items()] if isinstance(results, dict) else []
    number = next((number for number, result in held if result is value), None)
    return written(value, otherwise if number is None else f"Out[{number}]")


def written_model(model: Any) -> str:
    """The variable of a model, or of a layer, or how a model that has a variable gives the layer;
    else its name, if the user gave it one."""
    if name := written(model, ""):
        return name
    for holder in _models():
        if any(layer is model for layer in holder.layers):
            return f"{written(holder, 'model')}.get_layer({model.name!r})"
    own = isinstance(model, Operation)  # not one of Keras
    if own and _is_variable(model.name) and not is_automatic(model):
        return model.name
    return "layer" if own and not hasattr(model, "layers") else "model"


def _models() -> list[Any]:
    values = [value for space in _namespaces() for value in [*space.values()]]
    return [value for value in values if isinstance(value, Operation) and graph_of(value)]


def written_tensor(tensor: Tensor) -> str:
    """The variable of a tensor, or the output of the layer that made it."""
    node = tensor.node
    layer, index = node.operation, node.output_tensors.index(tensor)
    call = ".output" if len(layer.inbound_nodes) == 1 else f".get_output_at({node.index})"
    at = f"[{index}]" if len(node.output_tensors) > 1 else ""
    return written(tensor, f"{written_model(layer)}{call}{at}")


def told(settings: dict[str, Any]) -> str:
    """Arguments of a call, without those that are None: `, loss='mse', optimizer=own`."""
    return "".join(
        f", {key}={written(value, repr(value))}"
        for key, value in settings.items()
        if value is not None
    )


def _name_of(value: Any, spaces: list[dict[str, Any]]) -> str:
    if isinstance(value, (str, int, float)):
        return repr(value)
    for space in spaces:
        items = [*space.items()]  # a copy: another thread may add some
        names = [name for name, held in items if held is value and _is_variable(name)]
        if names:
            own = getattr(value, "name", None)
            return own if own in names else names[0]
    if name := next((name for space in spaces for name in _in_modules(space, value)), ""):
        return name
    if isinstance(value, (list, tuple)) and value:
        parts = [_name_of(part, spaces) for part in value]
        return f"[{', '.join(parts)}]" if all(parts) else ""
    if isinstance(value, dict) and value:
        pairs = {key: _name_of(part, spaces) for key, part in value.items()}
        inside = ", ".join(f"{key!r}: {part}" for key, part in pairs.items())
        return f"{{{inside}}}" if all(pairs.values()) else ""
    return ""


def _in_modules(space: dict[str, Any], value: Any) -> Iterator[str]:
    """A constant of a module of data, such as headlines.WORDS."""
    for name, held in [*space.items()]:
        if isinstance(held, ModuleType) and held.__name__.startswith(f"{PACKAGE}.datasets."):
            yield from (f"{name}.{key}" for key, own in vars(held).items() if own is value)


def _is_variable(name: Any) -> bool:
    """Whether a name can be that of one's own variable; IPython keeps results as _5 and Out."""
    text = isinstance(name, str) and name.isidentifier()
    return text and not keyword.iskeyword(name) and not name.startswith("_") and name != "Out"


def _expression(name: str) -> str:
    """What a cell, or a line of a script, passes as x or y to the function that it calls, or to the
    method of a model; "" if that cannot be told."""
    frame = next((frame for frame in _frames() if _is_outside(frame)), None)
    if name not in ("x", "y") or frame is None or frame.f_code.co_name != "<module>":
        return ""
    call = _call_in(frame)
    if call is None:
        return ""
    holder = frame.f_globals.get(getattr(getattr(call.func, "value", None), "id", ""))
    method = isinstance(call.func, ast.Attribute) and not isinstance(holder, ModuleType)
    order = ("x", "y") if method else ("model", "x", "y")
    passed = {**dict(zip(order, call.args)), **{one.arg: one.value for one in call.keywords}}
    text = ast.unparse(passed[name]) if name in passed else ""
    return text if len(text) <= LONGEST and not text.startswith("*") else ""


def place_of(code: CodeType, at: int) -> tuple[int, int, int, int] | None:
    """Where the instruction at an offset stands in the source: its first line and byte, its last
    line and the byte after it; None if the compiler has not kept that."""
    first, last, start, end = next(islice(code.co_positions(), at // 2, None))
    if first is None or last is None or start is None or end is None:
        return None
    return first, start, last, end


def _call_in(frame: FrameType) -> ast.Call | None:
    """The call that a frame is making, as it is written."""
    place = place_of(frame.f_code, frame.f_lasti)
    if place is None:
        return None
    line, begin, last, end = place
    lines = [
        text.encode() for text in linecache.getlines(frame.f_code.co_filename)[line - 1 : last]
    ]
    if not lines:
        return None
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    try:
        found = ast.parse(b"".join(lines).decode(), mode="eval").body
    except (SyntaxError, UnicodeDecodeError):
        return None
    return found if isinstance(found, ast.Call) else None


def _namespaces() -> Iterator[dict[str, Any]]:
    """The variables of the notebook or script, and of the modules from which funclab was called,
    the nearest first."""
    yield vars(sys.modules["__main__"])
    yield from (frame.f_globals for frame in _frames() if _is_outside(frame))


def _frames() -> Iterator[FrameType]:
    frame = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back  # type: ignore[assignment]


def _is_outside(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__", "").partition(".")[0] != PACKAGE
