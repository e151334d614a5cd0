"""Batches of a stream that are like one before: only their numbers are checked, then copied.

Matching a batch to a model costs several times as much as a small training step. What depends on
shapes and dtypes is the same for all batches of one form, so it is done once in every epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors import DataError
from funclab.graph.shape_math import Array
from funclab.models.model import Functional, Model
from funclab.training.checks import check_ids
from funclab.training.compiled import Compiled
from funclab.training.data.batches import Data
from funclab.training.step import Step
from funclab.training.targets import fit_target

Position = tuple[int, int]
"""Where an array of a batch stands: in x, y or the weights, and its place there."""
Ready = tuple[Step, list[Array | None]]
"""The step for a batch, and its arrays in the order of the step's buffers."""


class BatchForms:
    """The forms of batches that have been matched, and where each of their arrays goes."""

    def __init__(self, model: Model, compiled: Compiled, is_free: bool) -> None:
        self.model, self.compiled, self.is_free = model, compiled, is_free
        """With `is_free`, a step of the model's own may use the numbers in any way."""
        self.forms: dict[Any, tuple[Step, list[Position | None]]] = {}
        self.steps: Any = None

    def forget(self) -> None:
        """The next batch of each form is matched again: a callback may change a model."""
        self.forms.clear()

    def learn(self, item: Any, data: Data, step: Step) -> None:
        """Remember where the arrays of a matched batch went."""
        form = form_of(item)
        if form is None:
            return
        if self.steps is not self.compiled.steps:
            self.forms, self.steps = {}, self.compiled.steps
        sides = [leaves_of(part) for part in item]
        matched = [data.inputs, data.targets, data.weights]
        places: list[Position | None] = []
        for number, arrays in enumerate(matched):
            for array in arrays:
                if array is None:
                    places.append(None)
                    continue
                given = sides[number] if number < len(sides) else []
                same = [i for i, leaf in enumerate(given) if holds(array, leaf)]
                if len(same) != 1:
                    return
                places.append((number, same[0]))
        self.forms[form] = step, places

    def ready(self, item: Any) -> Ready | None:
        """The step for a batch and its arrays; None if the batch has to be matched."""
        known = self.forms.get(form_of(item))
        if known is None or self.steps is not self.compiled.steps:
            return None
        step, places = known
        sides = [leaves_of(part) for part in item]
        arrays = [
            None if place is None or buffer is None
            else sides[place[0]][place[1]].reshape(buffer.shape)
            for place, buffer in zip(places, step.fed, strict=True)
        ]  # fmt: skip
        return (step, arrays) if self._are_valid(step, arrays) else None

    def _are_valid(self, step: Step, arrays: Sequence[Array | None]) -> bool:
        """Whether ids and targets are in their ranges; if not, matching says what is wrong."""
        if self.is_free:
            return True
        count = len(step.inputs)
        try:
            if isinstance(self.model, Functional):
                check_ids(self.model, arrays[:count])
            if self.compiled.forms is None:
                targets = arrays[count : count + len(step.targets)]
                for output, value, target in zip(
                    self.compiled.outputs or [], step.outputs, targets
                ):
                    if target is not None:
                        fit_target(output, value.shape, target)
        except DataError:
            return False
        return True


def form_of(item: Any) -> Any:
    """The shapes and dtypes of a batch, in its structure; None if it is no tuple of arrays."""
    if type(item) is not tuple:
        return None
    found: list[Any] = []
    for part in item:
        if isinstance(part, np.ndarray):
            found.append((part.shape, part.dtype))
        elif type(part) in (dict, tuple):
            found.append(tuple(part) if type(part) is dict else len(part))
            leaves = leaves_of(part)
            found += [(getattr(x, "shape", None), getattr(x, "dtype", None)) for x in leaves]
        else:
            return None
    return tuple(found)


def leaves_of(part: Any) -> list[Any]:
    if type(part) is dict:
        return list(part.values())
    return list(part) if type(part) is tuple else [part]


def holds(array: Array, leaf: Any) -> bool:
    """Whether an array holds the numbers of a leaf in their order, perhaps in another dtype."""
    if not isinstance(leaf, np.ndarray) or array.size != leaf.size or leaf.dtype == object:
        return False
    return np.array_equal(array.reshape(-1), leaf.reshape(-1).astype(array.dtype, copy=False))
