"""Where a live view is displayed, and how many of them one cell may make."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

MOST_IN_CELL = 3
"""The most views below a cell; further training runs replace the last one."""

_cell: dict[str, Any] = {"number": None, "outputs": [], "count": 0}


@dataclass
class Output:
    """An output of a cell, and the view that it shows now."""

    handle: Any
    cell: int
    """The number of the cell's run."""
    view: Any = None

    @property
    def in_this_cell(self) -> bool:
        """Whether the cell that shows it is still running."""
        from IPython.core.getipython import get_ipython

        return getattr(get_ipython(), "execution_count", None) == self.cell

    def renew(self, view: Any) -> None:
        """Display a view again, with its final picture, unless another has replaced it."""
        if self.view is view:
            self.handle.update(view)


def show(view: Any) -> Output | None:
    """Display a view, if this is a notebook; returns the output that shows it.

    A loop of twenty fits must not leave twenty views: from the third on, each replaces the previous
    one, and says so.
    """
    marimo: Any = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        marimo.output.append(view)
        return None
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    shell: Any = get_ipython()
    if not hasattr(shell, "kernel"):
        return None
    if _cell["number"] != shell.execution_count:
        _cell.update(number=shell.execution_count, outputs=[], count=0)
    _cell["count"] += 1
    outputs = _cell["outputs"]
    if len(outputs) < MOST_IN_CELL:
        outputs.append(Output(display(view, display_id=True), shell.execution_count))
    else:
        view.count = _cell["count"]
        outputs[-1].handle.update(view)
    outputs[-1].view = view
    return outputs[-1]
