"""One batch made ready to go through a model in slow motion, on copies of all that would change."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from funclab import optimizers
from funclab.engine.plan import Plan
from funclab.engine.trace import unchanged
from funclab.graph.tape import Tape
from funclab.training.compiled import Compiled, require
from funclab.training.control import between_batches
from funclab.training.data import prepare
from funclab.training.matching import names_of_outputs
from funclab.training.step import Specs, Step, train_step

BATCH = 32
"""As many samples go through, of those that are given."""


@dataclass
class Rehearsal:
    """A plan filled with one batch, whose every value and gradient has memory of its own."""

    step: Step
    optimizer: Any = None
    """What moves the weights; None when nothing does."""

    @property
    def plan(self) -> Plan:
        return self.step.plan


@contextmanager
def rehearsal(
    model: Any, x: Any, y: Any, loss: Any, optimizer: Any, training: bool | None
) -> Iterator[Rehearsal]:
    """Forward, backward and update for data and targets; forward alone without targets.

    Weights, statistics and random streams are given back as they were; the optimizer at work is a
    copy, and no metric hears of it. A training in the background rests meanwhile: what it learned
    would be taken back.
    """
    with between_batches(model.compiled_state), unchanged(variables_of(model)):
        compiled = None if y is None else settings(model, loss, optimizer)
        data = prepare(model, compiled, x, y)
        data = data.cut(0, next((one.shape[0] for one in model.inputs if one.shape[0]), BATCH))
        specs = data.specs(len(data))
        if compiled is None:
            made = Rehearsal(forward_step(model, specs, data.tree, bool(training)))
        else:
            step = train_step(
                model, compiled, specs, data.tree, compiled.trainable or (), keep=True
            )
            moved = optimizer is not None or model.optimizer is not None
            made = Rehearsal(step, compiled.optimizer if moved else None)
        made.step.fill(data.arrays)
        yield made


def variables_of(model: Any) -> list[Any]:
    """All that lasts in a model; trained weights first, as training would allocate them."""
    return list(dict.fromkeys([*model.trainable_weights, *model.variables]))


def settings(model: Any, loss: Any, optimizer: Any) -> Compiled:
    """How the model is judged and trained: as it is compiled, unless told otherwise."""
    own: Compiled | None = model.compiled_state if loss is not None else require(model)
    given = optimizer or (own.optimizer if own is not None else "sgd")
    moves = copied(optimizers.get(given), model)
    if loss is None and own is not None:
        made = Compiled(moves, own.loss, own.loss_weights, None, None)
    else:
        made = Compiled(moves, loss, None, None, None)
    made.assign(names_of_outputs(model))
    made.trainable = own.trainable if own is not None else None
    if made.trainable is None:
        made.trainable = model.trainable_weights
    return made


def copied(optimizer: Any, model: Any) -> Any:
    """An optimizer that goes on from where this one is, and remembers the same weights."""
    shared = {id(one): one for one in [*optimizer.memory.places, *variables_of(model)]}
    return copy.deepcopy(optimizer, shared)


def forward_step(model: Any, specs: Specs, tree: Any, training: bool) -> Step:
    """Outputs only, with training on or off."""
    step = Step(specs)
    with Tape(training=training) as tape:
        step.forward(model, tree)
    step.plan = Plan(step.outputs, wrt=(), updates=tape.updates, keep=True)
    return step
