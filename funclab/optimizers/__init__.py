"""Optimizers: how gradients become updates of the weights."""

from __future__ import annotations

from typing import Any

from funclab import registry
from funclab.errors import ArgumentError
from funclab.errors.missing_names import guard
from funclab.optimizers import schedules
from funclab.optimizers.adaptive import SGD, Adadelta, Adagrad, RMSprop
from funclab.optimizers.base import Optimizer
from funclab.optimizers.adaptive import Adam, Adamax, AdamW, Ftrl, Lion, Nadam
from funclab.optimizers.by_weight import Adafactor, Lamb, Muon

__all__ = [
    "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion",
    "Muon", "Nadam", "Optimizer", "RMSprop", "deserialize", "get", "schedules", "serialize",
]  # fmt: skip


def get(identifier: Any) -> Optimizer:
    """An optimizer from its name ("adam", "RMSprop"), class, config, or the object itself.

    Raises: ArgumentError for anything else.
    """
    optimizer = registry.get("optimizer", identifier)
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError(
            f"Could not interpret optimizer identifier: {identifier!r}.",
            why=f"a {type(identifier).__name__} is not an optimizer.",
            fix='pass a name such as "adam", or an object such as SGD(learning_rate=0.1).',
        )
    return optimizer


serialize, deserialize = registry.pair("optimizer")


guard(__name__)
