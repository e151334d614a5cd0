"""Seeing a model: its summary, its diagram, and the tables of its nodes."""

from funclab.view.notebook.ways import live_callback, make
from funclab.view.scene.diagram import Diagram, diagram, plot_model
from funclab.view.scene.diagram import tensor_view
from funclab.view.tables.nodes import NodeTable, node_table
from funclab.view.tables.summary import print_summary
from funclab.view.training.curves import Curves, history_plot

__all__ = [
    "Curves",
    "Diagram",
    "NodeTable",
    "diagram",
    "history_plot",
    "live_callback",
    "make",
    "node_table",
    "plot_model",
    "print_summary",
    "tensor_view",
]
