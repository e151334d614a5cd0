"""In marimo, models, layers and tensors show themselves, and training shows its curves."""

from __future__ import annotations

import sys
from typing import Any

from funclab.errors import FunclabError
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.training import fitting


def turn_on() -> None:
    """What `%load_ext funclab` does elsewhere; marimo has no extensions to load."""
    Operation._mime_ = Tensor._mime_ = explored  # type: ignore[attr-defined]
    fitting.live_by_default = True


def explored(thing: Any) -> tuple[str, str]:
    """The explorer of a thing, as marimo asks for it: a type of text, and the text."""
    from funclab.view.explorer.view import explore

    try:
        view = explore(thing)
    except FunclabError:
        return "text/plain", repr(thing)
    marimo: Any = sys.modules["marimo"]
    return marimo.as_html(view)._mime_()
