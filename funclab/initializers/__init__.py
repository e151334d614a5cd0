"""Initializers: the first values of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import registry
from funclab.initializers.base import (
    Constant, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity, Initializer, LecunNormal,
    LecunUniform, Ones, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling,
    Zeros, draw_from, fans, random_state, restore_random_state, rng, seed, using,
)  # fmt: skip
from funclab.errors.missing_names import no_such_name

__all__ = [
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "Initializer",
    "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform",
    "TruncatedNormal", "VarianceScaling", "Zeros", "deserialize", "draw_from", "fans", "get",
    "random_state", "restore_random_state", "rng", "seed", "serialize", "using",
]  # fmt: skip

# The other names under which Keras 2 and Keras 3 know the same classes.
ALIASES = {
    "zero": Zeros,
    "one": Ones,
    "uniform": RandomUniform,
    "normal": RandomNormal,
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
}
for _name, _class in ALIASES.items():
    registry.register("initializer", _class, _name)


def get(identifier: Any) -> Any:
    """An initializer from its name, class, config, an array, or any function of (shape, dtype)."""
    if isinstance(identifier, (np.ndarray, np.generic)):
        return Constant(identifier)
    return registry.get("initializer", identifier)


serialize, deserialize = registry.pair("initializer")


def __getattr__(name: str) -> Any:
    """The lower-case names: `initializers.he_normal` is the class HeNormal."""
    initializer = registry.registered("initializer").get(name)
    if initializer is None:
        raise no_such_name(__name__, name, registry.registered("initializer"))
    return initializer
