"""The Lambda layer: a function as a layer."""

from __future__ import annotations

import base64
import contextlib
import inspect
import marshal
import sys
import types
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from funclab import activations, config, ops, registry
from funclab.errors import ArgumentError, ConfigError, suggest
from funclab.layers.base import Layer
from funclab.registry import user_classes
from funclab.registry.parameters import wrong_value
from funclab.registry.within import within


class Lambda(Layer):
    """out = function(x, **arguments), for a function that uses funclab.ops or Python's operators.

    Shapes: x (any) -> out (whatever the function makes). `mask` is the mask of the output, or a
        function of (inputs, mask).
    Raises: ArgumentError for an object that is not callable; TensorTypeError for a function that
        uses a symbolic tensor of the graph around it (in Keras 3, the call fails with JAX, and the
        first batch with TensorFlow): pass it as an input, Lambda(f)([x, other]).

    A function with an argument `mask` or `training` receives it. Weights that it uses do not belong
    to the layer: write a subclass of Layer for that.

    >>> Lambda(lambda x: ops.sum(x, axis=-1))(Input((3, 4))).shape
    (None, 3)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if arguments is not None and not isinstance(arguments, dict):
            raise wrong_value("Lambda", "arguments", arguments, "a dict", '{"k": 3}')
        asked = {"mask", "training"} & _names(function)
        if not callable(function) or not suggest.takes(
            function, None, **{**dict.fromkeys(asked), **(arguments or {})}
        ):
            raise ArgumentError(
                f"Lambda needs a function of one tensor. Received: function={function!r}.",
                why="it is called with the input of the layer, and with `arguments` by name.",
                fix="write for example Lambda(lambda x: x * 2)(x).",
            )
        self.function, self.output_shape_given = function, output_shape
        self.mask, self.arguments = mask, dict(arguments or {})
        self.supports_masking = mask is not None

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        extra = {"mask": mask, "training": training}
        wanted = _names(self.function)
        asked = {name: value for name, value in extra.items() if name in wanted}
        return self.function(inputs, **{**asked, **self.arguments})

    @property
    def uses_training(self) -> bool:
        return "training" in _names(self.function)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("function", "mask"):
            config[name] = to_config(getattr(self, name))
        shape = to_config(self.output_shape_given)
        return {**config, "output_shape": registry.to_config(shape)}

    def _clone(self) -> Lambda:
        # The functions keep what they know from around them, which no configuration has.
        shared = {"function": self.function, "mask": self.mask}
        shape = self.output_shape_given
        return type(self)(**{**self.get_config(), **shared, "output_shape": shape})

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None, safe_mode: bool | None = None
    ) -> Any:
        names = ("function", "mask", "output_shape")
        with within(_safe, _safe.get() if safe_mode is None else safe_mode):
            functions = {name: from_config(config.get(name), custom_objects) for name in names}
        return cls(**{**config, **functions})


def _names(function: Callable[..., Any]) -> set[str]:
    """The names of a function's arguments; none for a built-in without a signature."""
    try:
        return set(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return set()


FORMAT = 2
"""The version of Python's marshal format: the last that writes equal code as equal bytes."""

_safe: ContextVar[bool] = ContextVar("safe_mode", default=True)


def _is_safe() -> bool:
    return _safe.get() and config.setting("safe_mode") is not False


def safe_mode(on: bool) -> contextlib.AbstractContextManager[None]:
    """Refuse to make functions from saved code, within the `with` block."""
    return within(_safe, on)


def refuse_outside_file(path: str) -> None:
    """In safe mode, refuse a config that would read a file outside of the archive.

    Raises: ConfigError in safe mode.
    """
    if _is_safe():
        raise ConfigError(
            "Requested the loading of a vocabulary file outside of the model archive: "
            f"{path!r}. This is refused in safe mode.",
            why="a config that comes from anywhere could read any file of yours.",
            fix="if you trust it, load it with safe_mode=False.",
        )


def to_config(function: Any) -> Any:
    """A function as its name, if it is one of funclab's, else as code; anything else unchanged."""
    if not isinstance(function, types.FunctionType):
        return function
    name = function.__name__
    for room in (activations, ops):
        if getattr(room, name, None) is function:  # Keras can read it, given the module
            module = room.__name__.replace("funclab", "keras")
            entry = {"module": module, "class_name": "function", "config": name}
            return {**entry, "registered_name": name}
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
    """The function that `to_config` described. `custom_objects` may contain it under its name.

    Raises: ConfigError for code in safe mode, or for an unknown name.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        return config
    inner = config["config"]
    name = inner if isinstance(inner, str) else inner.get("name", "<lambda>")
    if name in user_classes.known(custom_objects):
        return user_classes.known(custom_objects)[name]
    if isinstance(inner, str):
        return _known(name)
    if _is_safe():
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
    # The code's global names are looked up in the module it was written in, if that is loaded.
    module = sys.modules.get(config.get("module") or "")
    names = vars(module) if module else {"__builtins__": __builtins__}
    if any(isinstance(content, dict) for content in config["closure"] or ()):
        raise ConfigError(
            "The function of a Lambda layer uses something from around it that a file cannot hold.",
            why="only numbers, texts and lists are saved with a function's code.",
            fix="pass the function in custom_objects under the name <lambda>, or write a layer of "
            "your own.",
        )
    cells = tuple(types.CellType(content) for content in config["closure"] or ())
    name, defaults = config.get("name", "<lambda>"), tuple(config["defaults"] or ())
    function = types.FunctionType(code, names, name, defaults, cells)
    function.__module__ = config.get("module") or __name__
    return function
