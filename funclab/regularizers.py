"""Regularizers: penalties that keep weights or outputs small."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import ops, registry
from funclab.errors import ArgumentError, unwritten
from funclab.errors.missing_names import guard
from funclab.registry.parameters import MEANINGS, wrong_value

registry.KINDS["regularizer"] = registry.Kind(
    takes=("x",),
    example='kernel_regularizer="l2"',
    from_number="regularizers.L2({})",
    aliases={"ridge": "l2", "lasso": "l1", "weight_decay": "l2"},
)


MEANINGS |= {
    "OrthogonalRegularizer.mode": 'which vectors are compared: "rows" or "columns"',
    "factor": "the factor of the penalty",
    "l1": "the factor of the sum of absolute values",
    "l2": "the factor of the sum of squares",
}


class Regularizer(registry.Configured, kind="regularizer"):
    """A penalty on a tensor, added to the loss: called on a value, returns a scalar."""

    def __call__(self, x: Any) -> Any:
        raise unwritten(self, "__call__")


class L1L2(Regularizer):
    """l1 * sum |x| + l2 * sum x^2.

    Raises: ArgumentError for a factor that is not a finite number >= 0.

    >>> L1L2(l1=0.1, l2=0.1)(np.array([1.0, -2.0]))
    array(0.8)
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        self.l1, self.l2 = _factor("l1", self.l1), _factor("l2", self.l2)

    def __call__(self, x: Any) -> Any:
        penalties = []
        if self.l1:
            penalties.append(ops.multiply(ops.sum(ops.absolute(x)), self.l1))
        if self.l2 or not penalties:
            penalties.append(ops.multiply(ops.sum(ops.square(x)), self.l2))
        return penalties[0] if len(penalties) == 1 else ops.add(*penalties)


class L1(L1L2):
    """l1 * sum |x|: pushes weights to exactly 0.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso", 1996.

    >>> L1(0.1)(np.array([1.0, -2.0]))
    array(0.3)
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)


class L2(L1L2):
    """l2 * sum x^2: keeps weights small.

    Source: Hoerl and Kennard, "Ridge regression", 1970.

    >>> L2(0.1)(np.array([1.0, -2.0]))
    array(0.5)
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)


class OrthogonalRegularizer(Regularizer):
    """Pushes the rows (or columns) of a matrix to be orthogonal: the mean |cosine| of pairs.

    Shapes: a matrix (rows, columns).
    Raises: ArgumentError unless `mode` is "rows" or "columns".

    >>> OrthogonalRegularizer(0.1)(np.eye(2))
    array(0.)
    """

    factor: float = 0.01
    mode: str = "rows"

    def __post_init__(self) -> None:
        self.factor = _factor("factor", self.factor)
        if self.mode not in ("rows", "columns"):
            raise wrong_value(
                "OrthogonalRegularizer", "mode", self.mode, "rows or columns", '"rows"'
            )

    def __call__(self, x: Any) -> Any:
        if len(x.shape) != 2:
            raise ArgumentError(
                f"Inputs to OrthogonalRegularizer must have rank 2. Received shape {x.shape}.",
                why="the angles are those between the rows or columns of a matrix.",
                fix="use it on the kernel of a Dense layer.",
            )
        rows = x if self.mode == "rows" else ops.transpose(x)
        n = rows.shape[0]
        length = ops.sqrt(ops.sum(ops.square(rows), axis=1, keepdims=True))
        unit = ops.divide(rows, ops.maximum(length, 1e-6))
        cosines = ops.absolute(ops.matmul(unit, ops.transpose(unit)))
        others = ops.multiply(cosines, 1 - np.eye(n))  # without each row's cosine with itself
        return ops.multiply(ops.sum(others), self.factor / max(1, n * (n - 1)))


l1, l2 = L1, L2
orthogonal_regularizer = OrthogonalRegularizer


def l1_l2(l1: float = 0.0, l2: float = 0.0) -> L1L2:
    """The penalty l1 * sum |x| + l2 * sum x^2."""
    return L1L2(l1, l2)


def get(identifier: Any) -> Any:
    """A regularizer from its name, class, config, or any function of a value."""
    return L1L2(0.01, 0.01) if identifier == "l1_l2" else registry.get("regularizer", identifier)


serialize, deserialize = registry.pair("regularizer")


def _factor(name: str, value: Any) -> float:
    number = isinstance(value, (int, float)) or hasattr(value, "__float__")
    if number and 0 <= float(value) < float("inf"):
        return float(value)
    raise wrong_value("a regularizer", name, value, "a non-negative float", "0.01")


guard(__name__)
