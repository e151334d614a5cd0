"""Covers: after a question, the next view stays covered until the question has been answered."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

covered: dict[str, WeakSet[Any]] = {}
"""The views that wait for the answer to a question, by its name."""
_waiting: list[str] = []


def cover_next(question: str) -> None:
    """Cover the next view that is displayed until this question is answered; "" covers none."""
    _waiting[:] = [question] * bool(question)


def take_cover(view: Any) -> None:
    """Put the pending cover, if there is one, on a view that is being displayed."""
    if _waiting:
        view.cover = _waiting.pop()
        covered.setdefault(view.cover, WeakSet()).add(view)


def uncover(question: str) -> None:
    """Uncover the views that wait for the answer to a question."""
    if question in _waiting:
        _waiting.clear()
    for view in covered.pop(question, ()):
        view.cover = ""
