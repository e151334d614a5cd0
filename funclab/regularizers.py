"""Penalties that keep weights small."""

from __future__ import annotations

from typing import Any

from funclab import registry


class Regularizer:
    """A penalty on a tensor, added to the loss: called on a value, returns a scalar value."""

    def __init_subclass__(cls) -> None:
        registry.register("regularizer", cls, registry.to_snake_case(cls.__name__))

    def __call__(self, x: Any) -> Any:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)


def get(identifier: Any) -> Any:
    """A regularizer from its name, class, config, or any function of a value."""
    return registry.get("regularizer", identifier)
