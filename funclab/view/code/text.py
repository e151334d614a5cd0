"""Python source as small trees: quoted safely, and wrapped to lines that can be read."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np

from funclab.errors import NotSupportedError
from funclab.registry import free
from funclab.view.draw.sentences import say
from funclab.view.draw.text import quote

WIDTH = 100
INDENT = 4
LARGEST_ARRAY = 1000
"""How many numbers an array may hold to be written out."""


class Code(str):
    """Source that a cell shows as it is when it is the cell's last line, without a print."""

    __slots__ = ()
    __repr__ = str.__str__


@dataclass
class Group:
    """Brackets with items in them: a call, a list, a dict. They can be broken into lines."""

    head: str
    items: Sequence[Source] = ()
    tail: str = ")"
    is_tuple: bool = False

    @property
    def flat(self) -> str:
        # One item alone in round brackets would not be a tuple.
        comma = "," if self.is_tuple and len(self.items) == 1 else ""
        return f"{self.head}{', '.join(map(flat, self.items))}{comma}{self.tail}"


@dataclass
class Chain:
    """Pieces of source, one right after the other."""

    parts: Sequence[Source]


Source: TypeAlias = "str | Group | Chain"


def flat(source: Source) -> str:
    """The source on one line."""
    if isinstance(source, str):
        return source
    return source.flat if isinstance(source, Group) else "".join(map(flat, source.parts))


def brief(source: Source) -> Source:
    """The source of a call with little room: without names, without the module of a class, the
    shape of an Input by its place; of a layer that is called at once, only the first setting."""
    if isinstance(source, str):
        return source
    if isinstance(source, Chain):
        first, *rest = source.parts
        return Chain([_first_setting(first) if rest else brief(first), *rest])
    head = source.head.removeprefix("layers.")
    items = [item for item in source.items if not flat(item).startswith("name=")]
    if head == "Input(":
        items = [flat(item).removeprefix("shape=") for item in items]
    return Group(head, items, source.tail, source.is_tuple)


def _first_setting(source: Source) -> Source:
    source = brief(source)
    if not isinstance(source, Group) or len(source.items) < 2:
        return source
    return Group(source.head, [source.items[0], "…"], source.tail)


def wrapped(source: Source, indent: int = 0, before: str = "", after: str = "") -> list[str]:
    """The source in lines of at most WIDTH, broken inside brackets.

    `before` and `after` are added to its first and last line.
    """
    space = " " * indent
    line = f"{space}{before}{flat(source)}{after}"
    if len(line) <= WIDTH or isinstance(source, str):
        return [line]
    if isinstance(source, Chain):
        return _wrapped_chain(source.parts, indent, before, after)
    if not source.items:
        return [line]
    body = [line for item in source.items for line in wrapped(item, indent + INDENT, after=",")]
    return [f"{space}{before}{source.head}", *body, f"{space}{source.tail}{after}"]


def _wrapped_chain(parts: Sequence[Source], indent: int, before: str, after: str) -> list[str]:
    """A chain broken inside one of its brackets, the last if that is enough; else inside all."""
    brackets = [i for i, part in enumerate(parts) if not isinstance(part, str)]
    if not brackets:
        return [f"{' ' * indent}{before}{flat(Chain(parts))}{after}"]
    for i in reversed(brackets):
        left = before + flat(Chain(parts[:i]))
        right = flat(Chain(parts[i + 1 :])) + after
        lines = wrapped(parts[i], indent, left, right)
        if max(map(len, lines)) <= WIDTH:
            return lines
    first = brackets[0]
    *lines, last = wrapped(parts[first], indent, before + flat(Chain(parts[:first])))
    rest = Chain(parts[first + 1 :])
    return [*lines, *wrapped(rest, indent, last.strip(), after)]


def identifier(name: str, taken: set[str]) -> str:
    """A variable for a name that is not yet taken; it is taken from now on."""
    stem = re.sub(r"[^0-9a-zA-Z_]+", "_", name)[:40].strip("_") or "x"
    stem = f"_{stem}" if stem[0].isdigit() or keyword.iskeyword(stem) else stem
    taken.add(chosen := free(stem, taken))
    return chosen


def number(value: Any) -> str:
    """A Python or NumPy number: one without a literal is made from text."""
    if isinstance(value, (float, np.floating)):
        # str gives the shortest text from which a float of this width comes back exactly.
        return str(value) if np.isfinite(value) else f'float("{value}")'
    return repr(value.item() if isinstance(value, np.generic) else value)


def array(value: Any, owner: str) -> Source:
    """A NumPy array or number, with its dtype.

    Raises: NotSupportedError when it holds more than LARGEST_ARRAY numbers.
    """
    if isinstance(value, np.generic):
        return f"np.{value.dtype}({number(value)})"
    if value.size > LARGEST_ARRAY:
        raise NotSupportedError(
            f"{owner} holds an array of {value.size:,} numbers, which is too much to write out.",
            why=f"code is to be read; it holds arrays of up to {LARGEST_ARRAY:,} numbers.",
            fix="keep such numbers in a layer's weights, or save the model with "
            'model.save("model.keras").',
        )
    dtype = f'dtype="{value.dtype}"'
    if not value.size:
        return Group("np.zeros(", [str(value.shape), dtype])
    return Group("np.array(", [_nested(value), dtype])


def _nested(value: Any) -> Source:
    if value.ndim == 0:
        return number(value[()])
    return Group("[", [_nested(np.asarray(part)) for part in value], "]")


class Imports:
    """What the source imports, and the lines that import it."""

    def __init__(self) -> None:
        self.rooms: set[str] = set()
        """What is imported from funclab itself."""
        self.classes: set[tuple[str, str]] = set()
        """The module and the name of each op that the source names by its class."""
        self.own: set[str] = set()
        """The user's own classes and functions, by name."""

    def op(self, cls: type) -> str:
        """How the source names an op's class."""
        self.classes.add((cls.__module__, cls.__name__))
        return cls.__name__

    def lines(self, body: str) -> list[str]:
        """The lines before the first call."""
        lines = ["import numpy as np", ""] if "np." in body else []
        rooms = sorted(self.rooms, key=lambda name: (name.islower(), name))
        lines += [f"from funclab import {', '.join(rooms)}"] if rooms else []
        for module, classes in groupby(sorted(self.classes), itemgetter(0)):
            lines.append(f"from {module} import {', '.join(name for _, name in classes)}")
        if self.own:
            lines += ["", say("code_yours", names=sorted(self.own))]
        return lines


def call(head: str, items: Sequence[Source]) -> Group:
    return Group(f"{head}(", list(items))


def keywords(settings: Iterable[tuple[str, Source]]) -> list[Source]:
    """`name=value` for each."""
    return [Chain([f"{name}=", value]) for name, value in settings]


def plain(value: Any, owner: str) -> Source:
    """A plain Python or NumPy value.

    Raises: NotSupportedError for anything else.
    """
    if isinstance(value, str):
        return quote(value)
    if value is None or value is Ellipsis or isinstance(value, (bool, slice)):
        return "..." if value is Ellipsis else repr(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return array(value, owner)
    if isinstance(value, (int, float)):
        return number(value)
    raise NotSupportedError(
        f"{owner} holds {value!r}, which cannot be written as source.",
        why=f"a {type(value).__name__} has no text from which Python could make it again.",
        fix="use numbers, strings, small arrays, or lists and dicts of them.",
    )


def tree(value: Any, leaf: Callable[[Any], Source]) -> Source:
    """Lists, tuples and dicts, with `leaf` for what is in them."""
    if isinstance(value, dict):
        items = [Chain([leaf(key), ": ", tree(item, leaf)]) for key, item in value.items()]
        return Group("{", items, "}")
    if isinstance(value, list):
        return Group("[", [tree(item, leaf) for item in value], "]")
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = zip(value._fields, value)  # type: ignore[attr-defined]
        return call(type(value).__name__, keywords((k, tree(item, leaf)) for k, item in fields))
    if isinstance(value, tuple):
        return Group("(", [tree(item, leaf) for item in value], is_tuple=True)
    return leaf(value)
