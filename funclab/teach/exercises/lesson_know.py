"""Lesson "know": does it really know?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from funclab.callbacks import EarlyStopping
from funclab.graph.node import Node
from funclab.graph.shape_math import Array
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt
from funclab.teach.graphs import (
    accuracy, activation_of, calls_of, first_sums, fixed_start, fresh_copy, trained_copy,
    weighted_calls,
)  # fmt: skip
from funclab.teach.judging import Mistake, judge, judge_model, known, unforeseen

HONEST = {"repeated": False, "scaled": True, "hours": False, "shuffled": True, "chosen": False}
FIRST_LATER, DAYS, HOURS = 548, 731, 24
"""The first of the days that are held back in exercise know.B, all days, and the hours of a day."""
EPOCHS, WELL, ENOUGH, HASTY = 150, 0.85, 0.86, 20
LITTLE_LEARNED, MANY = 0.75, 20
"""With a lower accuracy a model has learned little; how many of the 60 wrong labels are many."""
NARROW, WIDE = 8, 128
"""Too few units for ten digits; and as many as in the lesson's model."""
SOME = 5
"""With at least such a patience, something else ends training early."""
HOLDS_BACK = ("Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout1D")


def plain_end(attempt: Attempt) -> Node:
    """The answer of the lesson's model that learns by heart."""
    return known(attempt, "plain").outputs[0].node


# know.A
@judge("know.A", lit=lambda attempt: [plain_end(attempt)])
def which_scores_can_be_trusted(attempt: Attempt) -> Mistake | None:
    """True or False for each of five scores."""
    given = truths(attempt.answer)
    at = {plain_end(attempt): "scored"}
    if given is None:
        return unforeseen(at, given=not_five(attempt.answer))
    wrong = [name for name, honest in HONEST.items() if given[name] != honest]
    said = {True: "can be trusted", False: "cannot be trusted"}
    if not wrong:
        return None
    return Mistake(wrong[0], at, said=said[given[wrong[0]]], entry=wrong[0])


def not_five(answer: Any) -> str:
    """What is wrong with an answer that does not say True or False of five scores."""
    missing = [name for name in HONEST if isinstance(answer, Mapping) and name not in answer]
    if missing:
        return f"says nothing of {missing[0]}"
    if isinstance(answer, Mapping) and len(answer) == len(HONEST):
        name = next(name for name in HONEST if str(answer[name]).lower() not in ("true", "false"))
        return f"for “{name}” is {answer[name]!r}"
    return f"is of the kind {type(answer).__name__}"


def truths(answer: Any) -> dict[str, bool] | None:
    """What an answer says of each score: a dict, a list in order, or the names to trust."""
    named = isinstance(answer, (set, frozenset, list, tuple)) and len(answer) > 0
    if named and all(isinstance(one, str) and one in HONEST for one in answer):
        # Names alone may be those to trust or the others: told apart only if they are right.
        said = {name: name in answer for name in HONEST}
        return said if said == HONEST else None
    if isinstance(answer, Mapping):
        answer = [answer.get(name) for name in HONEST] if len(answer) == len(HONEST) else None
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, (list, tuple)) or len(answer) != len(HONEST):
        return None
    values = [{"true": True, "false": False}.get(str(one).lower(), one) for one in answer]
    if any(type(one) not in (bool, int) or one not in (0, 1) for one in values):
        return None
    return dict(zip(HONEST, map(bool, values)))


# know.B
@judge("know.B", lit=lambda attempt: [known(attempt, "forecast").outputs[0].node])
def the_past_and_the_days_to_come(attempt: Attempt) -> Mistake | None:
    """The hours of the last 183 days apart from all earlier ones."""
    at = {known(attempt, "forecast").outputs[0].node: "learns from the hours before"}
    parts = row_numbers(attempt.answer)
    if parts is None:
        return unforeseen(at, found=no_rows(attempt.answer))
    earlier, later = parts
    day = np.repeat(np.arange(DAYS), HOURS)
    wanted = day < FIRST_LATER
    sizes = f"Your parts hold {len(earlier):,} and {len(later):,} rows"
    values: dict[str, Any] = {"found": sizes}
    mine = [np.isin(np.arange(day.size), part) for part in parts]
    if any(len(set(part)) < len(part) and part.max() < DAYS for part in map(np.ravel, parts)):
        few = [n for n in (FIRST_LATER, DAYS - FIRST_LATER) if n in map(len, parts)]
        hours = {"n": few[-1]} if few else {}
        return Mistake("days_themselves", at, k=int(parts[1].max()), **hours, **values)
    in_days = {len(earlier), len(later)} & {FIRST_LATER, DAYS - FIRST_LATER}
    if in_days or max(map(np.max, parts)) < DAYS:
        held = " and ".join(f"{n:,} rows" for n in sorted(in_days, reverse=True))
        held = held or f"numbers up to {max(map(np.max, parts))}"
        return Mistake("days_not_hours", at, held=held, **values)
    both, neither = mine[0] & mine[1], ~mine[0] & ~mine[1]
    if both.any():
        return Mistake("overlap", at, n=int(both.sum()), **values)
    if day[earlier].min() > day[later].max():
        k = int(day[earlier].min())
        if (mine[1] == wanted).all():
            return Mistake("turned", at, k=k, **values)
        found = f"You train on the days from {k} on, and check the days before"
        return unforeseen(at, found=found)
    if neither.any():
        return Mistake("left_out", at, n=int(neither.sum()), **values)
    split = np.intersect1d(day[earlier], day[later])
    if len(split) > 1:
        return Mistake("at_random", at, k=int(split[0]), n=len(split), **values)
    if day[earlier].max() > day[later].min() and not len(split):
        k = int(day[later].min())
        after = day[earlier][day[earlier] > k]
        return Mistake("days_mixed", at, k=k, next=int(after.min()), **values)
    return None if (mine[0] == wanted).all() else unforeseen(at, **values)


def no_rows(answer: Any) -> str:
    """What is said of an answer that is not two lists of row numbers."""
    parts = [*answer.values()] if isinstance(answer, Mapping) else answer
    if isinstance(parts, (tuple, list)) and len(parts) == 2:
        for part in parts:
            numbers = isinstance(part, np.ndarray) and part.dtype.kind in "iu" and part.size
            if numbers and not -DAYS * HOURS <= part.min() <= part.max() < DAYS * HOURS:
                return (
                    f"Your rows go from {part.min():,} to {part.max():,}, of {DAYS * HOURS:,} hours"
                )
    return "`rows` does not hold two lists of rows, each with some"


def row_numbers(answer: Any) -> list[Array] | None:
    """Two lists of row numbers, none of them empty; a mask of all hours or a slice is one, too, and
    numbers below 0 count from the end."""
    if isinstance(answer, Mapping):
        answer = [answer.get(name) for name in ("earlier", "later")]
    if not isinstance(answer, (Sequence, np.ndarray)) or len(answer) != 2:
        return None
    parts = []
    for one in answer:
        try:
            one = range(DAYS * HOURS)[one] if isinstance(one, slice) else one
            part = np.asarray(sorted(one) if isinstance(one, set) else one)
        except (TypeError, ValueError):
            return None
        if part.dtype == bool and part.shape == (DAYS * HOURS,):
            part = np.flatnonzero(part)
        if part.ndim == 2 and len(part) == 1:  # as np.where returns it
            part = part[0]
        if part.ndim != 1 or part.dtype.kind not in "iu" or not part.size:
            return None
        if part.min() < -DAYS * HOURS or part.max() >= DAYS * HOURS:
            return None
        parts.append(np.where(part < 0, part + DAYS * HOURS, part))
    return parts


# know.C
@judge("know.C", lit=lambda attempt: [plain_end(attempt)])
def stops_in_time(attempt: Attempt) -> Mistake | None:
    """An EarlyStopping that watches digits held back, and keeps the best weights."""
    stop, end = attempt.answer, plain_end(attempt)
    if not isinstance(stop, EarlyStopping):
        kind = type(stop).__name__
        return (
            unforeseen({end: "trained"}, given=f"is of the kind {kind}") if stop else unforeseen()
        )
    monitor = str(stop.monitor)
    names = ("accuracy", "loss", "val_accuracy", "val_loss")
    values: dict[str, Any] = {"stop": "stop", "monitor": monitor, "names": ", ".join(names)}
    if monitor not in names:
        return Mistake("no_such_number", {end: f"no {monitor}"}, **values)
    if not monitor.startswith("val_"):
        return Mistake("watches_training", {end: f"watched: {monitor}"}, **values)
    if stop.mode == ("max" if monitor == "val_loss" else "min"):
        return Mistake("mode_turned", {end: f"mode {stop.mode}"}, **values)
    share, n, best = with_stop(attempt, stop)
    values |= {"n": n, "k": best, "accuracy": share}
    kept_well = share >= WELL and n < EPOCHS
    hasty = n < HASTY and stop.patience < SOME
    if hasty and not (kept_well and stop.restore_best_weights):
        return Mistake("too_hasty", {end: f"epoch {n}"}, **values)
    if not stop.restore_best_weights:
        return Mistake("keeps_last", {end: f"weights of epoch {n}"}, **values)
    if kept_well:
        return None
    given = f"ends after {n} epochs, with {share:.0%} of the digits held back right"
    if n == EPOCHS:
        late = "start_from_epoch" if stop.start_from_epoch > stop.patience else "patience"
        given = f"never stops: all {n} epochs are trained"
        values["where"] = f"{late}={getattr(stop, late)}"
    return unforeseen({end: f"epoch {n}"}, given=given.replace("%", " %"), **values)


def with_stop(attempt: Attempt, stop: EarlyStopping) -> tuple[float, int, int]:
    """A copy of the lesson's model trained with it: the share of the digits held back that are
    right, the epochs, and the best of them for what is watched."""
    x, labels, held, truth = rows(attempt)
    again = EarlyStopping(
        stop.monitor, stop.min_delta, stop.patience, 0, stop.mode, stop.baseline,
        stop.restore_best_weights, stop.start_from_epoch,
    )  # fmt: skip
    copy = fresh_copy(known(attempt, "plain"))
    with fixed_start():
        copy.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        run = copy.fit(x, labels, epochs=EPOCHS, validation_data=(held, truth), callbacks=[again],
                       verbose=0, live=False)  # fmt: skip
    curve = run.history[str(stop.monitor)]
    best = np.argmin(curve) if stop.monitor == "val_loss" else np.argmax(curve)
    return accuracy(copy, held, truth), len(curve), int(best) + 1


def rows(attempt: Attempt) -> tuple[Array, Array, Array, Array]:
    """The images and labels to train on, and the images held back with what they show."""
    x, y, train, held, labels = (
        np.asarray(known(attempt, name)) for name in ("x", "y", "train", "held", "labels")
    )
    return x[train], labels, x[held], y[held]


# know.D
@judge_model("know.D", lit=lambda attempt: first_sums(attempt.model or known(attempt, "plain")))
def does_not_learn_by_heart(attempt: Attempt, model: Functional) -> Mistake | None:
    """A model that reads 86 % of the digits held back, trained on 60 wrong labels of 300."""
    last, calls = model.outputs[0].node, weighted_calls(model)
    if drops(last):
        return Mistake("behind_softmax", {last: "behind the answer"}, layer=last)
    if model.outputs[0].shape != (None, 10) or activation_of(last) != "softmax":
        shape, activation = model.outputs[0].shape, activation_of(last)
        values = {"layer": last, "shape": shape, "activation": activation}
        return Mistake("not_ten", {last: activation}, **values)
    if [tensor.shape for tensor in model.inputs] != [(None, 64)]:
        return unforeseen({model.inputs[0].node: "read"}, model=model)
    x, labels, held, truth = rows(attempt)
    copy = trained_copy(model, x, labels, loss="sparse_categorical_crossentropy", epochs=EPOCHS)
    share = accuracy(copy, held, truth)
    heart = int((copy.predict(x[:60], verbose=0).argmax(1) == labels[:60]).sum())
    values = {"model": model, "accuracy": share, "heart": heart}
    return None if round(share, 2) >= ENOUGH else why_so_few(model, calls, values)


def why_so_few(model: Functional, calls: list[Any], values: dict[str, Any]) -> Mistake:
    """What keeps a model from reading more of the digits held back."""
    held_back = [node for node in calls_of(model) if holds_back(node)]
    fixed = [(node, node.arguments.kwargs["training"]) for node in held_back
             if drops(node) and node.arguments.kwargs.get("training") is not None]  # fmt: skip
    for node, training in fixed:
        does = "drops in answers, too" if training else "never drops anything"
        at = {node: f"training={training}"}
        return Mistake("training_fixed", at, layer=node, fixed=str(training), does=does, **values)
    end = model.outputs[0].node
    widths = {node: node.output_tensors[0].shape[-1] or 0 for node in calls[:-1]}
    narrow = [node for node, units in widths.items() if units <= NARROW]
    if held_back and values["accuracy"] < LITTLE_LEARNED and values["heart"] <= MANY:
        node = held_back[0]
        return Mistake("too_strong", {node: "holds back"}, layer=node, **values)
    if narrow and values["accuracy"] < LITTLE_LEARNED:
        n = widths[narrow[0]]
        return Mistake("too_narrow", {narrow[0]: f"{n} units"}, layer=narrow[0], n=n, **values)
    if not held_back and values["heart"] > MANY and all(n >= WIDE for n in widths.values()):
        at = dict.fromkeys(calls[:-1], "learns by heart") or {end: "learns by heart"}
        return Mistake("as_given", at, **values)
    firm = [node for node in held_back if not prices_biases_alone(node)]
    if firm and values["heart"] > MANY:
        node = firm[0]
        return Mistake("too_weak", {node: "holds back little"}, layer=node, **values)
    return unforeseen({end: "the answer"}, **values)


def holds_back(node: Node) -> bool:
    """Whether a call makes learning by heart harder: noise, or a price or a limit on weights."""
    layer: Any = node.operation
    weights = getattr(layer, "weights", [])
    limited = any(
        getattr(x, "regularizer", None) or getattr(x, "constraint", None) for x in weights
    )
    return limited or drops(node)


def drops(node: Node) -> bool:
    """Whether a call adds noise, or leaves out some of its numbers, while the model trains."""
    return type(node.operation).__name__ in HOLDS_BACK


def prices_biases_alone(node: Node) -> bool:
    """Whether what holds a call back is a price on its biases, which hardly does."""
    priced = [x for x in getattr(node.operation, "weights", []) if getattr(x, "regularizer", None)]
    return bool(priced) and all(len(weight.shape) == 1 for weight in priced)
