"""Covers: after a question, the next view stays covered until the question was answered."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

covered: dict[str, WeakSet[Any]] = {}
"""The views that wait for the answer to a question, by its name."""
_waiting: list[str] = []


def cover_next(question: str) -> None:
    """Cover the next view that is displayed, in the name of a question; "" covers none."""
    _waiting[:] = [question] * bool(question)


def take_cover(view: Any) -> None:
    """Give a view that is being displayed the cover that waits for one."""
    if _waiting:
        view.cover = _waiting.pop()
        covered.setdefault(view.cover, WeakSet()).add(view)


def uncover(question: str) -> None:
    """Open what waits for the answer to a question."""
    if question in _waiting:
        _waiting.clear()
    for view in covered.pop(question, ()):
        view.cover = ""
