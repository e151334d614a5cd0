"""One batch in a step, made ready to be looked at, with everything that it changes restored."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from funclab import optimizers
from funclab.engine.memory import unchanged
from funclab.errors import warn
from funclab.graph.locks import locks_of, making
from funclab.models.meaning import learn
from funclab.models.model import Model
from funclab.models.names import names_of_outputs
from funclab.training.compiled import Compiled, require
from funclab.training.control import between_batches
from funclab.training.data.batches import prepare
from funclab.training.own_steps import overrides
from funclab.training.step import Step, predict_step, train_step

BATCH = 32
"""The most samples in the batch."""


@contextmanager
def filled_step(
    model: Model,
    x: Any,
    y: Any,
    loss: Any,
    optimizer: Any,
    training: bool | None,
    keep: bool = True,
    batch: int = BATCH,
) -> Iterator[tuple[Step, Compiled | None]]:
    """A step that holds one batch, with its settings: forward, backward and update for data and
    targets; forward alone, without settings, if there are no targets.

    With `keep` every value and gradient has memory of its own. Weights, statistics and random
    streams are restored; the optimizer is a copy, and no metric is updated with the batch. A
    training run in the background pauses meanwhile, or what it learned would be undone. Predictions
    wait, too.
    """
    if y is not None and overrides(model, "train_step"):
        warn(
            f"{model.name} has a train_step() of its own. What is shown is the built-in step: its "
            "outputs, the loss of compile(), and the optimizer."
        )
    variables = lasting_variables(model)
    with between_batches(model.compiled_state), making, ExitStack() as locks:
        for lock in locks_of(variables):
            locks.enter_context(lock)
        locks.enter_context(unchanged(variables))
        compiled = None if y is None else settings(model, loss, optimizer)
        data = prepare(model, compiled, x, y)
        learn(model, x, y)
        batches = [tensor.shape[0] for tensor in model.inputs if tensor.shape[0]]
        data = data.cut(0, batches[0] if batches else batch)
        specs = data.specs(len(data))
        if compiled is None:
            step = predict_step(model, specs, data.tree, bool(training), keep)
        else:
            weights = compiled.trainable or ()
            step = train_step(model, compiled, specs, data.tree, weights, keep)
        step.fill(data.arrays)
        yield step, compiled


def lasting_variables(model: Model) -> list[Any]:
    """All variables of a model; trained weights first, as training would allocate them."""
    return list(dict.fromkeys([*model.trainable_weights, *model.variables]))


def settings(model: Model, loss: Any, optimizer: Any) -> Compiled:
    """The given loss and optimizer, or else those that the model is compiled with."""
    own: Any = model.compiled_state if loss is not None else require(model)
    chosen = copied(optimizers.get(optimizer or getattr(own, "optimizer", "sgd")), model)
    losses = (own.loss, own.loss_weights) if loss is None else (loss, None)
    compiled = Compiled(chosen, *losses, None, None)
    compiled.assign(names_of_outputs(model))
    compiled.trainable = model.trainable_weights if own is None else own.trained(model)
    return compiled


def copied(optimizer: Any, model: Model) -> Any:
    """A copy of an optimizer that continues from its state, for the same weights."""
    weights = [*optimizer.memory.extents, *lasting_variables(model)]
    return copy.deepcopy(optimizer, {id(weight): weight for weight in weights})
