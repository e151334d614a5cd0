"""Metrics for segmentation: how well the pixels predicted as a class match those of the class."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import field
from typing import Any

import numpy as np

from funclab.errors import suggest
from funclab.graph.shape_math import Array
from funclab.layers.merge import to_rank
from funclab.losses.base import prefix
from funclab.losses.functions import as_numbers
from funclab.metrics.base import Metric
from funclab.registry.parameters import wrong_value

SMALL = 1e-7


class IoU(Metric):
    """The mean, over some classes, of the intersection over the union with the targets.

    For a class it is hits / (hits + wrong + missed), from a confusion matrix. `ignore_class` and
    invalid class indices are ignored, and so are classes that neither occur nor are predicted.
    With an integer dtype such as "int32", sample weights lose their fractions.

    >>> metric = IoU(num_classes=2, target_class_ids=[1])
    >>> round(metric([0, 1, 1, 1], [0, 0, 1, 1]), 4)
    0.6667
    """

    num_classes: int
    target_class_ids: Sequence[int]
    name: str | None = None
    dtype: str | None = None
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1

    def __post_init__(self) -> None:
        Metric.__init__(self, "int32" if self.dtype in (None, "int") else self.dtype, self.name)
        target_ids: Any = self.target_class_ids
        count = self.num_classes
        if count < 1:
            raise wrong_value(type(self).__name__, "num_classes", count, "1 or more", "2")
        ids = list(target_ids) if isinstance(target_ids, (Sequence, range)) else [-1]
        if not all(suggest.is_whole(number) and 0 <= number < count for number in ids):
            wanted = f"class ids in the range [0, {count}); another is out of range"
            raise wrong_value(type(self).__name__, "target_class_ids", target_ids, wanted, "[0, 1]")
        self.target_class_ids = ids
        cells = self.add_variable((count, count), dtype=self.dtype, name="total_confusion_matrix")
        self.total_cm = cells

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        true = self._classes(y_true, self.sparse_y_true)
        predicted = self._classes(y_pred, self.sparse_y_pred)
        if true.size != predicted.size:
            kind, wanted = type(self).__name__, f"as many classes as in y_pred, {predicted.shape}"
            raise wrong_value(kind, "y_true", true.shape, wanted, "y_true.reshape(y_pred.shape)")
        weights = np.ones(true.shape)
        if sample_weight is not None:
            own = as_numbers(sample_weight)
            if own.dtype.kind == "f" and "int" in self.total_cm.dtype:
                warnings.warn(
                    "You are passing weight as `float`, but dtype is `int`: weights lose their "
                    'fractions. Give the metric dtype="float32".',
                    stacklevel=2,
                )
            weights = weights * to_rank(prefix(own.astype(self.dtype), true), true.ndim)
        true, predicted = true.reshape(-1), predicted.reshape(-1)
        counts = self._exists(true) & self._exists(predicted)
        if self.ignore_class is not None:
            counts &= true != self.ignore_class
        pairs = true[counts].astype("int64") * self.num_classes + predicted[counts].astype("int64")
        added = np.bincount(pairs, weights.reshape(-1)[counts], self.num_classes**2)
        self.total_cm.assign_add(added.reshape(self.total_cm.shape).astype(self.dtype))

    def _classes(self, y: Any, sparse: bool) -> Array:
        y = as_numbers(y)
        return (y if sparse else y.argmax(self.axis)).astype(self.dtype)

    def _exists(self, y: Array) -> Array:
        return (y >= 0) & (y < self.num_classes)

    def result(self) -> Any:
        matrix = self.total_cm.array.astype("float64")
        hits = matrix.diagonal()
        union = (matrix.sum(0) + matrix.sum(1) - hits)[self.target_class_ids]
        occurs = union > 1e-9
        shares = hits[self.target_class_ids][occurs] / (union[occurs] + SMALL)
        return float(shares.sum() / (occurs.sum() + SMALL))


class BinaryIoU(IoU):
    """IoU of two classes: a prediction is of class 1 from `threshold` on.

    >>> round(BinaryIoU()([0, 1, 1, 1], [0.1, 0.2, 0.7, 0.9]), 4)
    0.5833
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        above = as_numbers(y_pred).astype("float32") >= np.float32(self.threshold)
        super().update_state(y_true, above, sample_weight)


class MeanIoU(IoU):
    """The mean of the intersection over the union, of all classes.

    >>> round(MeanIoU(2)([0, 1, 1, 1], [0, 0, 1, 1]), 4)
    0.5833
    """

    target_class_ids: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        self.target_class_ids = range(self.num_classes)
        super().__post_init__()


class OneHotIoU(IoU):
    """IoU of one-hot targets and, unless `sparse_y_pred`, of scores for each class.

    >>> round(OneHotIoU(2, [1])([[1, 0], [0, 1]], [[0.8, 0.2], [0.4, 0.6]]), 4)
    1.0
    """

    sparse_y_true: bool = field(init=False, default=False)
    sparse_y_pred: bool = False


class OneHotMeanIoU(MeanIoU):
    """MeanIoU of one-hot targets and, unless `sparse_y_pred`, of scores for each class.

    >>> round(OneHotMeanIoU(2)([[1, 0], [0, 1]], [[0.8, 0.2], [0.6, 0.4]]), 4)
    0.25
    """

    sparse_y_true: bool = field(init=False, default=False)
    sparse_y_pred: bool = False
