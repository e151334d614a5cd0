"""Lesson 8: how is order read?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab import layers, optimizers
from funclab.datasets import headlines
from funclab.errors import ShapeError, TensorTypeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt
from funclab.teach.graphs import (
    accuracy, activation_of, calls_before, calls_of, calls_within, fresh_copy, innermost, reads,
    source_inputs, trained_copy, unwrapped,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, calls_made, judge_model, known, lights, missing_input, unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told
from funclab.teach.predicting import judge_predictions
from funclab.teach.reading import (
    add_to_zeros, embeddings, headlines_for, order_matters, where_words_end,
)  # fmt: skip

HOURS, ENOUGH = 24, 0.95
ONE, TWELVE = (None, 1), (None, 12)
RECURRENT = (layers.RNN, layers.Bidirectional)


# 8A
def not_this_shape(node: Node, given: Any) -> Mistake:
    """What is wrong with the answer for a call. Its inputs are marked, not its output."""
    at = dict.fromkeys(reads(node), f"{node.operation.name} reads this")
    values: dict[str, Any] = {"layer": node, "given": given}
    shape, last_alone = node.output_tensors[0].shape, (None, node.output_tensors[0].shape[-1])
    if given == shape[1:]:
        return Mistake("without_batch", at, **values)
    if len(shape) == 3 and given == last_alone:
        is_dense = isinstance(node.operation, layers.Dense)
        return Mistake("one_row" if is_dense else "last_only", at, **values)
    if len(shape) == 3 and given == (None, None, shape[-1]):
        return Mistake("hours_left_open", at, **values)
    if isinstance(node.operation, RECURRENT) and given == (None, HOURS, shape[-1]):
        return Mistake("all_steps", at, **values)
    return unforeseen(at, **values)


def output_shape(node: Node) -> Any:
    return node.output_tensors[0].shape


judge_predictions("8A", output_shape, not_this_shape)


# 8B
@judge_model(
    "8B", lit=lambda attempt: recurrent(calls_made(attempt))[:1] or [known(attempt, "hours").node]
)
def two_in_a_row(attempt: Attempt, model: Functional) -> Mistake | None:
    """A recurrent layer that reads the states of another recurrent layer at every hour."""
    model = unwrapped(model)
    output, source = model.outputs[0], model.inputs[0]
    end = {output.node: str(output.shape)}
    other = unforeseen(end, model="model")
    stack = recurrent(calls_of(model))
    if not stack:
        return other
    if len(output.shape) == 3:
        return Mistake("one_answer_each", end, output=output.node, shape=output.shape)
    last = stack[-1]
    read = last.arguments.tensors[0]
    behind = calls_before([read])
    cells = getattr(getattr(last.operation, "cell", None), "cells", ())
    if not recurrent(behind) and len(cells) < 2:
        return one_recurrent(last, read)
    first = [*recurrent(behind), last][-2 if recurrent(behind) else -1]
    if first is not last and len(first.output_tensors[0].shape) < 3:
        between = read.node
        at = {first: "one row", between: str(read.shape)}
        return Mistake("repeated", at, layer=first, between=between, shape=read.shape)
    right = output.shape == ONE and source.shape[1:] == (HOURS, 1) == (read.shape[1], 1)
    return None if right and len(model.outputs) == 1 else other


def one_recurrent(last: Node, read: Tensor) -> Mistake:
    """A recurrent layer without another one before it."""
    between = read.node
    if between.is_input:
        return Mistake("read_directly", {last: "reads the input"}, next=last, input=between)
    return Mistake("hour_by_hour", {between: "remembers nothing"}, layer=between, next=last)


@without_model("8B")
def not_stacked(attempt: Attempt) -> Mistake:
    """Layers that could not be called, or a Model that does not start at the Input of its calls."""
    error: Any = attempt.error
    if isinstance(error, ShapeError) and error.tensors:
        node = error.tensors[0].node
        if recurrent([node]) and len(error.tensors[0].shape) < 3:
            shape = node.output_tensors[0].shape
            return Mistake(
                "last_only", {node: str(shape)}, layer=node, shape=shape, next=error.graph
            )
    made = attempt.given_to("__call__", "sequences")
    if isinstance(error, TensorTypeError) and isinstance(made, Operation):
        return Mistake("layer_given", {made: "not called"}, layer=made, next=error.graph)
    return missing_input(attempt, "other_input")


def recurrent(nodes: Sequence[Node]) -> list[Node]:
    """The calls of recurrent layers, and of models that contain some."""
    return [node for node in nodes if is_recurrent(node.operation)]


def is_recurrent(layer: Any) -> bool:
    inner = layer.layers if isinstance(layer, Functional) else []
    return isinstance(layer, RECURRENT) or any(map(is_recurrent, inner))


# 8C
@judge_model("8C")
def padding_left_out(attempt: Attempt, model: Functional) -> Mistake | None:
    """One output for a headline, from its words and their order, whatever the padding is."""
    [output, *_], [source, *_] = model.outputs, model.inputs
    if len(output.shape) == 3:
        at = {output.node: str(output.shape)}
        return Mistake("one_answer_each", at, output=output.node, shape=output.shape)
    tables = embeddings(model)
    if len(model.inputs) > 1 or output.shape != TWELVE or not tables:
        return other_shape(output)
    copy, x = fresh_copy(model), headlines_for(model)
    said = np.asarray(copy(x))
    gaps = len(tables) == 1 and recurrent(calls_within(model))
    skipped = not gaps or np.allclose(copy(with_a_gap(x)), said, atol=1e-6)
    add_to_zeros(copy)
    if not skipped or not np.allclose(copy(x), said, atol=1e-6):
        return zeros_read(model, source)
    if np.allclose(said[0], said[1], atol=1e-6):  # for the same words in another order
        layer = where_words_end(model)
        return Mistake("no_order", {layer: "all alike"}, layer=layer)
    return None


def other_shape(output: Tensor, at: dict[Any, str] | None = None) -> Mistake:
    found = f"model returns {told(output.shape)}"
    return unforeseen(at or {output.node: "the end"}, found=found)


def with_a_gap(x: list[Array]) -> list[Array]:
    """Headlines with a zero inserted after their first word, in place of one at their end."""
    return [np.insert(part, 1, 0, axis=1)[:, : part.shape[1]] for part in x]


def zeros_read(model: Functional, source: Tensor) -> Mistake:
    """The mistake if zeros are read: where the mask ends, or that there is none."""
    lost, table = where_mask_ends(model), embeddings(model)[0]
    given = [node for node in recurrent(calls_within(model)) if has_mask(node)]
    if any(map(is_masked_by_hand, given)):
        found = f"The mask that {told(given[0])} is given does not leave the zeros out"
        return unforeseen({given[0]: "a mask"}, found=found)
    if lost is None and all(node.output_masks[0] is None for node in calls_within(model)):
        return Mistake("no_mask", {table: "no mask"}, layer=table)
    if lost is None:
        return other_shape(model.outputs[0], {table: "0 counts"})
    if source.shape[1] is None:
        return Mistake("any_length", {lost: "the mask ends"}, input=source.node, layer=lost)
    tensor = lost.output_tensors[0]
    return Mistake("lost", {lost: "the mask ends"}, layer=lost, tensor=tensor)


def has_mask(node: Node) -> bool:
    """Whether a call is given a mask, with what it reads or as an argument."""
    return node.input_masks[0] is not None or node.arguments.kwargs.get("mask") is not None


def is_masked_by_hand(node: Node) -> bool:
    """Whether a mask was given to a call as an argument, or made by a layer for that."""
    before = calls_before(node.arguments.tensors)
    made = any(isinstance(call.operation, layers.Masking) for call in before)
    return made or node.arguments.kwargs.get("mask") is not None


def where_mask_ends(model: Functional) -> Node | None:
    """The first call that is given a mask and does not support masks."""
    for node in calls_within(model):
        masked = any(mask is not None for mask in node.input_masks)
        if masked and not getattr(node.operation, "supports_masking", False):
            return node
    return None


@lights("8C")
def the_end_of_the_mask(attempt: Attempt) -> list[Node | Operation]:
    model = attempt.model or known(attempt, "model")
    return [where_mask_ends(model) or embeddings(model)[0]]


# 8D
@judge_model("8D")
def words_and_hour(attempt: Attempt, model: Functional) -> Mistake | None:
    """One probability, from the words in order and from the hour; learns."""
    output = model.outputs[0]
    end = output.node
    values = {"model": model, "output": end, "shape": output.shape}
    if len(output.shape) == 3:
        return Mistake("one_answer_each", {end: str(output.shape)}, **values)
    read = [name for name in ("words", "hour") if input_like(source_inputs(output), name)]
    if len(read) < 2 and len(model.outputs) == 1:
        [missing] = {"words", "hour"} - {*read} if read else {"words"}
        values |= {"input": missing, "why": "does not reach the answer of `model`"}
        return Mistake("input_missing", {end: f"without {missing}"}, **values)
    if len(model.outputs) > 1:
        return unforeseen({end: "one of several"}, model=model)
    activation = activation_of(end)
    fixed = hasattr(innermost(end).operation, "activation") or activation in ("softmax", "relu")
    if output.shape != ONE or (fixed and activation not in ("sigmoid", "hard_sigmoid")):
        return Mistake("not_a_probability", {end: activation}, activation=activation, **values)
    share = popular_told(model)
    if share >= ENOUGH:
        return None
    if order_matters(model):
        return unforeseen({end: f"{share:.0%}"}, accuracy=share, **values)
    layer = where_words_end(model)
    return Mistake("no_order", {layer: "all alike"}, layer=layer, accuracy=share)


@without_model("8D")
def cannot_join(attempt: Attempt) -> Mistake:
    error: Any = attempt.error
    if isinstance(error, ShapeError) and len(error.tensors) > 1:
        a, b = error.tensors[:2]
        at = {tensor.node: str(tensor.shape) for tensor in (a, b)}
        return Mistake("cannot_add", at, join=error.graph, a=a.shape, b=b.shape)
    mistake = missing_input(attempt, "input_missing")
    if mistake.values:
        why = "is read on the way to the answer, but Model is not given it"
        mistake.values |= {"input": mistake.values["other"], "why": why}
    return mistake


def input_like(tensors: Sequence[Tensor], name: str) -> bool:
    """Whether an Input of words, or of the hour, is among some tensors."""
    size = {"words": (9,), "hour": (5,)}[name]
    return any(tensor.shape[1:] == size for tensor in tensors)


def popular_told(model: Functional) -> float:
    """The accuracy of a model on 500 unseen headlines, trained from a fixed seed."""
    trained, tested = headlines.load_data(1000)
    places = [1 if tensor.shape[1:] == (5,) else 0 for tensor in model.inputs]
    x, x_test = ([part[place] for place in places] for part in (trained, tested))
    copy = trained_copy(
        model, x, trained.popular, loss="binary_crossentropy", optimizer=optimizers.Adam(0.01)
    )
    return accuracy(copy, x_test, tested.popular)


@lights("8D")
def both_inputs(attempt: Attempt) -> list[Node | Operation]:
    if attempt.model is not None:
        return [tensor.node for tensor in attempt.model.inputs]
    return [known(attempt, name).node for name in ("words", "hour") if name in attempt.names]
