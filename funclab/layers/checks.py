"""Checks of constructor arguments. Each returns the value, or raises an error about it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from funclab import activations, constraints, initializers, regularizers
from funclab.errors import ArgumentError, NotSupportedError, suggest
from funclab.graph.value import Variable
from funclab.ops.nn.window import check_format
from funclab.random import SeedGenerator


def positive(name: str, value: Any) -> int:
    """A positive integer."""
    try:
        number = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = 0
    if number > 0:
        return number
    what = f"Received an invalid value for `{name}`, expected a positive integer."
    why = f"`{name}` counts something that must be there."
    raise _refused(name, value, what, why, suggest.whole(name, value, 32))


def positive_or_none(name: str, value: Any) -> int | None:
    """A positive integer, or None."""
    return None if value is None else positive(name, value)


def group_count(name: str, value: Any) -> int:
    """A positive integer, or -1 for as many groups as there are channels."""
    if suggest.is_whole(value) and (value > 0 or value == -1):
        return value
    what = (
        f"Received an invalid value for argument `{name}`, expected a positive integer (or `-1` "
        "for instance normalization)."
    )
    why = "with -1, each channel is a group of its own."
    raise _refused(name, value, what, why, suggest.whole(name, value, 32))


def fraction(
    name: str,
    value: Any,
    why: str = "it is the fraction of elements to drop; 1 would leave nothing.",
) -> float:
    """A fraction in [0, 1)."""
    if suggest.is_number(value) and 0 <= value < 1:
        return value
    what = f"Invalid value received for argument `{name}`. Expected a float value between 0 and 1."
    raise _refused(name, value, what, why, suggest.fraction(name, value))


def one_of(name: str, value: Any, known: Iterable[Any]) -> Any:
    """One of a few known settings."""
    choices = list(known)
    if value in choices:
        return value
    what = f"Invalid value for argument `{name}`. Expected one of {choices}."
    fix = f"write for example {name}={choices[0]!r}."
    raise _refused(name, value, what, "no other is known.", fix)


def not_negative(name: str, value: Any) -> float:
    """A number of 0 or more."""
    if suggest.is_number(value) and 0 <= value < math.inf:
        return value
    what = f"Invalid value for argument `{name}`: expected a number >= 0."
    why = f"a negative `{name}` has no meaning here, nor has what is not a number."
    raise _refused(name, value, what, why, suggest.number(name, value, "0.1"))


def _refused(name: str, value: Any, what: str, why: str, fix: str) -> ArgumentError:
    return ArgumentError(f"{what} Received: {name}={value!r}.", why=why, fix=fix)


def unsupported(name: str, value: Any) -> None:
    """Refuse any value but None for a Keras setting that funclab does not support."""
    if value is not None:
        raise NotSupportedError(
            f"{name}={value!r} is not supported.",
            why="funclab has no low-rank adaptation, no quantization, and no graphics cards.",
            fix=f"leave `{name}` out.",
        )


def stream(seed: Any = None) -> Variable:
    """The state of a stream of random numbers: its seed, and how many have been drawn."""
    return SeedGenerator(seed)


ROOMS: dict[str, Any] = {
    "activation": activations,
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}
CHECKS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("num_heads", "key_dim", "head_dim", "num_query_heads"), positive),
    **dict.fromkeys(("value_dim", "sliding_window"), positive_or_none),
    **dict.fromkeys(("num_key_value_heads", "power_iterations"), positive),
    "flash_attention": lambda name, value: unsupported(name, value or None),
    **dict.fromkeys(
        ("units", "filters", "groups", "input_dim", "output_dim", "n", "depth_multiplier"), positive
    ),
    **dict.fromkeys(("rate", "dropout", "recurrent_dropout"), fraction),
    **dict.fromkeys(("negative_slope", "threshold", "stddev", "epsilon"), not_negative),
    **dict.fromkeys(
        ("lora_rank", "lora_alpha", "quantization_config", "gptq_unpacked_column_size"), unsupported
    ),
    "GroupNormalization.groups": group_count,
    "max_value": lambda name, value: None if value is None else not_negative(name, value),
    "data_format": lambda _, value: check_format(value),
    "use_cudnn": lambda name, value: one_of(name, value, ("auto", True, False)),
    "implementation": lambda name, value: one_of(name, value, (0, 1, 2)),
}


def checked(name: str, value: Any, owner: str = "") -> Any:
    """A constructor argument in the form a layer stores: checked, and names replaced by objects."""
    room = ROOMS.get(name.rpartition("_")[2])
    if room is not None:
        return room.get(value)
    check = CHECKS.get(f"{owner}.{name}", CHECKS.get(name))
    return check(name, value) if check is not None else value
