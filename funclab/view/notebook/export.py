"""What funclab shows, as one page that opens from disk."""

from __future__ import annotations

from typing import Any

from funclab.callbacks.base import History
from funclab.errors import TensorTypeError
from funclab.files import write_text
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.diff.view import Difference
from funclab.view.draw.text import shorten
from funclab.view.explorer.view import explore
from funclab.view.live.page import Page, page_of
from funclab.view.live.view import View
from funclab.view.training.view import compare_runs


def export_html(view: Any, path: Any = None) -> Page:
    """A self-contained page with one or several views, and everything that works without a kernel.

    `view` is what funclab shows: a live view, a difference, a picture; a model, layer or tensor,
    which is explored; the History of a training; or a list of these, one under the other.
    Returns the page; with `path`, also writes it there.
    Raises: TensorTypeError for anything else.
    """
    shown = [shown_of(v) for v in (view if isinstance(view, (list, tuple)) else [view])]
    page = page_of([part for one in shown for part in getattr(one, "pages", [one])])
    if path is not None:
        write_text(path, page)
    return page


def shown_of(view: Any) -> Any:
    """The view of a model, layer, tensor or History; views and pictures are returned unchanged."""
    if isinstance(view, Difference):
        return view.view()
    if isinstance(view, (Operation, Tensor)):
        return explore(view)
    if isinstance(view, History):
        return compare_runs(view)
    if isinstance(view, View) or (hasattr(view, "svg") and hasattr(view, "table")):
        return view
    raise TensorTypeError(
        f"export_html was given {shorten(repr(view), 80)}, which is not a view.",
        why="a page shows views, pictures, models, layers, tensors, and the History of a training.",
        fix="pass one of those, or a list of them: funclab.export_html([model, "
        'funclab.shapes(model)], "page.html").',
    )
