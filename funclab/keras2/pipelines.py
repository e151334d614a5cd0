"""Which expressions of a program are pipelines, so that their methods can be checked unrun."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
from typing import Any

from funclab.errors import NoSuchNameError
from funclab.utils.data import Dataset

MADE_BY = ("image_dataset_from_directory", "text_dataset_from_directory")
"""Functions that return a pipeline, or two."""
OF_FOLDERS = ("class_names", "file_paths")
"""What only their pipelines have."""


def gives_dataset(function: Any) -> bool:
    """Whether a function, method or class returns a pipeline."""
    if isinstance(function, type):
        return issubclass(function, Dataset)
    if not callable(function):
        return False
    said = getattr(inspect.unwrap(function), "__annotations__", {}).get("return")
    name = getattr(function, "__name__", "")
    return str(said) in ("Dataset", "Self", "Windows") or name in MADE_BY


@functools.cache
def sample() -> Dataset:
    """A pipeline, which has what all have."""
    return Dataset.range(1)


class Pipelines:
    """The names of a program that mean a pipeline, line by line."""

    def __init__(self, meaning: Any) -> None:
        self.meaning = meaning
        """What an expression of the program means, as far as it is a part of Keras."""
        self.names: set[str] = set()

    def has(self, node: ast.expr) -> bool:
        """Whether an expression is a pipeline for certain."""
        if isinstance(node, ast.Name):
            return node.id in self.names
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute) and self.has(node.func.value):
            with contextlib.suppress(NoSuchNameError):
                return gives_dataset(self.method(node.func.attr))
            return True  # one fault is one finding
        return gives_dataset(self.meaning(node.func))

    def method(self, name: str) -> Any:
        """What pipelines have under a name; None if it is not known.

        Raises: NoSuchNameError if there is no such name.
        """
        return None if name in OF_FOLDERS else getattr(sample(), name)

    def called(self, function: ast.expr) -> Any:
        """The method of a pipeline that is called; None for anything else."""
        if not isinstance(function, ast.Attribute) or not self.has(function.value):
            return None
        with contextlib.suppress(NoSuchNameError):
            return self.method(function.attr)
        return None

    def assigned(self, target: ast.expr, value: ast.expr) -> set[str]:
        """The names in `target` that mean a pipeline, once they are given `value`."""
        parts = getattr(target, "elts", [target])
        given = getattr(value, "elts", [value] * len(parts))
        pairs = [pair for pair in zip(parts, given) if isinstance(pair[0], ast.Name)]
        return {part.id for part, made in pairs if self.has(made)}
