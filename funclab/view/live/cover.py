"""Covers: after a question, the next view stays covered until the question has been answered."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from funclab.view.live.places import running_cell_and_run

covered: dict[str, WeakSet[Any]] = {}
"""The views that wait for the answer to a question, by its name."""
_waiting: list[str] = []
_places: dict[str, tuple[str, str]] = {}
"""The cell that each question covers, and the run of it that has been covered."""


def cover_next(question: str) -> None:
    """Cover the next view that is displayed until this question is answered; "" covers none."""
    _waiting[:] = [question] * bool(question)


def take_cover(view: Any) -> None:
    """Put the pending cover, if there is one, on a view that is being displayed; when a covered
    cell runs again, on its first view."""
    question = _waiting.pop() if _waiting else _covering(*running_cell_and_run())
    if question:
        view.cover = question
        covered.setdefault(question, WeakSet()).add(view)
        _places[question] = running_cell_and_run()


def _covering(cell: str, run: str) -> str:
    """The question that covers this cell and not yet this run of it."""
    again = (one for one, (at, then) in _places.items() if at == cell and then != run)
    return next(again, "")


def uncover(question: str) -> None:
    """Uncover the views that wait for the answer to a question."""
    if question in _waiting:
        _waiting.clear()
    _places.pop(question, None)
    for view in covered.pop(question, ()):
        view.cover = ""
