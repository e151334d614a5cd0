"""Where a live view is displayed, how many of them one cell may make, and how it fails."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

MOST_IN_CELL = 3
"""So many views stand below a cell; further training runs take the place of the last one."""

_cell: dict[str, Any] = {"number": None, "places": [], "count": 0}


def show(view: Any) -> Any:
    """Display a view in the notebook, if there is one; returns its place there.

    A loop of twenty fits must not leave twenty views: from the third on, each replaces the one
    before, and says so.
    """
    marimo: Any = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        return marimo.output.append(view)
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if not hasattr(shell, "kernel"):
        return None
    if _cell["number"] != shell.execution_count:
        _cell.update(number=shell.execution_count, places=[], count=0)
    _cell["count"] += 1
    places = _cell["places"]
    if _cell["count"] <= MOST_IN_CELL:
        from IPython.display import display

        places.append(Place(display(view, display_id=True)))
    else:
        view.count = _cell["count"]
        places[-1].handle.update(view)
    places[-1].view = view
    return places[-1]


class Place:
    """Where a view is displayed, as long as no other has replaced it."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.view: Any = None

    def renew(self, view: Any) -> None:
        """Display it anew, with its final picture."""
        if self.view is view:
            self.handle.update(view)


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """A view that fails must not end a training run: it ends itself, and says so."""

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
