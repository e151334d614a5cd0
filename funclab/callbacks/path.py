"""The way of the weights through a training run, for `funclab.landscape`."""

from __future__ import annotations

import numpy as np

from funclab.callbacks.base import Callback, Logs
from funclab.graph.shape_math import Array
from funclab.layers.checks import positive

MOST_BYTES = 20 << 20


class WeightPath(Callback):
    """Keeps the trained weights before training and after its epochs: `history.path` is this.

    every: the number of epochs from one copy to the next; default 1. When the copies would need
        more than 20 MB, every second one is removed, and `every` doubles.

    `epochs` are the numbers of epochs gone by, `weights` the trained weights at each of them, all
    in one array. Raises: ArgumentError for an `every` below 1.
    """

    def __init__(self, every: int = 1) -> None:
        super().__init__()
        self.every = positive("every", every)
        self.epochs: list[int] = []
        self.weights: list[Array] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epochs, self.weights = [], []
        self.model.history.path = self

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if not self.epochs:
            self._keep(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if (epoch + 1 - self.epochs[0]) % self.every == 0:
            self._keep(epoch + 1)

    def _keep(self, epoch: int) -> None:
        self.epochs.append(epoch)
        parts = [weight.array.ravel() for weight in self.model.trainable_weights]
        self.weights.append(np.concatenate(parts))
        size = self.weights[0].nbytes
        if size * len(self.weights) > MOST_BYTES and len(self.weights) > 2:
            self.every *= 2
            self.epochs = self.epochs[::2]
            self.weights = self.weights[::2]
