"""One batch copied into a plan, ready for slow motion; all that would change is given back."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from funclab import optimizers
from funclab.engine.trace import unchanged
from funclab.graph.locks import locks_of, making
from funclab.training.compiled import Compiled, require
from funclab.training.control import between_batches
from funclab.training.data import prepare
from funclab.training.matching import names_of_outputs
from funclab.training.step import Step, predict_step, train_step

BATCH = 32
"""The number of samples that go through, at most."""


@contextmanager
def filled_step(
    model: Any, x: Any, y: Any, loss: Any, optimizer: Any, training: bool | None
) -> Iterator[tuple[Step, Compiled | None]]:
    """A step that holds one batch, with its settings: forward, backward and update for data and
    targets; forward alone, without settings, when there are no targets.

    Every value and gradient has memory of its own. Weights, statistics and random streams are given
    back as they were; the optimizer is a copy, and no metric hears of the batch. A training run in
    the background pauses meanwhile: what it learned would be taken back. Predictions wait, too.
    """
    variables = lasting_variables(model)
    with (
        between_batches(model.compiled_state),
        making,
        held(locks_of(variables)),
        unchanged(variables),
    ):
        compiled = None if y is None else settings(model, loss, optimizer)
        data = prepare(model, compiled, x, y)
        batches = [tensor.shape[0] for tensor in model.inputs if tensor.shape[0]]
        data = data.cut(0, batches[0] if batches else BATCH)
        specs = data.specs(len(data))
        if compiled is None:
            step = predict_step(model, specs, data.tree, bool(training), keep=True)
        else:
            weights = compiled.trainable or ()
            step = train_step(model, compiled, specs, data.tree, weights, keep=True)
        step.fill(data.arrays)
        yield step, compiled


@contextmanager
def held(locks: Sequence[AbstractContextManager[Any]]) -> Iterator[None]:
    """All the locks are this thread's while the block runs."""
    if locks:
        with locks[0], held(locks[1:]):
            yield
    else:
        yield


def lasting_variables(model: Any) -> list[Any]:
    """All variables of a model; trained weights first, as training would allocate them."""
    return list(dict.fromkeys([*model.trainable_weights, *model.variables]))


def settings(model: Any, loss: Any, optimizer: Any) -> Compiled:
    """Loss and optimizer as the model is compiled, unless told otherwise."""
    own: Any = model.compiled_state if loss is not None else require(model)
    chosen = copied(optimizers.get(optimizer or getattr(own, "optimizer", "sgd")), model)
    losses = (own.loss, own.loss_weights) if loss is None else (loss, None)
    compiled = Compiled(chosen, *losses, None, None)
    compiled.assign(names_of_outputs(model))
    trainable = getattr(own, "trainable", None)
    compiled.trainable = model.trainable_weights if trainable is None else trainable
    return compiled


def copied(optimizer: Any, model: Any) -> Any:
    """An optimizer that goes on from where this one is, and remembers the same weights."""
    weights = [*optimizer.memory.places, *lasting_variables(model)]
    return copy.deepcopy(optimizer, {id(weight): weight for weight in weights})
