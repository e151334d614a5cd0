"""Event files for TensorBoard, with losses, metrics and weights."""

from __future__ import annotations

import os
import time
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from funclab.callbacks.base import Callback, Logs, with_fields
from funclab.errors import NotSupportedError, import_for
from funclab.files import as_path
from funclab.registry.parameters import wrong_value

FILES = count()
"""Each file has a number: one that is begun in the same second must not replace another."""


@with_fields
class TensorBoard(Callback):
    """Writes event files for TensorBoard, with the package tensorboardX.

    TensorBoard itself is a separate program: `pip install tensorboard`.

    Losses, metrics and the learning rate of each epoch go to the folders `train` and `validation`
    in `log_dir`; with update_freq="batch", or a number of batches, those of batches too. With
    `histogram_freq`, histograms of the weights are written after every `histogram_freq` epochs.

    Raises: NotSupportedError for images, profiles and embeddings; MissingPackageError without
        tensorboardX, which `pip install "funclab[tensorboard]"` installs.
    """

    log_dir: Any = "logs"
    histogram_freq: int = 0
    write_graph: bool = True
    write_images: bool = False
    write_steps_per_second: bool = False
    update_freq: Any = "epoch"
    profile_batch: Any = 0
    embeddings_freq: int = 0
    embeddings_metadata: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("write_images", "profile_batch", "embeddings_freq"):
            if value := getattr(self, name):
                raise NotSupportedError(
                    f"TensorBoard({name}={value!r}) is not supported.",
                    why="funclab writes scalars, histograms and the model's graph.",
                    fix=f"leave {name} out.",
                )
        given = self.update_freq
        self.update_freq = 1 if given == "batch" else given
        whole = isinstance(self.update_freq, int) and self.update_freq > 0
        if not whole and given != "epoch":
            wanted = '"epoch", "batch" or a number of batches'
            raise wrong_value("TensorBoard", "update_freq", given, wanted, '"epoch"')
        self.log_dir = as_path(self.log_dir)
        self.package = import_for("The callback TensorBoard", "tensorboardX")
        self.writers: dict[str, Any] = {}
        self.batches = {"train": 0, "validation": 0}
        self.began = (0.0, 0)

    def _writer(self, side: str) -> Any:
        if side not in self.writers:
            folder, number = Path(self.log_dir) / side, f".{os.getpid()}.{next(FILES)}"
            self.writers[side] = self.package.SummaryWriter(str(folder), filename_suffix=number)
        return self.writers[side]

    def _scalars(self, side: str, words: str, logs: Logs, step: int) -> None:
        for name, value in logs.items():
            if getattr(value, "size", 1) == 1:
                self._writer(side).add_scalar(words.format(name), float(value), step)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.batches["train"] = 0
        if self.write_graph and getattr(self.model, "inputs", None):
            self._write_graph()

    def _write_graph(self) -> None:
        """Write the model as JSON, in the form that TensorBoard's Keras graph plugin reads."""
        proto = import_for("The callback TensorBoard", "tensorboardX.proto.summary_pb2")
        tensors = import_for("The callback TensorBoard", "tensorboardX.proto.tensor_pb2")
        plugin = {"plugin_name": "graph_keras_model", "content": b"1"}
        value = proto.Summary.Value(
            tag="keras",
            metadata=proto.SummaryMetadata(plugin_data=plugin),
            tensor=tensors.TensorProto(
                dtype="DT_STRING", string_val=[self.model.to_json().encode()]
            ),
        )
        self._writer("train").file_writer.add_summary(proto.Summary(value=[value]), 0)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.began = (time.perf_counter(), int(self.model.optimizer.iterations))

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.batches["train"] += 1
        if self.update_freq != "epoch" and self.batches["train"] % self.update_freq == 0:
            self._scalars("train", "batch_{}", logs or {}, self.batches["train"])

    def on_test_end(self, logs: Logs | None = None) -> None:
        steps = int(self.model.optimizer.iterations)
        self._scalars("validation", "evaluation_{}_vs_iterations", logs or {}, steps)
        self._writer("validation").flush()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs, optimizer = logs or {}, self.model.optimizer
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        train["learning_rate"] = float(optimizer.learning_rate)
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self.began[0]
            train["steps_per_second"] = (int(optimizer.iterations) - self.began[1]) / seconds
        self._scalars("train", "epoch_{}", train, epoch)
        held_out = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        self._scalars("validation", "epoch_{}", held_out, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for weight in self.model.weights:
                values = weight.numpy()[np.isfinite(weight.numpy())]
                if values.size:
                    self._writer("train").add_histogram(f"{weight.path}/histogram", values, epoch)
        for writer in self.writers.values():
            writer.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        for writer in self.writers.values():
            writer.close()
        self.writers = {}
