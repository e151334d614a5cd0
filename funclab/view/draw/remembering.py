"""Answers that are worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def remembered(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """A method that works out the answer to some arguments once; its object keeps the answers.

    >>> class Drawer:
    ...     @remembered
    ...     def filled(self, name):
    ...         return [name]
    >>> drawer = Drawer()
    >>> drawer.filled("a") is drawer.filled("a"), drawer.filled("a") is Drawer().filled("a")
    (True, False)
    """
    name = f"{method.__name__}:answers"

    @wraps(method)
    def answer(self: Any, *about: Hashable) -> Answer:
        answers = vars(self).setdefault(name, {})
        if about not in answers:
            answers[about] = method(self, *about)
        return answers[about]

    return answer
