"""Callbacks that write files."""

from __future__ import annotations

import csv
import io
from typing import Any

from funclab.callbacks.base import Callback, Logs, Named, with_fields
from funclab.callbacks.control import Monitor
from funclab.errors import suggest
from funclab.files import append_text, as_path, write_text
from funclab.registry.parameters import wrong_value


class CSVLogger(Callback):
    """Writes a line of losses and metrics for every epoch."""

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        if not isinstance(separator, str) or len(separator) != 1:
            raise wrong_value("CSVLogger", "separator", separator, "one character", '","')
        self.filename, self.separator, self.append = as_path(filename), separator, append
        self.keys: list[str] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.keys = None
        if self.append and self.filename.exists() and self.filename.stat().st_size:
            with self.filename.open(newline="", encoding="utf-8", errors="replace") as file:
                self.keys = next(csv.reader(file, delimiter=self.separator))[1:]
        else:
            write_text(self.filename, "")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs, lines = logs or {}, io.StringIO()
        writer = csv.writer(lines, delimiter=self.separator)
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in logs):  # a later epoch may have them
                self.keys += [f"val_{key}" for key in self.keys]
            writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(logs.get(key, "NA") for key in self.keys)])
        append_text(self.filename, lines.getvalue())


class Batches:
    """Counts batches, over epochs, until there are `save_freq` of them; never for "epoch"."""

    def __init__(self, owner: str, save_freq: Any) -> None:
        if save_freq != "epoch" and not (suggest.is_whole(save_freq) and save_freq > 0):
            wanted = '"epoch" or a number of batches'
            raise wrong_value(owner, "save_freq", save_freq, wanted, '"epoch"')
        self.save_freq: Any = save_freq
        self.count, self.last = 0, -1

    def are_enough(self, batch: int) -> bool:
        """Whether it is time to save; the batch number shows how many batches were not counted."""
        if self.save_freq == "epoch":
            return False
        self.count += batch + 1 if batch <= self.last else batch - self.last
        self.last = batch
        if self.count < self.save_freq:
            return False
        self.count = 0
        return True


@with_fields
class ModelCheckpoint(Monitor):
    """Saves the model, or its weights, after every epoch or after the best one.

    `filepath` may contain `{epoch}` and names of logs: "model-{epoch:02d}-{val_loss:.2f}.keras".
    """

    backed_up = ("best",)

    filepath: Any
    monitor: str = "val_loss"
    verbose: Any = 0
    save_best_only: bool = False
    save_weights_only: bool = False
    mode: str = "auto"
    save_freq: Any = "epoch"
    initial_value_threshold: float | None = None

    def __post_init__(self) -> None:
        super().__init__(self.monitor, self.mode, 0.0)
        self.batches, self.epoch = Batches("ModelCheckpoint", self.save_freq), 0
        self.filepath, self.best = str(self.filepath), self.initial_value_threshold

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.batches.are_enough(batch):
            self._save(self.epoch, {"batch": batch + 1, **(logs or {})})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, logs or {})

    def _save(self, epoch: int, logs: Logs) -> None:
        if self.save_best_only:
            value = self.value(logs)
            if value is None or not self.better(value, self.best):
                return
            self.best = value
        path = self._path(Named({"epoch": epoch + 1, **logs}))
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: saving model to {path}")
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)

    def _path(self, values: dict[str, Any]) -> str:
        try:
            return self.filepath.format_map(values)
        except (KeyError, IndexError, ValueError):
            known = f"a name that holds {', '.join(values)}"
            raise wrong_value(
                "ModelCheckpoint", "filepath", self.filepath, known, '"{epoch}.keras"'
            ) from None
