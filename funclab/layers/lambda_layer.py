"""A function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from funclab import registry
from funclab.errors import ArgumentError
from funclab.layers import functions
from funclab.layers.base import Layer


class Lambda(Layer):
    """out = function(x, **arguments), for a function that uses funclab.ops or Python's operators.

    Shapes: x (any) -> out (whatever the function makes). `mask` is the mask of the output, or a
        function of (inputs, mask).
    Raises: ArgumentError for what cannot be called.

    A function that takes `mask` or `training` is given them. Weights it uses are not the layer's:
    write a subclass of Layer for that.

    >>> from funclab import Input, ops
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
        if not callable(function):
            raise ArgumentError(
                f"Lambda needs a function. Received: function={function!r}.",
                why=f"a {type(function).__name__} cannot be called.",
                fix="write for example Lambda(lambda x: x * 2)(x).",
            )
        self.function, self.output_shape_given = function, output_shape
        self.mask, self.arguments = mask, dict(arguments or {})
        self.supports_masking = mask is not None

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        extra = {"mask": mask, "training": training}
        wanted = _names(self.function)
        given = {name: value for name, value in extra.items() if name in wanted}
        return self.function(inputs, **{**given, **self.arguments})

    @property
    def uses_training(self) -> bool:  # type: ignore[override]
        return "training" in _names(self.function)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("function", "mask"):
            config[name] = functions.to_config(getattr(self, name))
        shape = functions.to_config(self.output_shape_given)
        return {**config, "output_shape": registry.to_config(shape)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        names = ("function", "mask", "output_shape")
        made = {name: functions.from_config(config.get(name), custom_objects) for name in names}
        return cls(**{**config, **made})


def _names(function: Callable[..., Any]) -> set[str]:
    """The arguments of a function; none for a built-in that does not tell."""
    try:
        return set(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return set()
