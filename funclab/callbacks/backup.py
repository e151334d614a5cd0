"""Training that continues after an interruption."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from funclab.callbacks.base import Callback, Logs, with_fields
from funclab.callbacks.files import Batches
from funclab.callbacks.position import Position
from funclab.errors import FileError, WeightsError
from funclab.files import as_path, json_lines, replacing, write_text
from funclab.registry.parameters import wrong_value


@with_fields
class BackupAndRestore(Callback):
    """Saves the state of training, so that `fit`, called again after an interruption, continues.

    A backup is made after every epoch, or after every `save_freq` batches. Called again with equal
    data and settings, `fit` then gives the numbers that it would have given without the
    interruption, to the last bit: a backup has the weights, the optimizer, metrics, random numbers,
    the order of the data, the states of stateful layers, and what EarlyStopping, ReduceLROnPlateau,
    ModelCheckpoint and SwapEMAWeights have noted, and any other callback in the attributes whose
    names are in its `backed_up`. It does not have the position of a generator, which goes on where
    it is, random numbers that are not drawn by funclab, and the History of earlier epochs. On a
    cluster, the interrupted epoch begins again.

    With `double_checkpoint` the previous state is also kept. At the end of training the folder is
    deleted, unless `delete_checkpoint=False`.

    Raises: ArgumentError for an empty `backup_dir` or a wrong `save_freq`.
    """

    comes_last = True
    """Whether other callbacks are notified first: their states belong to the backup."""

    backup_dir: Any
    save_freq: Any = "epoch"
    double_checkpoint: bool = False
    delete_checkpoint: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.backup_dir:
            wanted = "the path of a folder; an empty `backup_dir` argument was passed"
            raise wrong_value("BackupAndRestore", "backup_dir", self.backup_dir, wanted, '"backup"')
        self.backup_dir = as_path(self.backup_dir)
        self.batches = Batches("BackupAndRestore", self.save_freq)
        self.epoch = 0
        self.again = False
        """Whether the epoch that begins next was interrupted."""
        self.files = (
            self.backup_dir / "latest.weights.h5",
            self.backup_dir / "training_metadata.json",
        )

    def on_train_begin(self, logs: Logs | None = None) -> None:
        try:
            self._load()
        except (FileError, WeightsError, ValueError):
            earlier = [_earlier(path) for path in self.files]
            if not all(path.exists() for path in earlier):
                raise
            for path, backup in zip(self.files, earlier):
                _copy(backup, path)
            self._load()

    def _load(self) -> None:
        weights, metadata = self.files
        if not weights.exists():
            return
        position = Position(self.model)
        more = self.model._load_training(weights)
        if more:
            self.epoch, begun = position.restore(more)
        else:  # from an earlier version: weights and optimizer
            self.epoch, begun = _epoch_in(metadata), 0
        self.batches = Batches("BackupAndRestore", self.save_freq)
        self.batches.last = begun - 1
        self.again = begun > 0
        self.model._initial_epoch = self.params["epochs"] if position.stopped else self.epoch

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch = epoch
        if self.again:  # callbacks have begun this epoch a second time, and metrics are reset
            self._load()
            self.again = False

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.batches.are_enough(batch):
            self._save(self.epoch, batch + 1)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch + 1, 0)

    def _save(self, epoch: int, begun: int) -> None:
        weights, metadata = self.files
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        for path in self.files if self.double_checkpoint else ():
            if path.exists():
                _copy(path, _earlier(path))
        more: dict[str, np.ndarray] = Position(self.model).arrays(epoch, begun)
        self.model._save_training(weights, more)
        write_text(metadata, json.dumps({"epoch": epoch, "batch": max(begun - 1, 0)}))

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.delete_checkpoint and self.backup_dir.is_dir():
            shutil.rmtree(self.backup_dir)


def _epoch_in(metadata: Path) -> int:
    """The epoch at which to continue, as earlier versions of funclab wrote it.

    Raises: FileError if the file is missing or damaged.
    """
    try:
        facts = json_lines.parsed(json_lines.read(metadata))
    except (OSError, json_lines.Unusable):
        facts = None
    epoch = facts.get("epoch") if isinstance(facts, dict) else None
    if type(epoch) is int and epoch >= 0:
        return epoch
    raise FileError(
        f"The file {str(metadata)!r} does not say at which epoch to continue.",
        why="it is missing, damaged, or of something else.",
        fix="begin anew with an empty backup_dir.",
    )


def _earlier(path: Path) -> Path:
    return path.with_name(f"{path.name}.bkp")


def _copy(path: Path, copy: Path) -> None:
    with replacing(copy) as new:
        shutil.copyfile(path, new)
