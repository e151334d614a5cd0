"""Keras' functions of batches: what a loop of one's own may call in place of `fit`.

In Keras, `fit` calls them, too; here it does not, so a class cannot replace them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from funclab.models.model import Model
from funclab.training.compiled import require
from funclab.training.data.streams import unpacked
from funclab.training.evaluating import tested_on, trained_on

BatchFunction = Callable[[Iterator[Any]], Any]
"""A function of an iterator, which takes one batch from it."""


def make_train_function(model: Model, force: bool = False) -> BatchFunction:
    """A function that takes one batch from an iterator, trains on it and returns the logs, a dict
    from names to running results: `reset_metrics` begins them anew. `model.train_function` is it.

    force: accepted; the function follows every change of the model anyway.
    Raises: NotCompiledError.
    """
    model.train_function = _on_next(trained_on, model)
    return model.train_function


def make_test_function(model: Model, force: bool = False) -> BatchFunction:
    """A function that takes one batch from an iterator, evaluates it and returns the logs, a dict
    from names to running results: `reset_metrics` begins them anew. `model.test_function` is it.

    force: accepted; the function follows every change of the model anyway.
    Raises: NotCompiledError.
    """
    model.test_function = _on_next(tested_on, model)
    return model.test_function


def _on_next(step: Callable[..., dict[str, Any]], model: Model) -> BatchFunction:
    require(model)
    return lambda iterator: step(model, *unpacked(next(iterator)), afresh=False)


def make_predict_function(model: Model, force: bool = False) -> BatchFunction:
    """A function that takes one batch from an iterator, x or (x, ...), and returns the outputs.
    `model.predict_function` is it.

    force: accepted; the function follows every change of the model anyway.
    """
    model.predict_function = lambda data: model.predict_on_batch(unpacked(next(data))[0])
    return model.predict_function
