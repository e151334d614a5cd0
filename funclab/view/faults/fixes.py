"""How a failed call is put right, as lines to copy, each with the shape that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from funclab.graph.shape_math import Shape, show
from funclab.graph.tensor import Tensor
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.shapes.failure import Failure

MERGES = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}
"""The layers that need equal shapes."""


@dataclass(frozen=True)
class Fix:
    """What to do in words; a line of code that does it, and the shape of what it returns."""

    text: str
    code: str = ""
    shape: str = ""


def fixes_of(layer: Any, tensors: list[Tensor], failure: Failure, fix: str) -> list[Fix]:
    """The fixes of a call that failed; if no code can be given, the one sentence of the error."""
    names = [clean(tensor.node.operation.name) for tensor in tensors]
    shapes = [tuple(tensor.shape) for tensor in tensors]
    ends = [axis == len(shapes[i]) - 1 for i, axis in failure.bad]
    ours = type(layer).__module__.startswith("funclab.layers")
    if not (ours and ends and all(ends) and all(map(str.isidentifier, names))):
        return [Fix(fix)]
    if failure.needed is not None and len(tensors) == 1:
        return _brought(layer, names[0], shapes[0], failure.needed) or [Fix(fix)]
    alone = len(tensors) == len(set(names)) == 2
    if alone and type(layer).__name__ in MERGES and len({shape[:-1] for shape in shapes}) == 1:
        return _merged(layer, names, shapes)
    return [Fix(fix)]


def _brought(layer: Any, name: str, shape: Shape, needed: int) -> list[Fix]:
    """The input is brought to the length that a built layer needs."""
    called = clean(layer.name)
    if not called.isidentifier() or len(shape) != 2:
        return []
    text = say("faults_bring", name=name, n=needed)
    made = show(layer.compute_output_shape((*shape[:-1], needed)))
    return [Fix(text, f"{called}(Dense({needed})({name}))", made)]


def _merged(layer: Any, names: list[str], shapes: list[Shape]) -> list[Fix]:
    """The shorter input is brought to the length of the longer one; or both stand end to end."""
    lengths = [shape[-1] or 0 for shape in shapes]
    longest = max(lengths)
    short = lengths.index(min(lengths))
    brought = list(names)
    brought[short] = f"Dense({longest})({names[short]})"
    front = shapes[0][:-1]
    kind = type(layer).__name__
    return [
        Fix(
            say("faults_same_length", name=names[short]),
            f"{kind}()([{', '.join(brought)}])",
            show((*front, longest)),
        ),
        Fix(
            say("faults_end_to_end"),
            f"Concatenate()([{', '.join(names)}])",
            show((*front, sum(lengths))),
        ),
    ]
