"""Changes of a sample: the smallest one that turns an answer, and curves of one feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.models.model import Model
from funclab.view.whatif.cells import ROW, WORDS, Cells
from funclab.view.whatif.target import Answering

MOST_TRIED = 2048
POINTS = 33
"""Of a curve."""


@dataclass(frozen=True)
class Change:
    """One cell that gets another value, and the answers after it. `tried` changes were compared, of
    `possible` ones; `gain` is by how much the number that was asked for is larger (of the model's
    own answer: smaller) than before."""

    cell: int
    value: float
    answers: Array
    gain: float
    tried: int
    possible: int


def edits_of(cells: Cells, values: Array) -> tuple[list[tuple[int, float]], int]:
    """Changes of a single cell of a sample with these values, and how many there could be: the
    least and the greatest value of each; each other word in place of one, padding left out. If
    these are more than 2,048, words are taken at equal distances from the vocabulary."""
    edits: list[tuple[int, float]] = []
    possible = 0
    for part, start in zip(cells.parts, cells.starts):
        own = [int(c) for c in range(part.count) if part.kind != WORDS or values[start + c]]
        for cell in own:
            low, high = part.low[cell], part.high[cell]
            choices = np.array([low, high])
            if part.kind == WORDS or part.group:
                choices = np.arange(1 if part.kind == WORDS else 0, int(high) + 1)
                possible += len(choices) - int(values[start + cell] in choices)
                room = max(1, MOST_TRIED // max(1, len(own)))
                if len(choices) > room:
                    choices = choices[np.linspace(0, len(choices) - 1, room).astype(int)]
            else:
                possible += int((choices != values[start + cell]).sum())
            edits += [(start + cell, float(v)) for v in choices if v != values[start + cell]]
    return edits[:MOST_TRIED], max(possible, len(edits))


def smallest(
    answering: Answering, cells: Cells, sample: Sequence[Any], at: int, lower: bool
) -> Change | None:
    """The change of a single cell after which the target with the number `at` is largest, or with
    `lower` smallest; None if nothing can be changed."""
    edits, possible = edits_of(cells, cells.values(sample))
    if not edits:
        return None
    before = answering.values(sample)[0, at]
    after = np.concatenate([
        answering.values(cells.variants(sample, edits[begin : begin + 256]))
        for begin in range(0, len(edits), 256)
    ])  # fmt: skip
    gains = (before - after[:, at]) if lower else (after[:, at] - before)
    best = int(np.nan_to_num(gains, nan=-np.inf).argmax())
    cell, value = edits[best]
    return Change(cell, value, after[best], float(gains[best]), len(edits), possible)


def curved(cells: Cells) -> list[int]:
    """The cells that have a curve: features."""
    return [
        start + cell
        for part, start in zip(cells.parts, cells.starts)
        for cell in range(part.count)
        if part.kind == ROW
    ]


def grid(cells: Cells, cell: int) -> Array:
    """The values of a feature that its curve is computed at: 33 from its least to its greatest in
    the data, or each of a group."""
    part, own = cells.find(cell)
    low, high = float(part.low[own]), float(part.high[own])
    return np.arange(high + 1) if part.group else np.linspace(low, high, POINTS)


def curve(answering: Answering, cells: Cells, sample: Sequence[Any], cell: int) -> Array:
    """The answers along the grid of a feature, all else in the sample as it is: a row for each
    value, a column for each target."""
    edits = [(cell, float(value)) for value in grid(cells, cell)]
    return answering.values(cells.variants(sample, edits))


def is_untrained(model: Model) -> bool:
    """Whether every bias, and every shift and factor of a normalization, still has the value that
    these begin with: zeros, or ones. No training step leaves all of them there."""
    names = ("bias", "beta", "gamma")
    first = [w.array for w in model.weights if w.name.rpartition("/")[2] in names]
    return bool(first) and all(bool(np.isin(array, (0, 1)).all()) for array in first)
