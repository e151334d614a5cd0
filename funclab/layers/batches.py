"""Calls that use the batch size, such as `ops.zeros((ops.shape(x)[0], 8))`, before it is known."""

from __future__ import annotations

from typing import Any

from funclab.graph import structure
from funclab.graph.shape_math import Shape
from funclab.graph.tape import Tape, current_tape
from funclab.graph.value import Value

SIZES = (83, 89)
"""Batch sizes to try, as in Keras: lengths that differ between the two depend on the batch."""


def computed(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of a layer's `call`. If a user's `call` fails without a batch size, it is tried
    with two sizes; the shapes of the two results show which lengths are unknown."""
    try:
        return layer.call(*args, **kwargs)
    except Exception:
        leaves = structure.flatten([args, kwargs])
        own = not type(layer).__module__.startswith("funclab.") or hasattr(layer, "function")
        outputs = tried(layer, args, kwargs) if own and any(map(lacks_batch, leaves)) else None
        if outputs is None:
            raise
        return outputs


def lacks_batch(leaf: Any) -> bool:
    return isinstance(leaf, Value) and leaf.shape[:1] == (None,)


def tried(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The outputs for an unknown batch size; None if the call fails with a known size, too."""
    runs: list[Any] = []
    for size in SIZES:
        outside = current_tape()
        with Tape(outside.training) as tape:
            tape.scope = outside.scope
            args_now, kwargs_now = structure.map_structure(
                lambda leaf: with_batch(leaf, size),  # noqa: B023
                (args, kwargs),
            )
            try:
                outputs = layer.call(*args_now, **kwargs_now)
            except Exception:
                return None
        runs.append(structure.map_structure(layer._as_value, outputs))
    first, second = map(structure.flatten, runs)
    return structure.pack(runs[0], map(either, first, second))


def with_batch(leaf: Any, size: int) -> Any:
    """A placeholder like this one, with this batch size."""
    if not lacks_batch(leaf):
        return leaf
    value = Value((size, *leaf.shape[1:]), leaf.dtype, leaf.name)
    value.mask = with_batch(leaf.mask, size)
    return value


def either(first: Value, second: Value) -> Value:
    """A placeholder with the lengths in which both agree; None for the others."""
    shape: Shape = tuple(a if a == b else None for a, b in zip(first.shape, second.shape))
    value = Value(shape, first.dtype, first.name)
    if first.mask is not None and second.mask is not None:
        value.mask = either(first.mask, second.mask)
    return value
