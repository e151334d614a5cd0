"""A model of a training step on a cluster: what it takes in other networks, with more workers.

    step     = compute + transfer + client
    compute  = a + b * weights + c * weights * samples of a worker
    transfer = d + e * levels of the tree + f * (workers - 1) + g * bytes
    client   = h + i * weights

The bytes are those on the longest way: samples and weights from the client to the first worker,
down the tree to its last, and gradients back. A parent sends to both its children through the same
cable. A network adds its time for these bytes, and its latency for each message on that way. All
nine numbers are fitted to what was measured, with the least sum of squared relative errors; none is
below 0. Waiting for workers that are slower than others is not predicted.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from funclab.view.draw.picture import text_grid

Width = Callable[[int], int]
NETWORKS = {"1 Gbit/s": 1e9, "10 Gbit/s": 1e10}
"""Bits in a second."""
LATENCY = 1e-4
"""Seconds of a message between machines; assumed, as Ethernet usually has it."""
MACHINES, BATCHES = [2, 4, 8, 16, 32, 64], [128, 1024, 8192]
LARGEST = 2**20
"""The largest batch that is considered."""


def lines(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return text_grid(titles, rows, right=True)


def levels(workers: int) -> int:
    """The levels of the tree below the first worker."""
    return workers.bit_length() - 1


def bytes_sent(weights: int, batch: int, workers: int, width: int) -> float:
    """The bytes on the longest way of a step. Weights and gradients are float32."""
    samples = batch * (4 * width + 8)
    return samples + 8 * weights * (1 + min(2, workers - 1) * levels(workers))


def fit(terms: Sequence[Sequence[float]], seconds: Sequence[float]) -> np.ndarray:
    """The factors of the terms, none below 0, with the least sum of squared relative errors."""
    matrix = np.array(terms, float) / np.array(seconds)[:, None]
    matrix_scale = np.abs(matrix).max(axis=0)
    best, least = np.zeros(matrix.shape[1]), math.inf
    for count in range(1, matrix.shape[1] + 1):
        for chosen in combinations(range(matrix.shape[1]), count):
            part = (matrix / matrix_scale)[:, chosen]
            found = np.linalg.lstsq(part, np.ones(len(matrix)), rcond=None)[0]
            error = float(np.sum((part @ found - 1) ** 2))
            if (found >= 0).all() and error < least:
                best, least = np.zeros(matrix.shape[1]), error
                best[list(chosen)] = found
    return best / matrix_scale


@dataclass
class Model:
    """The factors, in seconds: of computing, transfer, the client, and a local step on one core."""

    compute: np.ndarray
    transfer: np.ndarray
    client: np.ndarray
    local: np.ndarray
    width: Width

    def local_step(self, weights: int, batch: int) -> float:
        return float(self.local @ work(weights, batch))

    def beside(self, weights: int, batch: int, workers: int, rate: float = math.inf) -> float:
        """What a step on workers takes besides computing."""
        messages = 2 + 2 * levels(workers)
        network = 0.0
        if rate < math.inf:
            network = messages * LATENCY
            network += bytes_sent(weights, batch, workers, self.width(weights)) * 8 / rate
        sent = self.transfer @ sending(weights, batch, workers, self.width)
        return float(sent + self.client @ [1, weights]) + network

    def step(self, weights: int, batch: int, workers: int, rate: float = math.inf) -> float:
        """Seconds of a step on workers; on one machine when `rate` is infinite."""
        samples = math.ceil(batch / workers)
        beside = self.beside(weights, batch, workers, rate)
        return float(self.compute @ work(weights, samples)) + beside

    def gain(self, weights: int, batch: int, workers: int, rate: float) -> float:
        """How many times as fast as a local step on one core."""
        return self.local_step(weights, batch) / self.step(weights, batch, workers, rate)

    def least_batch(self, weights: int, workers: int, rate: float) -> int | None:
        """The least power of 2 of samples that is faster than a local step; None if none is."""
        powers = (2**i for i in range(LARGEST.bit_length()))
        faster = (b for b in powers if b >= workers and self.gain(weights, b, workers, rate) > 1)
        return next(faster, None)


def work(weights: int, samples: float) -> list[float]:
    return [1, weights, weights * samples]


def sending(weights: int, batch: int, workers: int, width: Width) -> list[float]:
    sent = bytes_sent(weights, batch, workers, width(weights))
    return [1, levels(workers), workers - 1, sent]


def fitted(done: Sequence[Any], width: Width) -> Model:
    """The cost model of the measurements. Workers that share a core say nothing about computing."""
    cluster = [m for m in done if m.workers]
    alone = [m for m in cluster if m.workers <= 2]
    local = [m for m in done if not m.workers and m.cores == 1]
    return Model(
        fit(
            [work(m.weights, m.batch / m.workers) for m in alone],
            [m.compute + m.wait for m in alone],
        ),
        fit(
            [sending(m.weights, m.batch, m.workers, width) for m in cluster],
            [m.transfer for m in cluster],
        ),
        fit([[1, m.weights] for m in cluster], [m.client for m in cluster]),
        fit([work(m.weights, m.batch) for m in local], [m.total for m in local]),
        width,
    )


def errors(model: Model, done: Sequence[Any]) -> list[float]:
    """How far the model is from each step on workers that have a core each: 0.1 is 10 % above."""
    return [model.step(m.weights, m.batch, m.workers) / m.total - 1 for m in done]


def left_out(done: Sequence[Any], width: Width) -> list[float]:
    """The same, each size of model predicted from the others."""
    found = []
    for weights in sorted({m.weights for m in done}):
        model = fitted([m for m in done if m.weights != weights], width)
        found += errors(model, [m for m in checked(done) if m.weights == weights])
    return found


def checked(done: Sequence[Any]) -> list[Any]:
    """The measured steps that the model is compared with."""
    return sorted((m for m in done if 1 <= m.workers <= 2), key=lambda m: m.weights)


def report(done: Sequence[Any], width: Width) -> None:
    """Print the model, how far it is off, and what it predicts."""
    model = fitted(done, width)
    print("\nThe model: milliseconds, and nanoseconds for each weight, sample or byte")
    for name in ("compute", "transfer", "client", "local"):
        first, *others = getattr(model, name)
        told = [
            f"{factor * 1e3:.3f} ms" if factor > 1e-6 else f"{factor * 1e9:.4f} ns"
            for factor in others
        ]
        print(f"  {name:9}", f"{first * 1e3:.3f} ms", *told)
    seen, found, unseen = checked(done), errors(model, checked(done)), left_out(done, width)
    print("\nIts check: per cent above (+) or below (-) what was measured on this machine")
    rows = [
        [f"{m.weights:,}", f"{m.batch:,}", str(m.workers), f"{m.total * 1e3:,.2f}",
         f"{(1 + error) * m.total * 1e3:,.2f}", f"{error:+.0%}", f"{other:+.0%}"]
        for m, error, other in zip(seen, found, unseen)
    ]  # fmt: skip
    titles = ("weights", "batch", "workers", "ms", "model", "error", "size left out")
    print(*lines(titles, rows), sep="\n")
    for name, of in (("fitted", found), ("size left out", unseen)):
        sizes = [abs(error) for error in of]
        print(f"{name}: {statistics.median(sizes):.0%} in the median, {max(sizes):.0%} at most")
    predict(model, sorted({m.weights for m in done}))


def predict(model: Model, sizes: Sequence[int]) -> None:
    """Print the gains in each network, and from where on there is one."""
    for network, rate in NETWORKS.items():
        print(f"\n{network}: how many times as fast as a local fit on one core")
        rows = [
            [f"{w:,}", f"{b:,}", *(f"{model.gain(w, b, n, rate):.2f}" for n in MACHINES)]
            for w in sizes
            for b in BATCHES
        ]
        print(*lines(("weights", "batch", *map(str, MACHINES)), rows), sep="\n")
        print(f"\n{network}: the least batch that gains, and that batch's local step in ms")
        rows = [[f"{w:,}", *(least(model, w, n, rate) for n in MACHINES)] for w in sizes]
        print(*lines(("weights", *map(str, MACHINES)), rows), sep="\n")


def least(model: Model, weights: int, workers: int, rate: float) -> str:
    batch = model.least_batch(weights, workers, rate)
    if batch is None:
        return "none"
    return f"{batch:,} ({model.local_step(weights, batch) * 1e3:,.0f})"
