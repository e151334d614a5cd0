"""Layers."""

from funclab.layers.arguments import floatx, set_floatx
from funclab.layers.base import Layer
from funclab.layers.core import Dense
from funclab.layers.input import Input, InputLayer
from funclab.layers.spec import InputSpec

__all__ = ["Dense", "Input", "InputLayer", "InputSpec", "Layer", "floatx", "set_floatx"]
