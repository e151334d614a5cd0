"""Layers that read sequences step by step."""

from funclab.layers.recurrent.layers import RNN

__all__ = ["RNN"]
