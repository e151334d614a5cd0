"""Lesson 9: which word looks at which?"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from funclab import layers, optimizers
from funclab.datasets import headlines
from funclab.errors import ShapeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional, Model
from funclab.teach.attempt import Attempt, flat, tensors_of
from funclab.teach.graphs import (
    accuracy, activation_of, calls_before, calls_of, fresh_copy, reads, source_inputs,
    trained_copy, with_weights,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, calls_made, judge, judge_model, known, lights, missing_input, numpy_was_given,
    unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told
from funclab.teach.reading import add_to_zeros, headlines_for, order_matters, where_words_end
from funclab.teach.records.answers import plain_answer

ASKED, TOLD, LOOKS = 4, 9, (None, 4, 9)
HEADLINE, MIXED, TWELVE = (None, 9), (None, 9, 16), (None, 12)
STRONG, SCALES = 4.0, (1, 2, 4)
"""Factors for initial weights with which attention distinguishes words from the start."""
SOME, ENOUGH = 0.01, 0.95
LOOKING = (layers.Attention, layers.MultiHeadAttention, layers.GroupQueryAttention)


# 9A
@judge("9A", lit=lambda attempt: (calls_made(attempt, layers.Dense) or calls_made(attempt))[:2])
def a_question_looks_at_a_headline(attempt: Attempt) -> Mistake | None:
    """For each of four words, nine weights that sum to 1, from both inputs."""
    model = attempt.model
    if model is None:
        return stopped(attempt, "input_missing")
    end = model.outputs[0].node
    shape, read = model.outputs[0].shape, source_inputs(model.outputs[0])
    values: dict[str, Any] = {"layer": end, "shape": shape, "source": read[0].node}
    at = {end: str(shape)}
    if shape == (None, TOLD, ASKED):
        return Mistake("turned", at, **values)
    if shape in {(None, n, n) for n in (ASKED, TOLD)}:
        return Mistake("looks_at_itself", at, **values)
    if shape != LOOKS or {tensor.shape[1] for tensor in read} != {ASKED, TOLD}:
        return unforeseen(at, **values)
    random = np.random.default_rng(0)
    x = [random.normal(size=(5, *tensor.shape[1:])) for tensor in model.inputs]
    weights = np.asarray(fresh_copy(model)([part.astype("float32") for part in x]))
    if np.allclose(weights.sum(2), 1, atol=1e-4) and weights.min() >= 0:
        return None
    if np.allclose(weights.sum(1), 1, atol=1e-4):
        return Mistake("columns", {end: "columns sum to 1"}, **values)
    total = f"{weights[0, 0].sum():.2f}"
    return Mistake("no_softmax", {end: f"a row: {total}"}, total=total, **values)


# 9B
@judge_model("9B", lit=lambda attempt: [known(attempt, name).node for name in ("weights", "value")])
def values_mixed_by_weights(attempt: Attempt, model: Functional) -> Mistake | None:
    """For each word, the sum of all values, each times the weight of its column in this row."""
    output = model.outputs[0]
    end, weights, value = output.node, known(attempt, "weights"), known(attempt, "value")
    at, says = {end: str(output.shape)}, {"layer": end, "shape": output.shape}
    if output.shape == (None, MIXED[-1]):
        return Mistake("one_row", at, **says)
    if output.shape != MIXED:
        return unforeseen(at, **says)
    [scores] = weights.node.arguments.tensors[:1]
    shares, values, bare, made = numbers_of(model, [weights, value, scores, output], STRONG)
    if np.allclose(made, shares @ values, atol=1e-4):
        return None
    if np.allclose(made, np.swapaxes(shares, 1, 2) @ values, atol=1e-4):
        return Mistake("columns", {end: "sums over rows of the weights"}, **says)
    if np.allclose(made, bare @ values, rtol=1e-3, atol=1e-4):
        return Mistake("no_softmax", {scores.node: "no softmax"}, scores=scores, **says)
    return unforeseen(at, **says)


@without_model("9B")
def not_mixed(attempt: Attempt) -> Mistake:
    """Axes of different lengths, or of the batch; a function of NumPy."""
    error: Any = attempt.error
    if not isinstance(error, ShapeError) or len(error.tensors) < 2:
        return stopped(attempt)
    a, b = error.tensors[:2]
    axes = getattr(error.graph, "axes", None)
    i, j = (axes, axes) if isinstance(axes, int) else axes or (None, None)
    at = {tensor.node: str(tensor.shape) for tensor in (a, b)}
    if i is None or j is None:
        return unforeseen()
    if 0 in (i, j):
        return Mistake("batch_counted", at, layer=error.graph, axes=(i, j))
    n, m = a.shape[i], b.shape[j]
    return Mistake("lengths_differ", at, layer=error.graph, n=n, m=m, a=a.shape, b=b.shape)


# 9C
@judge_model("9C")
def zeros_do_not_count(attempt: Attempt, model: Functional) -> Mistake | None:
    """One output for a headline, from its words and their order, whatever the padding is."""
    output = model.outputs[0]
    end = output.node
    if len(output.shape) == 3:
        return one_answer_each(model)
    if len(model.inputs) > 1 or output.shape != TWELVE:
        return unforeseen({end: str(output.shape)}, model=model, shape=output.shape)
    copy, x = fresh_copy(model), headlines_for(model)
    said = np.asarray(copy(x))
    add_to_zeros(copy)
    if not np.allclose(copy(x), said, atol=1e-6):
        return zeros_seen(model)
    if not order_matters(model, SCALES):
        return Mistake("no_order", {where_words_end(model): "all alike"}, layer=end)
    return None


def one_answer_each(model: Functional) -> Mistake:
    """The axis of words is still there, or a mask made for scores adds another axis."""
    for node in calls_of(model):
        if isinstance(node.operation, layers.GlobalAveragePooling1D):
            shape, masks = node.output_tensors[0].shape, node.arguments.tensors[1:]
            if len(shape) == 3 and masks:
                at, mask = {node: str(shape)}, masks[0].shape
                return Mistake("mask_of_the_mean", at, layer=node, mask=mask, shape=shape)
    end, shape = model.outputs[0].node, model.outputs[0].shape
    return Mistake("one_answer_each", {end: str(shape)}, layer=end, shape=shape)


def zeros_seen(model: Functional) -> Mistake:
    """Where zeros still count: in the weights of words, or where rows are reduced to one."""
    average, looks = where_words_end(model), [*filter(is_softmax, calls_of(model))]
    if not looks:
        shape = model.outputs[0].shape
        return unforeseen({average: "counts all rows"}, model=model, shape=shape)
    for node in looks:
        [shares] = numbers_of(model, node.output_tensors[:1])
        first = shares[0]  # three words and six zeros
        share = float(first[:3, 3:].sum(-1).max())
        if share < SOME:
            continue
        later = [call for call in calls_of(model) if node in reads(call)]
        if first[3:].sum() < SOME:
            return Mistake("rows_masked", {node: "rows hidden"}, layer=node)
        if later and later[0].output_tensors[0].shape == node.output_tensors[0].shape:
            [left] = numbers_of(model, later[0].output_tensors[:1])
            total = f"{left[0, 0].sum():.2f}"
            if total == "1.00":
                continue
            return Mistake("after_softmax", {later[0]: total}, layer=later[0], total=total)
        return Mistake("padding_in_weights", {node: f"{share:.0%}"}, layer=node, share=share)
    return Mistake("padding_in_average", {average: "counts all rows"}, layer=average)


@lights("9C")
def where_zeros_count(attempt: Attempt) -> list[Node | Operation]:
    model = attempt.model or known(attempt, "model")
    return [*filter(is_softmax, calls_of(model)), where_words_end(model)]


# 9D
@judge_model("9D", lit=lambda attempt: [known(attempt, "placed").node])
def two_heads(attempt: Attempt, model: Functional) -> Mistake | None:
    """Two heads that read the same rows, each with its own layers; learns whom it happens to."""
    output = model.outputs[0]
    end = output.node
    values = {"model": model, "layer": end, "shape": output.shape}
    starts = [tensor for tensor in model.inputs if tensor.shape != HEADLINE]
    if starts or len(model.inputs) > 1:
        names = " and ".join(tensor.node.operation.name for tensor in model.inputs)
        at = {tensor.node: "starts here" for tensor in model.inputs}
        return unforeseen(at, model=model, found=f"starts at {names}, and not at `words` alone")
    if len(output.shape) == 3:
        return Mistake("one_answer_each", {end: str(output.shape)}, **values)
    if output.shape != TWELVE or activation_of(end) != "softmax":
        kind = activation_of(end)
        return Mistake("not_probabilities", {end: kind}, activation=kind, **values)
    share = told_right(model)
    heads = [x for x in calls_of(model) if is_softmax(x) or isinstance(x.operation, LOOKING)]
    if not heads:
        return unforeseen({end: f"{share:.0%}"}, model=model, found=counted("no head", share))
    if share < ENOUGH and not order_matters(model, SCALES):
        return Mistake("no_order", {end: "all alike"}, accuracy=share, **values)
    beside = count_beside(heads, known(attempt, "placed").node)
    if beside < 2 and len(heads) > 1:
        first, second = heads[:2]
        at, pair = {first: "one head", second: "another"}, {"first": first, "second": second}
        same = layers_of(first) == layers_of(second)
        apart = "in_a_row" if first in calls_before(second.output_tensors) else "other_rows"
        return Mistake("same_head" if same else apart, at, **pair)
    if beside > 1 and share >= ENOUGH:
        return None
    n = {0: "no head", 1: "one head"}.get(beside, f"{beside} heads")
    return unforeseen({end: f"{share:.0%}"}, model=model, found=counted(n, share))


def counted(heads: str, share: float) -> str:
    return f"has {heads}, and is right on {told(share)} of unseen headlines"


def count_beside(heads: list[Node], placed: Node) -> int:
    """How many heads there are side by side, each with layers of its own; both read the lesson's
    rows with places, or neither does."""
    own = [0, *(heads_in(node) for node in heads)]
    for first, second in combinations(heads, 2):
        before, behind = calls_before(first.output_tensors), calls_before(second.output_tensors)
        alike = first not in behind and (placed in before) == (placed in behind)
        if alike and layers_of(first) != layers_of(second):
            own.append(heads_in(first) + heads_in(second))
    return max(own)


def heads_in(node: Node) -> int:
    """How many heads a call has."""
    names = ("num_heads", "num_query_heads")
    return next((getattr(node.operation, x) for x in names if hasattr(node.operation, x)), 1)


def layers_of(node: Node) -> set[Operation]:
    """The layers with weights that a call depends on, including its own."""
    return {call.operation for call in with_weights(calls_before(node.output_tensors))}


def told_right(model: Functional) -> float:
    """The accuracy of a model on 500 unseen headlines, trained from a fixed seed."""
    trained, tested = (part.words for part in headlines.load_data(500))
    loss, adam = "sparse_categorical_crossentropy", optimizers.Adam(0.01)
    copy = trained_copy(model, trained, bitten(trained), loss=loss, optimizer=adam, epochs=12)
    return accuracy(copy, tested, bitten(tested))


def bitten(words: Array) -> Array:
    """To whom it happens in each headline, as the lesson numbers people and animals."""
    return np.array([headlines.ACTORS.index(headlines.story(row)[2]) for row in words])


@without_model("9D")
def not_joined(attempt: Attempt) -> Mistake:
    error: Any = attempt.error
    inside = isinstance(getattr(error, "graph", None), layers.Dot)  # of one head, not behind both
    if isinstance(error, ShapeError) and len(error.tensors) > 1 and not inside:
        a, b = error.tensors[:2]
        at = {tensor.node: str(tensor.shape) for tensor in (a, b)}
        return Mistake("cannot_join", at, join=error.graph, a=a.shape, b=b.shape)
    nodes = calls_before(tensors_of((attempt.given_to_model or ([], []))[1]))
    for first, second in combinations(nodes, 2):
        same = first.operation.name == second.operation.name
        if same and first.operation is not second.operation:
            at = {first: "one layer", second: "another"}
            return Mistake("one_name", at, layer=first)
    return stopped(attempt)


# 9E
@judge("9E", lit=lambda attempt: [where_it_looks(attempt)])
def words_needed(attempt: Attempt) -> Mistake | None:
    """For two headlines: the word looked at most, the answer without it, and without the verb."""
    given = attempt.answer
    given = plain_answer([*given.values()] if isinstance(given, dict) else given)
    node, rows = where_it_looks(attempt), known(attempt, "bites")
    at: dict[Node, str] = {node: "weights"}
    if not isinstance(given, tuple):
        return unforeseen()
    if len(given) == 1 or (len(given) == 3 and all(isinstance(x, str) for x in given)):
        return Mistake("one_headline", at, layer=node)
    pairs = [part for part in given if isinstance(part, tuple) and len(part) == 3]
    if len(pairs) != len(given) or len(pairs) != len(rows):
        return unforeseen(at, layer=node, given=str(attempt.answer))
    wrong = [one_headline(attempt, row, words) for row, words in zip(np.asarray(rows), pairs)]
    turned = [one_headline(attempt, row, words) for row, words in zip(rows, pairs[::-1])]
    if any(wrong) and not any(turned):
        return Mistake("headlines_turned", at, layer=node)
    return next((one for one in wrong if one is not None), None)


def one_headline(attempt: Attempt, row: Array, given: tuple[Any, ...]) -> Mistake | None:
    """What is wrong with the three words given for a headline."""
    model, node = known(attempt, "attention").model, where_it_looks(attempt)
    words = [headlines.WORDS[number] for number in row if number]
    received = np.asarray(Model(model.inputs, node.output_tensors[0])(row[None]))[0].mean(axis=0)
    most, verb = int(received.argmax()), words.index("bites")
    values: dict[str, Any] = {"layer": node, "headline": " ".join(words), "word": words[most]}
    at = {node: f"{received[most]:.0%} to {words[most]}"}
    whole = [answer_without(model, row, place) for place in (None, most, verb)]
    for i, (word, wanted) in enumerate(zip(given, [words[most], *whole[1:]])):
        if word == wanted:
            continue
        values["given"] = word
        if i == 0:
            share = float(received[words.index(word)]) if word in words else None
            name, values["share"] = "not_looked_at" if word in words else "", share
        elif i == 1:
            name = "answer_stays" if word == whole[0] else "guessed"
        else:
            name = "needs_the_verb"
        return Mistake(name, at, **values)
    return None


def answer_without(model: Functional, row: Array, place: int | None) -> str:
    """Whom the model names, with a 0 in place of the word at this place."""
    left = np.array(row)
    if place is not None:
        left[place] = 0
    return headlines.ACTORS[int(np.asarray(model(left[None])).argmax())]


def where_it_looks(attempt: Attempt) -> Node:
    """The call that makes the weights of the lesson's trained model."""
    return next(filter(is_softmax, calls_of(known(attempt, "attention").model)))


# Shared by several exercises.
def stopped(attempt: Attempt, missing: str = "") -> Mistake:
    """A NumPy function on the path, or a Model without an Input that its calls read."""
    used = numpy_was_given(attempt)
    if used is not None:
        return Mistake("numpy", {used.node: "the path ends here"}, layer=used.node)
    return missing_input(attempt, missing) if missing else unforeseen()


def is_softmax(node: Node) -> bool:
    """Whether a call makes weights between words: for each pair of rows, summing to 1."""
    shape = node.output_tensors[0].shape
    return activation_of(node) == "softmax" and len(shape) == 3 and shape[1] == shape[2]


def numbers_of(model: Functional, tensors: list[Tensor], scale: float = 1) -> list[Array]:
    """The values of some tensors of a model for short headlines; `scale`: a factor for weights."""
    copy: Any = fresh_copy(Model(model.inputs, tensors))
    copy.set_weights([scale * weight for weight in copy.get_weights()])
    numbers = copy(headlines_for(model))
    return [np.asarray(part) for part in flat(numbers)]
