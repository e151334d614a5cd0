"""Ops: for each, its shape rule, its arithmetic and its gradient in one place."""

from funclab.graph.tensor import OPERATORS
from funclab.ops.arithmetic import add, multiply
from funclab.ops.matmul import matmul
from funclab.ops.reduction import sum

__all__ = ["add", "matmul", "multiply", "sum"]

OPERATORS.update({name: globals()[name] for name in __all__})
