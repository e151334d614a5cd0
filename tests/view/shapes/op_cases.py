"""The examples of ops as nodes of a graph: what has the batch in it becomes an Input."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from funclab import Input
from tests import ops
from tests.ops.examples import BATCH, EXAMPLES, Example

for path in sorted(Path(ops.__path__[0]).glob("examples_*.py")):  # importing enters the examples
    importlib.import_module(f"tests.ops.{path.stem}")

WITHOUT = {"funclab.ops.losses", "funclab.ops.scores", "funclab.ops.shaping", "funclab.ops.random"}
"""Ops that no one puts into a graph: they are told as they are."""


def on_tensors(example: Example) -> Any:
    """The op of an example as a node: what has the batch in it becomes an Input."""
    leaves = []
    for array in example.arrays(BATCH):
        dtype = "bool" if array.dtype == bool else str(array.dtype).replace("64", "32")
        batched = array.ndim and len(array) == BATCH
        leaves.append(Input(array.shape[1:], dtype=dtype) if batched else array)
    return example.op(*leaves)


ON_TENSORS = [
    one
    for one in EXAMPLES
    if type(one.op).__module__ not in WITHOUT
    and not one.op.mutates
    and any(array.ndim and len(array) == BATCH for array in one.arrays(BATCH))
]
