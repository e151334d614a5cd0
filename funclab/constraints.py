"""Rules that weights obey after every training step."""

from __future__ import annotations

from typing import Any

from funclab import registry


class Constraint:
    """A rule for a weight: called on its array, returns the nearest array that obeys."""

    def __init_subclass__(cls) -> None:
        registry.register("constraint", cls, registry.to_snake_case(cls.__name__))

    def __call__(self, x: Any) -> Any:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)


def get(identifier: Any) -> Any:
    """A constraint from its name, class, config, or any function of an array."""
    return registry.get("constraint", identifier)
