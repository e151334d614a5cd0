"""What a model answers about a sample: each class, yes or no, or number, as one target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.learned.answers import CLASSES, YES_NO, kind_of, several_answers
from funclab.view.learned.look import Look


@dataclass(frozen=True)
class Target:
    """One number that a model answers with: `column` of an output. `kind` is that of the output:
    "classes" and "yes or no" are probabilities. `label` is the name of the class, or of the output;
    `name` is unique among a model's targets."""

    output: int
    column: int
    kind: str
    name: str
    label: str

    @property
    def is_probability(self) -> bool:
        return self.kind in (CLASSES, YES_NO)


class Answering:
    """A model's answers, for any samples.

    `targets` are all numbers of all outputs. `labels` has the names of classes for each output, an
    empty list for an output without.

    Raises: DataError for an output with several answers per sample.
    """

    def __init__(self, look: Look, labels: Sequence[Sequence[str]] = ()) -> None:
        self.look, self.targets = look, list[Target]()
        self.kinds: list[str] = []
        values = look.outputs(look.rows(slice(1)))
        names = look.model.output_names
        for output, array in enumerate(values):
            if array.ndim > 2:
                why = "this view changes one answer of each sample."
                raise several_answers(names[output], array, why)
            kind, _ = kind_of(look, output, array)
            self.kinds.append(kind)
            count = array.shape[1] if array.ndim == 2 else 1
            given = labels[output] if labels and count > 1 else []
            prefix = f"{names[output]}: " if len(values) > 1 else ""
            for column in range(count):
                label = given[column] if given else str(column)
                both = (prefix + label, label) if count > 1 else (names[output], names[output])
                self.targets.append(Target(output, column, kind, *both))

    def values(self, arrays: Sequence[Any]) -> Array:
        """The number of every target, for each row of the inputs: probabilities for classes, and
        for yes or no."""
        found = []
        for output, array in enumerate(self.look.outputs(arrays)):
            _, values = kind_of(self.look, output, array)
            found.append(values.reshape(len(values), -1).astype("float64"))
        return np.concatenate(found, axis=1)

    def own(self, values: Array) -> int:
        """The target of the answer that one row of values gives: the likeliest class, or the first
        output's own number."""
        first = [i for i, target in enumerate(self.targets) if target.output == 0]
        return int(values[first].argmax()) if self.kinds[0] == CLASSES else first[0]

    def gradients(
        self, places: Sequence[str | int], target: Target, arrays: Sequence[Any]
    ) -> list[Array]:
        """The gradients of a target's score with respect to places, a row for each sample."""
        count = next(len(array) for array in arrays if array is not None)
        chosen = self.look.chosen(target.column, target.output, count)
        return self.look.gradients(places, chosen, target.output, arrays)
