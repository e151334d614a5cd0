"""Seeing a model: its summary, its diagram, and the tables of its nodes."""

from funclab.view.diagram import Diagram, diagram
from funclab.view.summary import print_summary

__all__ = ["Diagram", "diagram", "print_summary"]
