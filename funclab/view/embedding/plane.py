"""Rows in the plane: where they are, which are near each other, and how many stay near."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from funclab.callbacks.progress import write
from funclab.engine.kernels.threads import one_blas_thread
from funclab.graph.shape_math import Array
from funclab.view.draw.sentences import say
from funclab.view.embedding.projecting import (
    STEPS,
    agreeing,
    distances,
    kept,
    nearest,
    nearest_of,
    pca,
    tsne,
)
from funclab.view.embedding.rows import Rows

MOST_POINTS, FEW = 500, 64
"""Up to how many points t-SNE is computed for, and for how many at once: these take less than a
tenth of a second."""
SHOWN = 8
"""How many neighbours are shown."""
PATIENCE = 3.0
"""After how many seconds a computation that holds up a cell says how far it is."""


@dataclass
class Plane:
    """Rows in the plane: their places by face, their nearest neighbours, and how many are kept.

    places: those that were computed. step: how many steps of t-SNE were taken. stopped: whether
    it is to stay there.
    """

    rows: Rows
    places: dict[str, Array] = field(default_factory=dict)
    step: int = 0
    stopped: bool = False
    _steps: Iterator[Array] | None = None
    _kept: dict[str, tuple[Any, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places["pca"] = self.pca[0]
        if "tsne" in self.faces and len(self.rows.points) <= FEW:
            self.go_on()

    @property
    def faces(self) -> list[str]:
        """The faces that there are."""
        return ["pca", "tsne"] if MOST_POINTS >= len(self.rows.points) > SHOWN else ["pca"]

    @property
    def part(self) -> float:
        """Which part of t-SNE is computed."""
        return self.step / STEPS

    def at(self, face: str) -> Array:
        """The places of a face. t-SNE is computed to its end unless it was stopped; it says how far
        it is, and an interrupt stops it."""
        if face == "tsne" and self.part < 1 and not self.stopped:
            self._finish()
        return self.places[face]

    def _finish(self) -> None:
        said = False
        try:
            while self.part < 1:
                self.go_on(PATIENCE)
                if self.part < 1:
                    write(f"\r{say('embedding_step', step=self.step, steps=STEPS)}")
                    said = True
        except KeyboardInterrupt:  # it ended the steps in the middle of one: they begin anew
            self.stopped, self._steps = True, None
            self.places.setdefault("tsne", self.places["pca"])
        if said:
            write("\n")

    def go_on(self, seconds: float = np.inf) -> None:
        """Take further steps of t-SNE: all, or as many as can be begun in some time."""
        if self._steps is None:
            self._steps, self.step = tsne(self.rows.points), 0
        self.stopped, end = False, time.perf_counter() + seconds
        with one_blas_thread():  # several threads have too little to do for each other
            for places in self._steps:
                self.places["tsne"], self.step = places, self.step + 1
                if time.perf_counter() > end:
                    return
        self.step = STEPS

    def kept(self, face: str) -> float:
        """The share of the nearest neighbours that are near in the plane, too."""
        places = self.at(face)
        of, share = self._kept.get(face, (None, 0.0))
        if of is not places:
            with one_blas_thread():
                share = kept(self.near, nearest(places))
            self._kept[face] = places, share
        return share

    @cached_property
    def near(self) -> Array:
        return nearest_of(self.squares)

    @cached_property
    def squares(self) -> Array:
        """The squares of the distances between all rows, in the full space."""
        with one_blas_thread():
            return distances(self.rows.points.astype("float64"))

    @cached_property
    def pca(self) -> tuple[Array, Array]:
        with one_blas_thread():
            return pca(self.rows.points)

    @cached_property
    def agree(self) -> float | None:
        """The share of neighbours with the same label."""
        labels = self.rows.labels
        return agreeing(self.near, np.array(labels)) if labels else None
