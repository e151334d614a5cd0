"""Which cells show which live views.

A front end removes the outputs of a cell when the cell runs again, and tells the kernel nothing. A
view that only these outputs showed is closed then: nobody can see it any more.
"""

from __future__ import annotations

import sys
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import ipywidgets

ELSEWHERE = ""
"""The place of a display that its cell's next run may not end."""

_cells: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""The cells that show a view."""
_views: dict[str, WeakSet[Any]] = {}
"""The views that a cell shows."""


def note(view: Any) -> None:
    """Note that the running cell displays a view."""
    cell = running_cell()
    _cells.setdefault(view, set()).add(cell)
    if cell != ELSEWHERE:
        _views.setdefault(cell, WeakSet()).add(view)


def running_cell() -> str:
    """The id of the cell whose outputs a display now becomes one of, if its front end says so."""
    interactive: Any = sys.modules.get("IPython.core.getipython")
    shell = interactive and interactive.get_ipython()
    if not hasattr(shell, "kernel") or _in_an_output_widget():
        return ELSEWHERE
    _watch(shell)
    return (shell.get_parent().get("metadata") or {}).get("cellId") or ELSEWHERE


def running_cell_and_run() -> tuple[str, str]:
    """The same, and the id of the message that runs it."""
    cell = running_cell()
    interactive: Any = sys.modules.get("IPython.core.getipython")
    return cell, interactive.get_ipython().get_parent()["header"]["msg_id"] if cell else ""


def _in_an_output_widget() -> bool:
    """Whether a display goes to an `Output` widget, which keeps it."""
    known = [*ipywidgets.widgets.widget._instances.values()]
    return any(isinstance(widget, ipywidgets.Output) and widget.msg_id for widget in known)


def _watch(shell: Any) -> None:
    if _outputs_gone not in shell.events.callbacks["pre_run_cell"]:
        shell.events.register("pre_run_cell", _outputs_gone)


def _outputs_gone(info: Any) -> None:
    """A cell runs again: close what only its previous outputs showed."""
    for view in _views.pop(getattr(info, "cell_id", None) or ELSEWHERE, ()):
        _cells[view].discard(info.cell_id)
        if not _cells[view]:
            view.close()
