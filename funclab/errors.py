"""Errors that say what happened, why, and what to type instead.

Every class here is also the builtin error that Keras raises in the same place, so code that catches
`ValueError` or `AttributeError` keeps working.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class FunclabError(Exception):
    """The base of all funclab errors: what happened, why, and how to mend it.

    `graph` may hold the objects at fault (layers, tensors, nodes) and `tensors` what a failed call
    was given: a notebook draws them under the text.
    """

    tensors: Sequence[Any] = ()

    def __init__(self, what: str, *, why: str, fix: str, graph: object = None) -> None:
        super().__init__(what)
        self.what, self.why, self.fix, self.graph = what, why, fix, graph

    def __str__(self) -> str:
        return f"{self.what}\n\n  Why: {self.why}\n  Fix: {self.fix}"


class ShapeError(FunclabError, ValueError):
    """Shapes, ranks or axes that do not fit together."""


class GraphError(FunclabError, RuntimeError, ValueError):
    """Tensors and layers that do not make a well-formed graph."""


class AmbiguousNodeError(FunclabError, AttributeError):
    """A question with one answer per node, asked of a layer with several nodes."""


class NeverCalledError(FunclabError, AttributeError, RuntimeError):
    """A question about calls, asked of a layer that was never called."""


class NodeIndexError(FunclabError, ValueError, IndexError):
    """A node index that a layer does not have."""


class TensorTypeError(FunclabError, TypeError, ValueError):
    """Something that is not a tensor where a tensor belongs."""


class ArgumentError(FunclabError, TypeError, ValueError):
    """An argument that a function or constructor cannot use."""


class DataError(FunclabError, ValueError, KeyError):
    """Data that does not fit the model it is given to."""

    __str__ = FunclabError.__str__


class LossError(FunclabError, ValueError, KeyError):
    """Losses, loss weights or metrics that do not fit the model's outputs."""

    __str__ = FunclabError.__str__


class NotCompiledError(FunclabError, RuntimeError, ValueError):
    """A model that needs `compile()` first."""


class BusyError(FunclabError, RuntimeError):
    """A model that is asked for something while it is being trained."""


class NameLookupError(FunclabError, ValueError, KeyError):
    """A name that stands for nothing known."""

    __str__ = FunclabError.__str__


class WeightsError(FunclabError, ValueError):
    """Weights that do not fit the layer they are given to."""


class ConfigError(FunclabError, ValueError, TypeError):
    """A configuration or file from which nothing can be rebuilt."""


class NotSupportedError(FunclabError, NotImplementedError, ValueError):
    """Something Keras can do and funclab, so far, cannot."""
