"""The progress line as a callback."""

from __future__ import annotations

from typing import Any

from funclab.callbacks.base import Callback, Logs
from funclab.callbacks.progress import Progress


class ProgbarLogger(Callback):
    """Writes a growing line for each epoch, as `fit` does by default.

    `fit`, `evaluate` and `predict` then do not write their own.
    """

    shows_progress = True

    def __init__(self) -> None:
        super().__init__()
        self.progress = Progress(0, None)
        self.in_fit = False

    def _start(self, epoch: int | None = None) -> None:
        verbose, steps, epochs = (self.params.get(key) for key in ("verbose", "steps", "epochs"))
        self.progress = Progress(1 if verbose == "auto" else int(verbose or 0), steps, epochs)
        if epoch is not None:
            self.progress.begin(epoch)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.in_fit = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        self.in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._start(epoch)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.progress.tick(lambda: logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.progress.end(logs or {})

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if self.in_fit:  # validation is part of the epoch
            self.progress.pause()
        else:
            self._start()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not self.in_fit:
            self.progress.tick(lambda: logs or {})

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self.in_fit:
            self.progress.end(logs or {})

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self.progress.tick(dict)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self.progress.end({})
