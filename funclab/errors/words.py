"""Counted words and lists of words, as sentences have them."""

from __future__ import annotations

from collections.abc import Sequence


def plural(number: int, word: str) -> str:
    ending = "" if number == 1 else "s"
    return f"{number:,} {word}{ending}"


def times(count: int) -> str:
    words = {1: "once", 2: "twice"}
    return words.get(count, f"{count} times")


def listed(words: Sequence[str], last: str = " and ") -> str:
    """
    >>> listed(["a", "b", "c"]), listed(["a", "b"], " or "), listed(["a"])
    ('a, b and c', 'a or b', 'a')
    """
    parts = [", ".join(words[:-1]), *words[-1:]]
    return last.join(filter(None, parts))
