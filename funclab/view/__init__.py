"""Seeing a model: its summary, its diagram, and the tables of its nodes."""

from funclab.view.diagram import Diagram, diagram, plot_model
from funclab.view.history import Curves, history_plot
from funclab.view.nodes import NodeTable, node_table
from funclab.view.summary import print_summary
from funclab.view.tensor_path import tensor_view
from funclab.view.watching import live_callback
from funclab.view.ways import make

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
