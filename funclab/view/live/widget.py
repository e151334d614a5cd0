"""The base of all that funclab shows or hears through a widget."""

from __future__ import annotations

import anywidget


class Widget(anywidget.AnyWidget):
    """A widget that opens and closes its `Layout` too, which ipywidgets leaves open for ever."""

    def open(self) -> None:
        self.layout.open()
        super().open()

    def close(self) -> None:
        super().close()
        self.layout.close()
