"""Training: from data and a compiled model to steps, epochs and results."""

from funclab.training.calling import call_by_plan
from funclab.training.compiled import compile
from funclab.training.evaluating import (
    evaluate, evaluate_generator, predict, predict_generator, predict_on_batch, test_on_batch,
    train_on_batch,
)  # fmt: skip
from funclab.training.fitting import fit, fit_async, fit_generator
from funclab.training.step import compute_loss

__all__ = [
    "call_by_plan", "compile", "compute_loss", "evaluate", "evaluate_generator", "fit",
    "fit_async", "fit_generator", "predict", "predict_generator",
    "predict_on_batch", "test_on_batch", "train_on_batch",
]  # fmt: skip
