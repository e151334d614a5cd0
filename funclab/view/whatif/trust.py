"""How far a map is to be trusted, in two numbers for each, measured on some samples."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.errors import FunclabError
from funclab.graph.aside import set_aside
from funclab.graph.shape_math import Array
from funclab.initializers.base import using
from funclab.models.cloning import clone_model
from funclab.view.learned.look import Look
from funclab.view.whatif.cells import WORDS
from funclab.view.whatif.maps import Maps
from funclab.view.whatif.target import Answering

RANDOM, STRONGEST = "random", "strongest"
SAMPLES, TENTH = 40, 0.1
SEED = 0
"""Of the fresh weights, and of the cells that are erased at random."""


@dataclass
class Trust:
    """What was measured on `samples` samples, of which `erased` cells were erased.

    `erase`: by how much the answer falls, on average, when the tenth of the cells with the largest
    scores of a map is erased; also for cells chosen at random ("random"), and for those that differ
    most from the fill ("strongest"). `randomized`: the rank correlation of the sizes in a map with
    those for the same graph with fresh weights; empty if there is no copy of the model.
    """

    samples: int = 0
    erased: int = 0
    erase: dict[str, float] = field(default_factory=dict)
    randomized: dict[str, float] = field(default_factory=dict)


def trust_of(maps: Maps, count: int = SAMPLES, seconds: float = 1.0) -> Trust:
    """The numbers of all maps of a model, on the first samples of its data: at most `count`, and no
    further ones after `seconds`."""
    return [Trust(), *measured(maps, count, seconds)][-1]


def measured(maps: Maps, count: int, seconds: float) -> Iterator[Trust]:
    """The numbers after each sample, as long as there is time."""
    begin = time.perf_counter()
    fresh = fresh_maps(maps)
    falls: dict[str, list[float]] = {}
    alike: dict[str, list[float]] = {}
    random = np.random.default_rng(SEED)
    tenth = 1
    for i in range(min(count, len(maps.look))):
        sample = maps.look.rows(slice(i, i + 1))
        values = maps.answering.values(sample)[0]
        at = maps.answering.own(values)
        target, free = maps.answering.targets[at], erasable(maps, sample)
        if not len(free) or not np.isfinite(values).all():
            continue
        scores = {name: maps.map(name, sample, target) for name in maps.names}
        tenth = max(1, round(TENTH * len(free)))
        chosen = {name: _largest(score, free, tenth) for name, score in scores.items()}
        chosen[RANDOM] = random.permutation(free)[:tenth]
        if all(part.kind != WORDS for part in maps.cells.parts):
            chosen[STRONGEST] = _largest(_distance(maps, sample), free, tenth)
        rows = maps.cells.erased(sample, [cells.tolist() for cells in chosen.values()], maps.fill)
        after = maps.answering.values(rows)[:, at]
        for name, value in zip(chosen, after):
            falls.setdefault(name, []).append(float(values[at] - value))
        for name, score in scores.items():
            if fresh is None:
                break
            other = fresh.map(name, sample, target)
            similar = rank_correlation(np.abs(score[free]), np.abs(other[free]))
            alike.setdefault(name, []).append(similar)
        yield Trust(i + 1, tenth, _means(falls), _means(alike))
        if time.perf_counter() - begin > seconds:
            return


def fresh_maps(maps: Maps) -> Maps | None:
    """The same maps for the same graph with fresh weights, which are the same each time; None if
    the model cannot be copied."""
    model: Any = maps.look.model
    try:
        with set_aside(), using(np.random.default_rng(SEED)):
            copy = Look(clone_model(model), dict(zip(model.input_names, maps.look.arrays)))
            answering = Answering(copy)
    except (FunclabError, TypeError, ValueError):
        return None
    answering.targets = maps.answering.targets
    return Maps(answering, maps.cells, maps.fill, maps.at)


def erasable(maps: Maps, sample: list[Any]) -> Array:
    """The cells that can be erased: all but the padding of words."""
    held = [
        np.ones(part.count, bool)
        if part.kind != WORDS
        else part.values(sample[part.number][0]) != 0
        for part in maps.cells.parts
    ]
    return np.flatnonzero(np.concatenate(held))


def _largest(scores: Array, free: Array, count: int) -> Array:
    return free[np.argsort(-scores[free], kind="stable")[:count]]


def _distance(maps: Maps, sample: list[Any]) -> Array:
    """How much each cell differs from the fill."""
    base = maps.cells.base(sample)
    return np.abs(maps.cells.values(sample) - maps.cells.values(base))


def _means(lists: dict[str, list[float]]) -> dict[str, float]:
    return {name: float(np.mean(values)) for name, values in lists.items()}


def rank_correlation(a: Array, b: Array) -> float:
    """The correlation of ranks (Spearman's), equal numbers sharing theirs; 0 if all are equal."""
    a, b = _ranks(a), _ranks(b)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else 0.0


def _ranks(values: Array) -> Array:
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + ends - 1) / 2)[group]
