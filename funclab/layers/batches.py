"""Calls that use lengths, such as `ops.arange(0, ops.shape(x)[1])`, before these are known."""

from __future__ import annotations

from functools import partial
from typing import Any

from funclab.graph import structure
from funclab.graph.shape_math import Shape
from funclab.graph.tape import Tape, current_tape
from funclab.graph.value import Value

SIZES = ((83, 132), (89, 156))
"""What to try for the batch size, and for other lengths (these can be halved): lengths of results
that differ between the two tries depend on what is unknown."""


def computed(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of a layer's `call`. If a user's `call` fails while lengths are unknown, or makes
    nothing of them, it is tried with two sizes; the two results show which lengths are unknown."""
    own = not type(layer).__module__.startswith("funclab.") or hasattr(layer, "function")
    if not (own and any(map(lacks_length, structure.flatten([args, kwargs])))):
        return layer.call(*args, **kwargs)
    try:
        outputs = layer.call(*args, **kwargs)
    except Exception:
        if (outputs := tried(layer, args, kwargs)) is None:
            raise
        return outputs
    # None as the end of `arange` is 0.
    empty = any(0 in getattr(leaf, "shape", ()) for leaf in structure.flatten(outputs))
    again = tried(layer, args, kwargs) if empty else None
    return outputs if again is None else again


def lacks_length(leaf: Any) -> bool:
    return isinstance(leaf, Value) and None in leaf.shape


def tried(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The outputs for unknown lengths; None if the call fails with known ones, too."""
    runs: list[Any] = []
    for sizes in SIZES:
        outside = current_tape()
        with Tape(outside.training) as tape:
            tape.scope, tape.guesses = outside.scope, sizes
            known = partial(with_lengths, *sizes)
            args_now, kwargs_now = structure.map_structure(known, (args, kwargs))
            try:
                outputs = layer.call(*args_now, **kwargs_now)
            except Exception:
                return None
        runs.append(structure.map_structure(layer._as_value, outputs))
    first, second = map(structure.flatten, runs)
    return structure.pack(runs[0], map(either, first, second))


def with_lengths(batch: int, length: int, leaf: Any) -> Any:
    """A placeholder like this one, with these in place of what is unknown."""
    if not lacks_length(leaf):
        return leaf
    usual = (batch, *[length] * len(leaf.shape))
    shape = tuple(n or known for n, known in zip(leaf.shape, usual))
    value = Value(shape, leaf.dtype, leaf.name)
    value.mask = with_lengths(batch, length, leaf.mask)
    return value


def either(first: Value, second: Value) -> Value:
    """A placeholder with the lengths in which both agree; None for the others."""
    shape: Shape = tuple(a if a == b else None for a, b in zip(first.shape, second.shape))
    value = Value(shape, first.dtype, first.name)
    if first.mask is not None and second.mask is not None:
        value.mask = either(first.mask, second.mask)
    return value
