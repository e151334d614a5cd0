"""The loss of a model for any weights, on planes and lines through them."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.graph import structure
from funclab.graph.locks import holding, locks_of
from funclab.graph.shape_math import Array
from funclab.models.model import Model
from funclab.training.compiled import require
from funclab.training.evaluating import run_once
from funclab.training.runner import Runner

MOST_SAMPLES = 500
GRIDS = (25, 15, 9)
MOST_SECONDS = 10.0
"""The finest of the grids is used that takes no longer; the last one in any case."""
BEYOND = 0.35
"""How far a plane goes on beyond a path, as a part of the path's width."""
LINE = np.linspace(-0.25, 1.25, 31)


class Losses:
    """The loss of a model on data, for any trained weights; computed with a copy of the model.

    `weights` are the trained weights, all in one array; `count` is how many samples are used, the
    first ones, at most 500.
    """

    def __init__(self, model: Model, x: Any, y: Any) -> None:
        self.copy = holding(locks_of(model.weights), lambda: copy.deepcopy(model))
        self.variables = self.copy.trainable_weights
        x, y = (structure.map_structure(_first, _arrays(side)) for side in (x, y))
        self.count = len(structure.flatten(x)[0])
        self.runner = Runner(self.copy, require(self.copy))
        self.data = self.runner.prepare(x, y)
        self.weights = flat(self.variables)

    def at(self, weights: Array) -> float:
        """The loss for some weights."""
        begin = 0
        for variable in self.variables:
            part = weights[begin : begin + variable.array.size]
            variable.assign(part.reshape(variable.array.shape))
            begin += variable.array.size
        # As `evaluate` on one batch, whose data are prepared once for all points of a plane.
        logs = run_once(self.runner.compiled, self.data, self.runner.test, afresh=True)
        return float(logs["loss"])

    def steps(self) -> int:
        """How many steps a grid has to each side, so that it does not take too long."""
        self.at(self.weights)  # makes the plan
        begin = time.perf_counter()
        self.at(self.weights)
        each = time.perf_counter() - begin
        fits = [n for n in GRIDS if n * n * each <= MOST_SECONDS]
        return fits[0] if fits else GRIDS[-1]


def _arrays(side: Any) -> Any:
    """Data in which lists of numbers are arrays; lists of arrays stay lists."""
    if isinstance(side, (list, tuple)) and not any(hasattr(leaf, "shape") for leaf in side):
        return np.asarray(side)
    return side


def _first(array: Any) -> Any:
    return np.asarray(array)[:MOST_SAMPLES]


def flat(variables: Any) -> Array:
    """Weights, all in one array."""
    return np.concatenate([variable.numpy().ravel() for variable in variables])


@dataclass
class Plane:
    """Losses on a plane: `losses[j, i]` at `a[i]` along the first direction and `b[j]` along the
    second one, from `centre`. Of a path, `places` are the nearest points of the plane, `real` the
    losses of its weights, `shadow` those of the nearest points, and `share` how much of its
    variance is in the plane, for each of the two directions."""

    a: Array
    b: Array
    losses: Array
    centre: Array
    directions: Array
    places: Array = field(default_factory=lambda: np.zeros((0, 2)))
    real: list[float] = field(default_factory=list)
    shadow: list[float] = field(default_factory=list)
    share: Array = field(default_factory=lambda: np.zeros(2))

    @property
    def least(self) -> float:
        """The smallest loss of the plane, of those that are numbers."""
        return float(min(self.losses[np.isfinite(self.losses)], default=0.1))

    @property
    def most(self) -> float:
        """The largest loss of the plane, of those that are numbers."""
        return float(max(self.losses[np.isfinite(self.losses)], default=1.0))

    def slopes(self, most: int = 7) -> list[tuple[float, float, float, float]]:
        """Steps downhill at some points of the grid: a, b, and the step along each."""
        down_b, down_a = np.gradient(-self.losses, self.b, self.a)
        chosen = np.linspace(1, len(self.a) - 2, min(most, len(self.a) - 2)).round().astype(int)
        return [
            (float(self.a[i]), float(self.b[j]), float(down_a[j, i]), float(down_b[j, i]))
            for j in chosen
            for i in chosen
        ]


def plane_of_run(losses: Losses, path: Array) -> Plane:
    """The plane through the end of a path along which the path moved most: the first two principal
    directions of its weights, seen from its end.

    Source: "Visualizing the Loss Landscape of Neural Nets", 2018.
    """
    path = path.astype("float64")
    away = path - path[-1]
    _, sizes, axes = np.linalg.svd(away, full_matrices=False)
    directions = np.zeros((2, path.shape[1]))
    directions[: min(2, len(axes))] = axes[:2]
    if not directions[1].any():  # a straight path, or one of two weights
        directions[1] = _across(directions[0])
    signs = np.sign(directions[np.arange(2), np.abs(directions).argmax(axis=1)])
    directions *= np.where(signs, signs, 1)[:, None]
    share = np.zeros(2)
    share[: min(2, len(sizes))] = (sizes**2 / max(float((sizes**2).sum()), 1e-300))[:2]
    return _with_path(losses, path, path[-1], directions, share)


def plane_of_weights(losses: Losses, path: Array) -> Plane:
    """The plane of a model with two weights: all that there is."""
    path = path.astype("float64")
    return _with_path(losses, path, np.zeros(2), np.eye(2), np.ones(2))


def random_plane(losses: Losses, seed: int = 0) -> Plane:
    """The plane through the present weights along two random directions, in which each filter (or
    unit) is as long as that of the model; vectors such as biases stay as they are.

    Source: "Visualizing the Loss Landscape of Neural Nets", 2018.
    """
    rng = np.random.default_rng(seed)
    directions = []
    for _ in range(2):
        parts = []
        for variable in losses.variables:
            weight = variable.numpy().astype("float64")
            part = rng.standard_normal(weight.shape)
            if weight.ndim < 2:
                part[...] = 0
            else:
                axes = tuple(range(weight.ndim - 1))
                part *= _lengths(weight, axes) / (_lengths(part, axes) + 1e-10)
            parts.append(part.ravel())
        directions.append(np.concatenate(parts))
    along = np.linspace(-1, 1, losses.steps())
    centre = losses.weights.astype("float64")
    return _plane(losses, centre, np.array(directions), along, along)


def _lengths(array: Array, axes: tuple[int, ...]) -> Array:
    """The length of each filter, or of each unit's weights."""
    return np.sqrt(np.square(array).sum(axis=axes, keepdims=True))


def line_between(first: Losses, second: Losses) -> tuple[Array, list[float]]:
    """The loss along the straight line from one model's weights (0) to another's (1)."""
    start, end = first.weights.astype("float64"), second.weights.astype("float64")
    return LINE, [first.at(start + t * (end - start)) for t in LINE]


def _across(direction: Array) -> Array:
    """A direction of length 1 at a right angle to one."""
    other = np.zeros(len(direction))
    other[np.abs(direction).argmin()] = 1
    other -= (other @ direction) * direction
    return other / max(float(np.linalg.norm(other)), 1e-300)


def _with_path(
    losses: Losses, path: Array, centre: Array, directions: Array, share: Array
) -> Plane:
    places = (path - centre) @ directions.T
    n = losses.steps()
    plane = _plane(losses, centre, directions, _span(places[:, 0], n), _span(places[:, 1], n))
    plane.places, plane.share = places, share
    plane.real = [losses.at(weights) for weights in path]
    plane.shadow = [losses.at(centre + place @ directions) for place in places]
    return plane


def _span(places: Array, n: int) -> Array:
    low, high = float(places.min()), float(places.max())
    beyond = BEYOND * (high - low) or 0.5
    return np.linspace(low - beyond, high + beyond, n)


def _plane(losses: Losses, centre: Array, directions: Array, a: Array, b: Array) -> Plane:
    found = [[losses.at(centre + u * directions[0] + v * directions[1]) for u in a] for v in b]
    return Plane(a, b, np.array(found), centre, directions)
