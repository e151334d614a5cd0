"""Training: from data and a compiled model to steps, epochs and numbers."""

from funclab.training.compiled import compile
from funclab.training.evaluating import (
    evaluate,
    predict,
    predict_on_batch,
    test_on_batch,
    train_on_batch,
)
from funclab.training.loop import fit, fit_async

__all__ = [
    "compile",
    "evaluate",
    "fit",
    "fit_async",
    "predict",
    "predict_on_batch",
    "test_on_batch",
    "train_on_batch",
]
