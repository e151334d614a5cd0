"""What `import funclab` is enough for in a notebook: models, layers and tensors show themselves,
and errors are short and drawn. All that this needs is imported when the first of them is shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from funclab.errors import FunclabError
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor

SHOWN = (Operation, Tensor)
"""What has a rich display: models, other layers, tensors."""
SVG = "image/svg+xml"


def show_in(shell: Any) -> None:
    """Turn on the display in a notebook. `%load_ext funclab` adds the magics, and live training."""
    formatter = shell.display_formatter
    for cls in SHOWN:
        formatter.formatters[SVG].for_type(cls, _later("picture_of"))
        formatter.mimebundle_formatter.for_type(cls, _later("live_view"))
    if not shell.custom_exceptions:  # another package's handler is left alone
        shell.set_custom_exc((FunclabError,), _later("show_error"))


def _later(name: str) -> Callable[..., Any]:
    """A function of the extension, imported when it is first called."""

    def call(*args: Any, **kwargs: Any) -> Any:
        extension = importlib.import_module("funclab.view.notebook.extension")
        return getattr(extension, name)(*args, **kwargs)

    return call
