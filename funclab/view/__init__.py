"""Seeing a model: its summary, its diagram, and the tables of its nodes."""

import importlib
from typing import Any


_NAMES = {
    "Curves": "training.curves",
    "Diagram": "scene.diagram",
    "NodeTable": "tables.nodes",
    "diagram": "scene.diagram",
    "history_plot": "training.curves",
    "node_table": "tables.nodes",
    "plot_model": "scene.diagram",
    "print_summary": "tables.summary",
    "tensor_view": "scene.diagram",
}
"""Where each picture is defined. They are loaded on first use: many models are never drawn."""

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"funclab.view.{_NAMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
