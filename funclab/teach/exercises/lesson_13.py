"""Lesson 13: what does a step cost?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab.graph.node import Node
from funclab.graph.shape_math import known as whole
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt
from funclab.teach.exercises.lesson_07 import reading
from funclab.teach.graphs import (
    activation_of, calls_before, calls_of, kind_of, multiplications, weights_of,
)  # fmt: skip
from funclab.teach.judging import Mistake, judge, judge_model, known, lights, stopped, unforeseen
from funclab.teach.advice.naming import told
from funclab.teach.predicting import judge_predictions

BATCH, BEFORE = 32, 73_728
"""The batch of the lesson, and the multiplications of `again` for one sheet."""
WEIGHTS, AT_MOST, READ = 1418, 20_000, 0.8
"""13C: the weights before, multiplications for a sheet, and the accuracy after training."""
MANY, FEW = 100_000, 2_000
"""13D: the least weights, and the most multiplications."""


# 13A
def not_so_many(node: Node, given: Any) -> Mistake:
    """What is wrong with the answer for a call."""
    layer: Any = node.operation
    wanted, weights = multiplications(node), layer.count_params()
    at, values = {node: str(node.output_shapes[0])}, {"layer": node, "given": given}
    if not weights:
        return Mistake("without_weights", at, **values)
    kernel, biases = (math.prod(weight.shape) for weight in layer.weights)
    positions = wanted // kernel
    rows, columns, channels = whole(node.input_shapes[0][1:])
    if given in (kernel, weights):
        return Mistake("weights", at, apart=apart(given == kernel), **values)
    if given == rows * columns * kernel:
        return Mistake("edges_kept", at, **values)
    if given == wanted / channels:
        return Mistake("one_channel", at, **values)
    if given == wanted * BATCH:
        return Mistake("whole_batch", at, **values)
    if given in (wanted + biases, positions * weights):
        return Mistake("biases", at, **values)
    return unforeseen(at, **values)


judge_predictions("13A", multiplications, not_so_many)


# 13B
@judge("13B")
def count_of_a_convolution(attempt: Attempt) -> Mistake | None:
    """Positions times weights, for images and windows of any size."""
    count, node = attempt.answer, the_dearest(known(attempt, "windows"))
    values: dict[str, Any] = {"layer": node}
    if not callable(count):
        found = f"`count` is of the kind {type(count).__name__}, not a function"
        return unforeseen({node: "to be counted"}, found=found, **values)
    try:
        given = as_number(count(10, 10, 8, 16, 3))
        other = as_number(count(9, 7, 3, 2, 5))
    except Exception as error:  # a student's function can do anything
        found = stopped("`count`", error)
        return unforeseen({node: "to be counted"}, found=found, **values)
    if given is None or other is None:
        found = "`count` does not return a number"
        return unforeseen({node: "to be counted"}, found=found, **values)
    if given == BEFORE:
        wanted = 5 * 3 * 25 * 3 * 2
        at = {node: f"{BEFORE:,}"}
        if other == wanted:
            return None
        return Mistake("rows_only", at, given=f"{other:,}", wanted=f"{wanted:,}", **values)
    values["given"] = f"{given:,}"
    wrong = {
        "weights": (1152, 1168),
        "edges_kept": (100 * 1152, 100 * 1168),
        "one_short": (49 * 1152,),
        "one_channel": (BEFORE / 8,),
        "window_flat": (BEFORE / 3,),
        "biases": (BEFORE + 16, 64 * 1168),
    }
    name = next((name for name, numbers in wrong.items() if given in numbers), "")
    values["apart"] = apart(given == 1152)
    found = f"For {node.operation.name}, `count` returns {given:,}"
    return Mistake(name, {node: f"{BEFORE:,}"}, found=found, **values)


def apart(without: bool) -> str:
    """What to say behind a number of weights that leaves out the biases."""
    return " without biases" if without else ""


def as_number(value: Any) -> int | float | None:
    """A Python number; None for anything else."""
    if isinstance(value, (int, float, np.number)) and math.isfinite(value):
        return int(value) if value == int(value) else float(value)
    return None


# 13C
@judge_model("13C")
def a_frugal_reader(attempt: Attempt, model: Functional) -> Mistake | None:
    """A reader with windows that needs few multiplications, and still learns to read."""
    dearest, end = the_dearest(model), model.outputs[0].node
    total, most = total_of(model), multiplications(dearest)
    at = {dearest: f"{most:,}"}
    values: dict[str, Any] = {"layer": dearest, "model": model, "total": total, "most": most}
    [first, *_] = model.inputs
    if len(model.inputs) > 1 or first.shape != (None, 12, 12, 1):
        return Mistake("other_sheet", {first.node: str(first.shape)}, input=first.node, **values)
    if model.outputs[0].shape != (None, 10) and activation_of(end) == "softmax":
        found = f"returns {told(model.outputs[0].shape)}"
        return unforeseen({end: found}, model=model, found=found)
    if model.outputs[0].shape != (None, 10) or activation_of(end) != "softmax":
        return Mistake("no_softmax", {end: "ten probabilities"}, **{**values, "layer": end})
    windows = [node for node in calls_of(model) if has_window(node)]
    if not windows:
        return Mistake("no_window", {dearest: "a list of pixels"}, **values)
    if total > AT_MOST:
        return too_dear(model, windows, at, values)
    share, _ = reading(model)
    if share >= READ:
        return None
    values |= {"layer": windows[0], "shape": windows[0].arguments.tensors[0].shape}
    return Mistake("misreads", {windows[0]: "reads this"}, **values, share=share)


def too_dear(
    model: Functional, windows: list[Node], at: dict[Node, str], values: dict[str, Any]
) -> Mistake:
    """Why a reader needs too many multiplications."""
    node: Node = values["layer"]
    after = [call for call in calls_of(model) if is_halving(call)]
    late = [call for call in after if windows[-1] in calls_before([call.output_tensors[0]])]
    if late and values["most"] >= BEFORE:
        return Mistake("pooled_late", at, pool=late[0], **values)
    weights = model.count_params()
    if weights < WEIGHTS and has_window(node):
        positions = math.prod(whole(node.output_shapes[0][1:-1]))
        return Mistake("fewer_weights", at, weights=weights, positions=positions, **values)
    found = f"needs {values['total']:,} multiplications for a sheet"
    found += f", {values['most']:,} of them in {told(node)}"
    return unforeseen(at, found=found, **values)


def has_window(node: Node) -> bool:
    """Whether a call is that of a convolution of any kind."""
    return "Conv" in type(node.operation).__name__


def is_halving(node: Node) -> bool:
    """Whether a call pools, but not everything at once."""
    name = type(node.operation).__name__
    return "Pooling" in name and not name.startswith("Global")


# 13D
@judge_model("13D")
def many_weights_that_cost_little(attempt: Attempt, model: Functional) -> Mistake | None:
    """A model with many weights, of which an example needs only a few."""
    weights, total, node = model.count_params(), total_of(model), the_dearest(model)
    values: dict[str, Any] = {"model": model, "layer": node, "weights": weights, "total": total}
    if weights < MANY:
        largest = max(calls_of(model), key=weights_of)
        at = {largest: f"{weights_of(largest):,} weights"}
        return Mistake("few_weights", at, **{**values, "layer": largest})
    for call in calls_of(model):  # each of their weights is multiplied once, outside of products
        name, used = type(call.operation).__name__, weights_of(call)
        if ("Normalization" in name or "PReLU" in name) and used > FEW:
            factors = int(call.operation.weights[0].numpy().size)  # type: ignore[attr-defined]
            at, values["layer"], values["total"] = {call: f"{factors:,}"}, call, factors
            return Mistake("dense", at, **values)
    if total <= FEW:
        return None
    at = {node: f"{multiplications(node):,}"}
    return Mistake(why_dear(node), at, **values)


def why_dear(node: Node) -> str:
    """Why a call needs so many multiplications."""
    layer: Any = node.operation
    if has_window(node):
        return "window"
    if not layer.is_layer or not layer.weights:
        return ""
    if len(node.input_shapes[0]) > 2:
        return "per_step"
    before = {kind_of(call) for call in calls_before(node.arguments.tensors)}
    if {"CategoryEncoding", "OneHot"} & before:
        return "one_hot"
    return "flattened" if "Embedding" in before else "dense"


# Shared by several exercises.
def total_of(model: Functional) -> int:
    return sum(map(multiplications, calls_of(model)))


def the_dearest(model: Functional) -> Node:
    """The call with the most multiplications."""
    return max(calls_of(model), key=multiplications)


lights("13B", "13C", "13D")(
    lambda attempt: [the_dearest(attempt.model or known(attempt, "windows"))]
)
