"""Snapshots: the weights after some of the epochs, to which the model can be restored."""

from __future__ import annotations

from typing import Any

from funclab.callbacks.base import Callback, Logs
from funclab.errors import ArgumentError
from funclab.graph.shape_math import Array
from funclab.training.compiled import check_idle, require

MOST = 20
MOST_BYTES = 64 << 20


class Snapshots(Callback):
    """Copies of all weights after some epochs: evenly spaced, and always after the last one.

    At most `most` are kept, in no more than 64 MB (but at least two): with 4 MB of weights, 16
    copies.
    """

    def __init__(self, most: int = MOST) -> None:
        super().__init__()
        self.most, self.stride = most, 1
        self.kept: dict[int, list[Array]] = {}
        self.last: int | None = None
        self.button: Any = None
        """The action with which a page restores weights; it exists as long as the weights do."""

    @property
    def epochs(self) -> list[int]:
        """The epochs, counted from 1, whose weights can be restored."""
        return [epoch + 1 for epoch in self.kept]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        size = sum(weight.array.nbytes for weight in self.model.weights)
        self.most = max(2, min(self.most, MOST_BYTES // max(size, 1)))
        self.kept, self.stride, self.last = {}, 1, None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.last is not None and self.last % self.stride:
            del self.kept[self.last]  # it was kept only as the last one
        while len(self.kept) >= self.most:
            self.stride *= 2
            self.kept = {
                epoch: kept for epoch, kept in self.kept.items() if epoch % self.stride == 0
            }
        self.kept[epoch] = [weight.numpy() for weight in self.model.weights]
        self.last = epoch

    def restore(self, epoch: int) -> int:
        """Restore the weights of an epoch (from 1), or of the last kept one before it.

        Returns that epoch. Raises: BusyError while the model is in training; ArgumentError if no
        epoch so early was kept.
        """
        known = [kept for kept in self.epochs if kept <= epoch]
        if not known:
            raise ArgumentError(
                f"No weights of epoch {epoch} or earlier have been kept.",
                why=f"there are those of the epochs {', '.join(map(str, self.epochs)) or 'none'}.",
                fix="choose one of these; fit(..., snapshots=True) keeps some while it trains.",
            )
        with require(self.model).lock:  # so that no training begins meanwhile
            check_idle(self.model, "restore")
            self.model.set_weights(self.kept[known[-1] - 1])
        return known[-1]


def wanted(snapshots: Any) -> Snapshots | None:
    """What `fit(snapshots=...)` asks for: True, False, or how many to keep."""
    if isinstance(snapshots, bool):
        return Snapshots() if snapshots else None
    if isinstance(snapshots, int) and snapshots >= 2:
        return Snapshots(snapshots)
    raise ArgumentError(
        f"`snapshots` should be True, False or a number from 2 on. Received: {snapshots!r}.",
        why="it says of how many epochs the weights are kept.",
        fix="write snapshots=True.",
    )
