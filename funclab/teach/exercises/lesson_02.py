"""Lesson 2: where does each shape come from?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab import optimizers
from funclab.datasets import bikes
from funclab.errors import FunclabError, ShapeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.layers import Dense
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, tensors_of
from funclab.teach.graphs import (
    accuracy, calls_before, calls_of, order_counts, reads, rows_read, softmaxes, source_inputs,
    trained_copy, weights_of,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, in_model, judge, judge_model, known, lights, unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told
from funclab.teach.predicting import calls, judge_predictions
from funclab.view.draw.text import shorten
from funclab.teach.records.answers import same_answer, shape_and_weights

HOURS = 24
DAY, WITH_WEEK, ONE = (None, HOURS, 4), (None, HOURS, 11), (None, 1)
EACH_HOUR = ((None, HOURS, 1), (None, HOURS))
BUDGET, ENOUGH = 200, 0.9


# 2A
def not_so(node: Node, given: Any) -> Mistake:
    """What is wrong with the answer for a call. Its inputs are marked, not its output."""
    shape, weights = shape_and_weights(node)
    at = dict.fromkeys(reads(node), f"{node.operation.name} reads this")
    if not isinstance(given, tuple) or len(given) != 2 or given[0] is None:
        return unforeseen()  # the form is told
    if not same_answer(given[0], shape):
        return not_this_shape(node, given[0], shape, at)
    rows = int(np.prod([size for size in shape[1:-1] if size]))
    if weights and given[1] == weights * rows:
        return Mistake("counted_per_hour", at, layer=node, given=given[1])
    return unforeseen(at, layer=node, given=f"{told(given[1])} weights")


def not_this_shape(node: Node, given: Any, shape: Any, at: dict[Any, str]) -> Mistake:
    values: dict[str, Any] = {"layer": node, "given": given}
    if not isinstance(given, tuple):
        return unforeseen(at, **values)
    if given == shape[1:]:
        return Mistake("without_batch", at, **values)
    if given[1:] == shape[1:] and isinstance(given[0], int):
        return Mistake("fixed_open_size", at, **values)
    if isinstance(node.operation, Dense) and len(shape) == 3 and given == (None, shape[-1]):
        return Mistake("one_row_a_day", at, **values)
    read = [tensor.shape[1:] for tensor in node.arguments.tensors]
    if len(read) > 1 and given[1:] == tuple(map(sum, zip(*read))):
        return Mistake("added_axes", at, join=node, a=(None, *read[0]), b=(None, *read[1]))
    return unforeseen(at, **values)


judge_predictions("2A", shape_and_weights, not_so)


# 2B
@judge("2B", lit=lambda attempt: [known(attempt, "week").node])
def a_week_for_each_hour(attempt: Attempt) -> Mistake | None:
    """The four numbers of each hour, followed by the seven of the week; no weights."""
    day, week = known(attempt, "day"), known(attempt, "week")
    made = tensors_of(attempt.answer if attempt.model is None else attempt.model.outputs)
    if not made:
        return not_joined(attempt)
    full = made[0]
    if len(made) > 1:
        return unforeseen({full.node: "one of several"}, tensor="full", shape="several tensors")
    if full.shape[0] is not None:
        return closed_batch(full)
    sources = source_inputs(full)
    missing = [source for source in (day, week) if not any(one is source for one in sources)]
    if missing:
        at = {missing[0].node: "not read"}
        return Mistake("input_left_out", at, input=missing[0].node, tensor=full)
    for node in calls_before([full]):
        if weights_of(node):
            at = {node: f"{weights_of(node):,} weights"}
            return Mistake("weights_for_copies", at, layer=node, n=weights_of(node))
    try:
        if full.shape == WITH_WEEK and is_day_and_week(day, week, full):
            return None
    except FunclabError as error:
        shape = (
            f"{told(full.shape)}, but stops when it is given two days: {shorten(error.what, 60)}"
        )
        return unforeseen({full.node: "the end"}, tensor=full, shape=shape.rstrip("."))
    other = ", but with other numbers" if full.shape == WITH_WEEK else ""
    shape = f"{told(full.shape)}{other}"
    return unforeseen({full.node: "the end"}, tensor=full, shape=shape)


def is_day_and_week(day: Tensor, week: Tensor, full: Tensor) -> bool:
    """Whether the numbers that arrive are those of the day, and those of the week for each hour."""
    x, seven = np.arange(2 * HOURS * 4.0).reshape(2, HOURS, 4), np.arange(14.0).reshape(2, 7)
    wanted = np.concatenate([x, seven[:, None].repeat(HOURS, 1)], axis=-1)
    return np.allclose(Functional([day, week], full)([x, seven]), wanted)


def not_joined(attempt: Attempt) -> Mistake:
    error: Any = attempt.error
    if error is None and attempt.answer is not None:
        kind = type(attempt.answer).__name__
        return unforeseen(tensor="full", shape=f"an object of the kind {kind}")
    if not isinstance(error, ShapeError) or len(error.tensors) < 2:
        return unforeseen()
    a, b = error.tensors[:2]
    at = {tensor.node: str(tensor.shape) for tensor in (a, b)}
    for node in calls(attempt):
        if changes_batch(node):
            return Mistake("batch_is_24", at, layer=node, tensor=reads(node)[0])
    if len(a.shape) != len(b.shape):
        return Mistake("one_axis_more", at, join=error.graph, a=a.shape, b=b.shape)
    return unforeseen()


def closed_batch(full: Tensor) -> Mistake:
    """Where the number of days was fixed: at an Input, or by a call."""
    behind = calls_before([full])
    node = next(node for node in behind if node.output_tensors[0].shape[0] is not None)
    n = node.output_tensors[0].shape[0]
    if n == HOURS and not node.is_input:
        return Mistake("batch_is_24", {node: "24 days"}, layer=node, tensor=reads(node)[0])
    return Mistake("fixed_batch", {node: f"{n} in front"}, input=node, n=n)


# 2C
@judge_model("2C")
def one_answer_a_day(attempt: Attempt, model: Functional) -> Mistake | None:
    """One number for each day, made from all of its hours, which are distinguished."""
    [output, *more], [source, *_] = model.outputs, model.inputs
    end = {output.node: str(output.shape)}
    shape = f"{1 + len(more)} outputs" if more else output.shape
    other = unforeseen(end, model=model, shape=shape, n="the", input=source.node)
    if more:
        return other
    if output.shape == (None, HOURS, 1):
        return Mistake("still_per_hour", end, tensor=output, shape=output.shape)
    if len(model.inputs) > 1 or source.shape != DAY or output.shape != ONE:
        return other
    folding = [node for node in calls_of(model) if changes_batch(node)]
    if folding:
        shape = folding[0].output_tensors[0].shape
        return Mistake("folded_batch", {folding[0]: str(shape)}, layer=folding[0], shape=shape)
    if softmaxes(output):
        return softmax_of_one(output)
    rows, layer = rows_read(model), where_hours_end(model)
    other.values["n"] = len(rows)
    if len(rows) == 1:
        return Mistake("one_hour_alone", {layer: "one hour left"}, layer=layer, k=rows[0])
    if rows and not order_counts(model):
        return Mistake("averaged_hours", {layer: "all alike"}, layer=layer)
    return None if len(rows) == HOURS else other


@without_model("2C")
def hours_left_open(attempt: Attempt) -> Mistake:
    error: Any = attempt.error
    stopped: list[Any] = list(getattr(error, "tensors", ()))
    sources = [source for tensor in stopped for source in source_inputs(tensor)]
    unknown = [source for source in sources if None in source.shape[1:]]
    if not unknown:
        return unforeseen()
    at = {unknown[0].node: "how many hours?", stopped[0].node: "how many numbers?"}
    return Mistake("no_fixed_hours", at, input=unknown[0].node, layer=error.graph)


@lights("2C")
def where_24_comes_last(attempt: Attempt) -> list[Node | Operation]:
    model = attempt.model or known(attempt, "model")
    return [[node for node in model.graph.nodes if has_hours(node.output_tensors)][-1]]


# 2D
@judge_model("2D", lit=in_model(lambda model: [max(calls_of(model), key=weights_of)], "hours"))
def cheap_and_right(attempt: Attempt, model: Functional) -> Mistake | None:
    """One probability for each day, few weights, right on days of another year."""
    output, total = model.outputs[0], model.count_params()
    end, start = output.node, model.inputs[0]
    if len(model.inputs) > 1 or start.shape not in EACH_HOUR:
        other = model.inputs[-1].node
        return Mistake("other_input", {other: "not hours"}, model=model, other=other)
    if output.shape != ONE or len(model.outputs) > 1:
        n = len(model.outputs)
        made = f"with {n} outputs" if n > 1 else told(output.shape)
        return Mistake("shapes_differ", {end: str(output.shape)}, model=model, b=made)
    if softmaxes(output):
        return softmax_of_one(output)
    if total > BUDGET:
        node = max(calls_of(model), key=weights_of)
        at = {node: f"{weights_of(node):,} weights"}
        return Mistake("too_many_weights", at, model=model, n=total, layer=node)
    share = told_apart(model)
    if share >= ENOUGH:
        return None
    if order_counts(model):
        learning = sum(weight.numpy().size for weight in model.trainable_weights)
        weights = f"{total} weights, of which {learning} learn," if learning < total else ""
        values = {"model": model, "shape": output.shape, "n": weights or f"{total} weights"}
        return unforeseen({end: f"{share:.0%}"}, accuracy=share, **values)
    return hours_alike(model, share)


def hours_alike(model: Functional, share: float) -> Mistake:
    """A model for which an hour could be at any place of the day."""
    end = where_hours_end(model)
    before = [node for node in calls_before(end.arguments.tensors) if weights_of(node)]
    if not before:
        at = {end: "one number is left"}
        return Mistake("only_the_mean", at, layer=end, accuracy=share)
    at = {before[0]: "one hour at a time"}
    return Mistake("one_hour_at_a_time", at, layer=before[0], n=weights_of(before[0]))


def told_apart(model: Functional) -> float:
    """The fraction of days in 2012 on which a model trained on 2011 is right, with a fixed seed."""
    (x, y), (x_test, y_test) = bikes.load_data()
    size = (-1, *model.inputs[0].shape[1:])
    x, x_test = x.reshape(size) / 1000, x_test.reshape(size) / 1000
    adam = optimizers.Adam(0.01)
    copy = trained_copy(model, x, y, loss="binary_crossentropy", epochs=100, optimizer=adam)
    return accuracy(copy, x_test, y_test)


# Shared by several exercises.
def softmax_of_one(output: Tensor) -> Mistake:
    layer = softmaxes(output)[-1]
    return Mistake("softmax_of_one", {layer: "softmax"}, layer=layer)


def has_hours(tensors: Sequence[Tensor]) -> bool:
    return any(len(x.shape) > 2 and x.shape[1] == HOURS for x in tensors)


def where_hours_end(model: Functional) -> Node:
    """The first call that reads hours and returns none; if there is none, the last call."""
    reading = [node for node in calls_of(model) if has_hours(node.arguments.tensors)]
    ends = [node for node in reading if not has_hours(node.output_tensors)]
    return ends[0] if ends else model.outputs[0].node


def changes_batch(node: Node) -> bool:
    """Whether a call returns a different number of examples than it reads."""
    read: list[Any] = list(node.arguments.tensors)
    made = node.output_tensors[0]
    if len(read) != 1 or read[0].shape[0] is not None or None in read[0].shape[1:]:
        return False
    if made.shape[:1] == (HOURS,):
        return True
    return len(Functional(read[0], made)(np.zeros([2, *read[0].shape[1:]]))) != 2
