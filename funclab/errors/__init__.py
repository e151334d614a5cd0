"""Errors that say what happened, why, and what to write instead.

Every class here is also the builtin error that Keras raises in the same place, so code that catches
`ValueError` or `AttributeError` keeps working.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

TOO_MANY = "too many"
"""The facts of a call with more positional tensors than it takes."""


ACTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
"""Control characters, changes of writing direction, and characters that are not text."""


class Item(NamedTuple):
    """One item in the picture of an error: a layer, a tensor, an array, or a place for one."""

    kind: str
    name: str
    detail: str = ""


class Pair(NamedTuple):
    """A model's input or output, with what was given for it; one of the two may be missing."""

    name: str = ""
    shape: str = ""
    given: str = ""
    given_shape: str = ""
    note: str = ""
    """Why the two do not match; "" if they do."""


@dataclass
class Pairs:
    """The picture of an error about the data, targets or losses of a model."""

    model: str
    side: str
    """input or output."""
    rows: list[Pair]


@dataclass
class Instead:
    """The picture of an error about something in place of a tensor: a wrong line, and a right one.

    The line breaks before its last item.
    """

    title: str
    wrong: list[Item]
    right: list[Item] = field(default_factory=list)
    note: str = "no tensor"


def warn(says: str) -> None:
    """Warn at the line of the user's code that led here, however deep inside funclab."""
    inside = {"funclab", "functools"}  # functools computes cached properties
    depth, frame = 1, sys._getframe()
    while frame.f_back and str(frame.f_globals.get("__name__")).split(".")[0] in inside:
        depth, frame = depth + 1, frame.f_back
    warnings.warn(says, stacklevel=depth)


def plain(text: str) -> str:
    """A line that is safe for a terminal or a file: control characters are written as escapes.

    >>> print(plain("red: \\x1b[31m"))
    red: \\x1b[31m
    """
    return ACTS.sub(lambda found: repr(found[0])[1:-1], text)


class FunclabError(Exception):
    """The base of all funclab errors: what happened, why, and how to fix it.

    `graph` may contain the objects at fault (layers, tensors, nodes), `tensors` the inputs of the
    failed call, and `facts` what else can be shown: a notebook draws them under the text, unless
    `drawn` says that they are already shown.
    """

    tensors: Sequence[Any] = ()
    drawn = False

    def __init__(
        self, what: str, *, why: str, fix: str, graph: object = None, facts: Any = None
    ) -> None:
        self.what, self.why, self.fix = (
            "\n".join(map(plain, text.split("\n"))) for text in (what, why, fix)
        )
        super().__init__(self.what)
        self.graph, self.facts = graph, facts

    def __reduce__(self) -> Any:
        """Copies and other processes get the text, without the objects at fault."""
        return partial(type(self), self.what, why=self.why, fix=self.fix), ()

    def __str__(self) -> str:
        return f"{self.what}\n\n  Why: {self.why}\n  Fix: {self.fix}"


class ShapeError(FunclabError, ValueError):
    """Shapes, ranks or axes that do not fit together."""


class GraphError(FunclabError, RuntimeError, ValueError):
    """Tensors and layers that do not make a well-formed graph."""


class AmbiguousNodeError(FunclabError, AttributeError):
    """A property that differs from node to node, requested from a layer with several nodes."""


class NeverCalledError(FunclabError, AttributeError, RuntimeError):
    """A property of calls, requested from a layer that was never called."""


class NodeIndexError(FunclabError, ValueError, IndexError):
    """A node index that a layer does not have."""


class TensorTypeError(FunclabError, TypeError, ValueError):
    """Something other than a tensor, where a tensor is required."""


class TensorAttributeError(TensorTypeError, AttributeError):
    """An attribute of arrays, requested from a symbolic tensor, which has no numbers."""


class ArgumentError(FunclabError, TypeError, ValueError):
    """An argument that a function or constructor cannot use."""


class AttributeLocked(ArgumentError, AttributeError):
    """An attribute that cannot be set."""


class DataError(FunclabError, ValueError, KeyError):
    """Data that do not fit the model."""


class LossError(FunclabError, ValueError, KeyError):
    """Losses, loss weights or metrics that do not fit the model's outputs."""


class NotCompiledError(FunclabError, RuntimeError, ValueError):
    """A model that needs `compile()` first."""


class NotBuiltError(FunclabError, RuntimeError, ValueError):
    """A layer's weights, requested before they exist."""


class NotFiniteError(FunclabError, RuntimeError):
    """A number that is NaN or infinite, so that training has to end."""


class TapeError(FunclabError, RuntimeError):
    """A GradientTape that is used twice, or outside of its block."""


class BusyError(FunclabError, RuntimeError):
    """Something that a model cannot do while it is being trained."""


class ClusterError(FunclabError, RuntimeError):
    """A cluster that has lost its workers, or data that they held."""


class NameLookupError(FunclabError, ValueError, KeyError):
    """An unknown name."""


class NoSuchNameError(FunclabError, AttributeError):
    """A name that a module of funclab does not have: one of Keras, or a misspelled one."""


class NoSuchImportError(FunclabError, ImportError):
    """The same, raised by `from funclab.layers import ...`."""


class MissingPackageError(FunclabError, ImportError):
    """Something needs a package that is not installed."""


class WeightsError(FunclabError, ValueError):
    """Weights that do not fit the layer."""


class FileError(FunclabError, OSError):
    """A file that cannot be written."""


class ConfigError(FunclabError, ValueError, TypeError):
    """A configuration or file from which no object can be rebuilt."""


class LengthError(FunclabError, TypeError):
    """Something that has no length, or none that is known."""


class OutOfDataError(FunclabError, IndexError):
    """The next element of a dataset, after its last one."""


class NotSupportedError(FunclabError, NotImplementedError, ValueError):
    """Something that Keras can do but funclab cannot, at least so far."""


def unwritten(instance: Any, method: str) -> NotSupportedError:
    """The error for a method that a base class leaves to its subclasses."""
    kind = type(instance).__name__
    return NotSupportedError(
        f"{kind} has no `{method}` yet.",
        why="what it does is written in each class below the base class.",
        fix=f"use a class that has it, or write `def {method}(self, ...)` in {kind}.",
    )


def import_for(task: str, package: str) -> Any:
    """A package, or a module of it, that only `task` needs.

    Raises: MissingPackageError if it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        name = package.partition(".")[0]
        raise MissingPackageError(
            f"{task} needs the package {name}, which is not installed here.",
            why=f"{name} does that part of the work; the rest of funclab runs without it.",
            fix=f"install it with `pip install {name}`.",
        ) from error
