"""Counted words and lists of words, as sentences have them."""

from __future__ import annotations

from collections.abc import Sequence


def plural(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def listed(words: Sequence[str], last: str = " and ") -> str:
    """
    >>> listed(["a", "b", "c"]), listed(["a", "b"], " or "), listed(["a"])
    ('a, b and c', 'a or b', 'a')
    """
    return last.join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
