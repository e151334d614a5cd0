"""Kinds of things that users name: what their rooms say about each, and what to write instead of a
name or value that does not fit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.errors.suggest import article, either, folded, similar


@dataclass(frozen=True)
class Kind:
    """What is known about a kind, such as "loss"."""

    takes: tuple[str, ...] = ()
    """The arguments with which a function of this kind is called."""
    example: str = ""
    from_number: str = ""
    """How one is made from a number that was given instead."""
    of_whole: str = ""
    """What to do if that number is whole, where this is something else."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Names that people write, and the names used here."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """What to do about things that belong in another place, or are not written as a name."""


KINDS: defaultdict[str, Kind] = defaultdict(Kind)
"""Each room adds its own."""


def named() -> list[str]:
    """The kinds that users name in arguments."""
    return [name for name, kind in KINDS.items() if kind.example]


def alias(kind: str, name: str) -> str:
    """The name that a kind has here, if `name` is what others call it."""
    names = {folded(key): value for key, value in KINDS[kind].aliases.items()}
    return names.get(folded(name), "")


def by_name(kind: str, name: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """An unknown name of a kind, as somebody wrote it; `tables` contain the names of all kinds."""
    known = tables.get(kind, {})
    short = folded(name)
    if short in KINDS[kind].elsewhere:
        return KINDS[kind].elsewhere[short]
    alike = max((word for word in known if folded(word) == short), default="")  # lower case first
    if alike or alias(kind, name):
        return f'write "{alike or alias(kind, name)}" instead of "{name}".'
    example = KINDS[kind].example
    for other in named():
        word = next((word for word in tables.get(other, {}) if folded(word) == short), "")
        if word and other != kind and (example or other == "metric"):
            return (
                f'write {KINDS[other].example.partition("=")[0]}="{word}": {name} is '
                f"{article(other)}, not {article(kind)}. For the {kind} write {example}."
                if other != "metric"
                else f'write metrics=["{word}"]: {name} is a metric, not {article(kind)}.'
            )
    if close := similar(name, known):
        names = either([f'"{word}"' for word in close])
        return f"write {names}, if that is what you mean."
    example = example or f"the {kind} itself"
    return f"write a name that is known, such as {example}, or pass {article(kind)} of your own."


def by_value(kind: str, value: Any, other: str = "") -> str:
    """Something that is not a name, given for a kind; it may be an object of an `other` kind."""
    card = KINDS[kind]
    example = card.example or article(kind)
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], str):
        return f'write "{value[0]}" alone, without brackets.'
    if isinstance(value, np.ndarray) and "y_pred" in card.takes:
        return f"write {example}, or pass the function itself, without calling it: fit calls it."
    if isinstance(value, np.ndarray):
        return f"write {example}; to begin with weights of your own use layer.set_weights([...])."
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and card.from_number:
        return f"write {card.from_number.format(value)}: the number alone does not say what to do."
    if number and card.of_whole and value == int(value):  # type: ignore[arg-type]
        return f"write {example}; {card.of_whole.format(value)}."
    if other == "layer":
        name = getattr(value, "__name__", type(value).__name__)
        return f"write {example}; {name} is a layer, which is called: {name}(...)(x)."
    if other:
        return (
            f"write {example}, and pass the {other} where {KINDS[other].example.split('=')[0]}= is."
        )
    return f"write {example}: {value!r} is not {article(kind)}."


def of_own(kind: str, name: str) -> str:
    """An unknown name in a file or config: nobody misspelled it, it is that of a user's object."""
    if not name:
        return 'pass a config as `serialize` returns it: a dict with "class_name" and "config".'
    kinds = {"layer": "class", "class": "class", "function": "function"}
    own = kinds.get(kind, "class or function")
    return f'pass custom_objects={{"{name}": {name}}}, with your own {own} of that name.'


def wrong_kind(kind: str, value: Any, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """The kind of a funclab object (or class), if it is of another kind than wanted."""
    cls = value if isinstance(value, type) else type(value)
    kinds = [other for other in (*named(), "layer") if _holds(tables.get(other, {}), cls, value)]
    fits: Iterable[str] = (kind, "loss") if kind == "metric" else (kind,)
    if not kinds or set(kinds) & set(fits):
        return ""
    if kind == "activation" and cls.__module__ == "funclab.layers.activation":
        return ""  # Keras takes activation=LeakyReLU()
    return kinds[0]


def _holds(table: Mapping[str, Any], cls: type, value: Any) -> bool:
    return any(known is value or known is cls for known in table.values())
