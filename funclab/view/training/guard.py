"""What keeps a training safe from the view that follows it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """A view that fails must not end a training: it ends itself, and says so."""

    @functools.wraps(method)
    def run(self: Any, *args: Any, **settings: Any) -> None:
        with self.lock:
            if self.lost:
                return
            try:
                method(self, *args, **settings)
            except Exception as error:
                self.give_up(error)

    return run
