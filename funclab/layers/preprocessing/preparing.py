"""The base class of layers on words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from funclab import ops
from funclab.errors import ArgumentError, DataError, FunclabError, NotSupportedError
from funclab.graph import structure
from funclab.graph.array import as_array
from funclab.graph.strings import STRING, as_texts
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.layers.base import Layer, values_of


class Preparing(Layer, abstract=True):
    """A layer on words: called on lists and arrays it computes at once, without a plan."""

    also_configured = ("vocabulary_size",)
    """The entries of its config besides the constructor's arguments."""
    input_dtype = STRING

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args and "inputs" in kwargs:
            args = (kwargs.pop("inputs"),)
        leaves = structure.flatten([args, kwargs])
        if any(isinstance(leaf, (Tensor, Value)) for leaf in leaves) or not args:
            return super().__call__(*args, **kwargs)
        try:
            inputs = self.as_inputs(args[0])
        except ValueError as error:
            if isinstance(error, FunclabError):
                raise
            raise DataError(
                f"The data for {self.name} cannot form an array: {error}.",
                why="its rows have unequal lengths, or mix things of different kinds.",
                fix="pad short rows to one length.",
                graph=self,
            ) from None
        made = self.call(inputs)
        self.built = True
        return structure.map_structure(as_array, made)

    def as_inputs(self, data: Any) -> Any:
        """The data as arrays."""
        return as_texts(data, self.name)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self.call(values_of(input_shape, self.input_dtype)).shape

    def _checked(self, inputs: Any) -> Any:
        """Symbolic inputs, checked to be of the kind that the layer reads.

        Raises: ArgumentError for text instead of numbers, or the reverse.
        """
        if not isinstance(inputs, Value):
            return inputs
        if (inputs.dtype == STRING) != (self.input_dtype == STRING):
            wanted = "text" if self.input_dtype == STRING else "whole numbers"
            raise ArgumentError(
                f"{self.name} ({type(self).__name__}) takes {wanted}, but its input has dtype "
                f"{inputs.dtype}.",
                why=f"it looks {wanted} up in a table.",
                fix=f'declare the input with Input(shape=..., dtype="{self.input_dtype}").',
                graph=self,
            )
        return inputs if self.input_dtype == STRING else ops.cast(inputs, "int64")


def batches_of_tokens(data: Any, as_keys: Any) -> Iterator[list[list[Any]]]:
    """Batches of documents. In an array with one axis, or such a batch, each element is one."""
    whole = isinstance(data, (str, bytes, list, tuple)) or hasattr(data, "__array__")
    if not whole and not isinstance(data, Iterable):
        raise NotSupportedError(
            f"adapt() cannot read a {type(data).__name__}.",
            why="it reads an array or a list, or batches one after another.",
            fix="pass an array.",
        )
    for batch in [data] if whole else data:
        keys = as_keys(batch)
        rows = keys.reshape(-1, 1) if whole and keys.ndim < 2 else np.atleast_2d(keys)
        yield rows.reshape(len(rows), -1).tolist()
