"""Lesson 7: what if the paper slips?"""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import optimizers
from funclab.datasets import digits
from funclab.errors import ShapeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.layers import Conv2D, Dense, GlobalMaxPooling2D, MaxPooling2D
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, tensors_of
from funclab.teach.graphs import (
    accuracy, activation_of, calls_before, calls_of, calls_within, first_call, fresh_copy,
    hardest, is_concatenation, joins, kind_of, own_layers, plain, reads, softmaxes, source_inputs,
    trained_copy, weighted_calls, weights_of, with_weights,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, calls_made, in_model, judge, judge_model, known, unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told
from funclab.teach.predicting import judge_predictions
from funclab.teach.records.answers import plain_answer, same_answer, shape_and_weights

SIDE, SHEET, TEN = 12, (None, 12, 12, 1), (None, 10)
BUDGET, ENOUGH, MAY_LOSE, SLIP = 1500, 0.85, 0.01, 2


# 7A
def not_so(node: Node, given: Any) -> Mistake:
    """What is wrong with the answer for a call. Its inputs are marked, not its output."""
    shape, weights = shape_and_weights(node)
    at = dict.fromkeys(reads(node), f"{node.operation.name} reads this")
    values: dict[str, Any] = {"layer": node, "given": given}
    if not isinstance(given, tuple) or len(given) != 2 or given[0] is None:
        return unforeseen()  # the form is told
    values["given"] = given[0]
    if not same_answer(given[0], shape):
        return Mistake(other_shape(node, given[0], shape), at, **values)
    layer, read = node.operation, node.arguments.tensors[0].shape
    values |= {"given": given[1], "n": read[-1]}
    if isinstance(layer, Conv2D) and given[1] == 9 * shape[-1] + shape[-1]:
        return Mistake("one_channel_read", at, **values)
    if weights and given[1] in (weights - shape[-1], weights - shape[-1] + 1):
        return Mistake("no_bias", at, **{**values, "n": shape[-1]})
    positions = int(np.prod(shape[1:-1]))
    again = weights * positions, (weights - shape[-1]) * positions + shape[-1]
    return Mistake("counted_per_position" if weights and given[1] in again else "", at, **values)


def other_shape(node: Node, given: Any, shape: Any) -> str:
    """The name of the mistake behind a wrong shape."""
    if not isinstance(given, tuple):
        return ""
    read = node.arguments.tensors[0].shape
    if given == shape[1:]:
        return "without_batch"
    if len(shape) == 4 and given[1:] == (*read[1:3], shape[-1]):
        return "edges_kept"
    slid = (*((size or 1) - 1 for size in read[1:3]), read[-1])
    if isinstance(node.operation, MaxPooling2D) and given[1:] == slid:
        return "blocks_overlap"
    if isinstance(node.operation, GlobalMaxPooling2D) and given == (None, 1):
        return "one_for_all_channels"
    flat = isinstance(node.operation, Dense) and given == (None, shape[-1])
    return "dense_flattened" if flat else ""


judge_predictions("7A", shape_and_weights, not_so)


# 7B
@judge("7B", lit=lambda attempt: [*filter(gives_positions, calls_of(known(attempt, "windows")))])
def what_without_where(attempt: Attempt) -> Mistake | None:
    """From the sheet to the first tensor of `windows` that stays the same when a digit slides."""
    windows = known(attempt, "windows")
    if attempt.model is None:
        return no_model(attempt)
    model = attempt.model
    output = model.outputs[0]
    new = own_layers(model, windows)
    if new:
        node = next(node for node in calls_of(model) if node.operation is new[0])
        return Mistake("new_weights", {node: "new"}, layer=new[0], n=new[0].count_params())
    values = {"tensor": output, "shape": output.shape, "layer": output.node}
    start, paper = model.inputs[0], windows.inputs[0]
    if start is not paper:
        at = {start.node: "the model starts here"}
        return Mistake("other_input", at, other=start.node, input=paper.node)
    if not weighted_calls(model) or len(model.outputs) > 1 or len(output.shape) < 2:
        return unforeseen({output.node: "the end"}, model=model, **values)
    if len(output.shape) > 2:
        return Mistake("still_has_positions", {output.node: "moves along"}, **values)
    if slides(model):
        return Mistake("hidden_in_a_list", {output.node: "a list of positions"}, **values)
    before = [node for node in reads(output.node) if len(node.output_tensors[0].shape) < 3]
    if before:
        return Mistake("too_late", {output.node: "reads the tensor wanted"}, **values)
    if not same_numbers(model, Functional(paper, windows.outputs[0].node.arguments.tensors[0])):
        return unforeseen({output.node: "the end"}, model=model, **values)
    return None


def same_numbers(model: Functional, other: Functional) -> bool:
    """Whether two models give the same numbers for a sheet."""
    x = np.random.default_rng(0).random((4, *SHEET[1:]), "float32")
    first, second = (np.asarray(as_called(x)) for as_called in (plain(model), other))
    return first.shape == second.shape and np.allclose(first, second, atol=1e-5)


def slides(model: Functional) -> bool:
    """Whether a model's output changes when a dot in the middle of the sheet slides."""
    dots = np.zeros((2, *SHEET[1:]), "float32")
    dots[0, 5:7, 5:7], dots[1, 5:7, 6:8] = 1, 1
    a, b = np.asarray(fresh_copy(model)(dots))
    return not np.allclose(a, b, atol=1e-5)


def no_model(attempt: Attempt) -> Mistake:
    made = attempt.given_to_model
    first: Any = made[1][0] if made and made[1] else attempt.answer
    if isinstance(first, Operation):
        return Mistake("gave_a_layer", {first_call(first): "a layer"}, layer=first)
    starts, ends = (tensors_of(part) for part in made or ([], []))
    read = [source for tensor in ends for source in source_inputs(tensor)]
    if starts and read and read[0] is not starts[0]:
        at = {read[0].node: "read by the layers", starts[0].node: "given to Model"}
        values = {"input": read[0].node, "other": starts[0].node}
        return Mistake("other_input", at, **values)
    return unforeseen()


# 7C
@judge_model(
    "7C", lit=lambda attempt: calls_made(attempt, Conv2D)[-2:] or [known(attempt, "paper").node]
)
def residual_block(attempt: Attempt, model: Functional) -> Mistake | None:
    """A tensor and what a convolution makes from it, added at each of 12 × 12 positions."""
    sources = source_inputs(model.outputs[0])
    model, before = opened(model)
    output = model.outputs[0]
    end, shape = {output.node: str(output.shape)}, output.shape
    twice = [node for node in calls_of(model) if len(node.arguments.tensors) > 1]
    adding = [node for node in twice if "Add" in kind_of(node)]
    if twice and not adding:
        return not_summed(twice[-1])
    if not adding or sources != [known(attempt, "paper")]:
        return unforeseen(end, model="model", shape=shape)
    join = adding[-1]
    a, b = join.arguments.tensors[:2]
    if a is b:
        return Mistake("same_tensor", {join: "twice the same"}, join=join, tensor=a)
    if not has_positions(a) or not has_positions(b):
        flat = (a if not has_positions(a) else b).node
        values = {"join": join, "layer": flat, "shape": flat.output_tensors[0].shape}
        return Mistake("positions_lost", {flat: "no positions"}, **values)
    if a.shape[-1] != b.shape[-1]:
        few, many = sorted((a, b), key=lambda tensor: tensor.shape[-1] or 0)
        at = {few.node: "one channel"}
        values = {"layer": few.node, "n": many.shape[-1], "join": join}
        return Mistake("one_channel_for_all", at, **values)
    if not (a.shape[1:3] == b.shape[1:3] == shape[1:3] == (SIDE, SIDE)):
        return unforeseen(end, model="model", shape=shape)
    return not_in_a_row(join, before)


def not_summed(join: Node) -> Mistake:
    """A call that combines two tensors in another way."""
    if is_concatenation(join):
        at = {join: "end to end"}
        return Mistake("end_to_end", at, join=join, shape=join.output_tensors[0].shape)
    return Mistake("not_a_sum", {join: "not a sum"}, join=join)


def not_in_a_row(join: Node, before: list[Node]) -> Mistake | None:
    """Two tensors that are added, neither of which is a convolution of the other."""
    a, b = join.arguments.tensors[:2]
    ways = [{*before, *calls_before([tensor])} for tensor in (a, b)]
    if any(convolves(node.operation) for node in ways[0] & ways[1]):
        if any(convolves(node.operation) for node in ways[0] ^ ways[1]):
            return None
        node = max((a, b), key=lambda tensor: len(calls_before([tensor]))).node
        return Mistake("no_convolution", {node: "no window"}, layer=node, join=join)
    at = {tensor.node: "starts at the Input" for tensor in (a, b)}
    return Mistake("side_by_side", at, join=join, layer=a.node, other=b.node)


def opened(model: Functional) -> tuple[Functional, list[Node]]:
    """The model in which a chain of calls ends, and the calls before it."""
    before: list[Node] = []
    while not joins(model) and isinstance(model.outputs[0].node.operation, Functional):
        call: Any = model.outputs[0].node
        before += calls_before(call.arguments.tensors)
        model = call.operation
    return model, before


def convolves(layer: Any) -> bool:
    """Whether a layer is a convolution, or a model or wrapper with one inside."""
    return "Conv" in type(layer).__name__ or any(map(convolves, getattr(layer, "layers", ())))


@without_model("7C")
def not_added(attempt: Attempt) -> Mistake:
    error: Any = attempt.error
    if not isinstance(error, ShapeError) or len(error.tensors) < 2:
        return unforeseen()
    a, b = sorted(error.tensors[:2], key=lambda tensor: tensor.shape[1] or 0, reverse=True)
    at = {tensor.node: str(tensor.shape) for tensor in (a, b)}
    values = {"a": a.shape, "b": b.shape, "join": error.graph}
    for tensor in (a, b):
        if not has_positions(tensor):
            return Mistake("positions_lost", at, layer=tensor.node, shape=tensor.shape, **values)
    if a.shape[1:3] != b.shape[1:3]:
        return Mistake("sizes_differ", at, layer=b.node, other=a.node, **values)
    return Mistake("channels_differ", at, **values)


# 7D
@judge_model("7D", lit=in_model(lambda model: [where_positions_end(model)], "paper"))
def reads_what_slipped(attempt: Attempt, model: Functional) -> Mistake | None:
    """Ten probabilities, few weights; reads as well after a slip as in the middle."""
    output, total = model.outputs[0], model.count_params()
    start, end = model.inputs[0], output.node
    if start.shape != SHEET or len(model.inputs) > 1:
        other = model.inputs[-1].node
        return Mistake("other_input", {other: str(start.shape)}, model=model, other=other)
    if has_positions(output):
        values = {"model": model, "shape": output.shape}
        return Mistake("one_answer_a_position", {end: str(output.shape)}, **values)
    if total > BUDGET:
        node = max(weighted_calls(model), key=weights_of)
        at = {node: f"{weights_of(node):,} weights"}
        return Mistake("too_many_weights", at, model=model, n=total, layer=node)
    if output.shape != TEN or len(softmaxes(output)) != 1:
        values = {"model": model, "activation": f"{activation_of(end)} instead of softmax"}
        if output.shape != TEN:
            values["activation"] = told(output.shape)
        if len(softmaxes(output)) > 1:
            values["activation"] = "a softmax of a softmax"
        return Mistake("not_probabilities", {end: "the end"}, **values)
    return too_few_read(model, total)


def too_few_read(model: Functional, total: int) -> Mistake | None:
    """The mistake if a model trained on centred digits misreads digits further to the right."""
    middle, share = reading(model) if model.outputs[0].shape == TEN else (0.0, 0.0)
    values = {"model": model, "accuracy": share, "middle": middle}
    shown = {"shape": model.outputs[0].shape, "n": total}
    last = where_positions_end(model)
    if share >= ENOUGH:
        if middle - share <= MAY_LOSE:
            return None
        return Mistake("windows_lost", {last: f"{share:.0%}"}, layer=last, **values)
    if slides(model) and weighted_calls(model):
        weighted = with_weights(calls_within(model))
        node: Any = next((x for x in weighted if not has_positions_read(x)), last)
        before = [x for x in weighted if x in calls_before(node.arguments.tensors)]
        if before and not reads_every_position(node):
            return unforeseen({last: f"{share:.0%}"}, **values, **shown)
        name = "positions_in_a_list" if before else "reads_a_list"
        return Mistake(name, {node: "a weight for each position"}, layer=node, **values)
    return unforeseen({last: f"{share:.0%}"}, **values, **shown)


def reads_every_position(node: Node) -> bool:
    """Whether a call reads rows in which each position of a picture has numbers of its own."""
    before = [x.output_tensors[0] for x in calls_before(node.arguments.tensors)]
    pictures = [*filter(has_positions, before)]
    return bool(pictures) and node.arguments.tensors[0].shape[-1] != pictures[-1].shape[-1]


def reading(model: Functional) -> list[float]:
    """The fraction of unseen digits that a model reads in the middle, and two pixels to the right,
    once it is trained on centred digits from a fixed seed."""
    (x, y), (x_test, y_test) = digits.load_data()
    copy = trained_copy(
        model,
        sheets(x),
        y,
        loss="sparse_categorical_crossentropy",
        epochs=8,
        optimizer=optimizers.Adam(0.01),
    )
    return [accuracy(copy, sheets(x_test, right), y_test) for right in (0, SLIP)]


def sheets(images: Array, right: int = 0) -> Array:
    """Digits on sheets of 12 × 12 pixels, `right` pixels to the right of the middle."""
    papers = np.zeros((len(images), *SHEET[1:]), "float32")
    papers[:, 2:10, 2 + right : 10 + right, 0] = images / 16
    return papers


# 7G
@judge("7G", lit=lambda attempt: [weighted_calls(known(attempt, "reader"))[0]])
def back_where_it_was_learned(attempt: Attempt) -> Mistake | None:
    """The slipped digit with the largest loss, and a move after which the reader reads it."""
    given = attempt.answer
    given = plain_answer([*given.values()] if isinstance(given, dict) else given)
    if not isinstance(given, tuple) or len(given) != 3:
        return unforeseen()
    reader, truth = known(attempt, "reader"), known(attempt, "y_test")
    papers = papers_of(attempt, SLIP)
    layer, (number, *move) = weighted_calls(reader)[0], given
    at = {layer: "a weight for each position"}
    if number != hardest(reader(papers), truth):
        return other_digit(attempt, number, at)
    if not all(isinstance(step, int) for step in move):
        return unforeseen(at, given=move, layer=layer)
    paper = papers[number]
    there, back = (shifted(paper, *(way * step for step in move)) for way in (1, -1))
    said, opposite = np.argmax(reader(np.stack([there, back])), -1).tolist()
    values = {"layer": layer, "truth": int(truth[number]), "said": said}
    values |= {"right": move[0], "down": move[1]}
    whole = there.sum() >= paper.sum()
    if whole and said == truth[number]:
        return None
    if any(move) and opposite == truth[number]:
        return Mistake("other_way", at, **values)
    return Mistake("still_misread" if whole else "off_the_sheet", at, **values)


def other_digit(attempt: Attempt, number: Any, at: dict[Node, str]) -> Mistake:
    """What is wrong with the number of another digit than the one with the largest loss."""
    reader, truth = known(attempt, "reader"), known(attempt, "y_test")
    values: dict[str, Any] = {"layer": [*at][0], "number": number}
    if not isinstance(number, int) or not 0 <= number < len(truth):
        return unforeseen(at, given=number, **values)
    chances, right = np.asarray(reader(papers_of(attempt, SLIP)[[number]]))[0], int(truth[number])
    values |= {"truth": right, "loss": f"{-np.log(max(chances[right], 1e-12)):.1f}"}
    if number == hardest(reader(papers_of(attempt, 0)), truth):
        return Mistake("in_the_middle", at, **values)
    name = "right_answer" if chances.argmax() == right else "smaller_loss"
    return Mistake(name, at, **values)


def papers_of(attempt: Attempt, right: int) -> Array:
    """The lesson's unseen digits on sheets, slipped to the right."""
    return np.asarray(known(attempt, "sheet")(known(attempt, "x_test"), right=right))


def shifted(paper: Array, right: int, down: int) -> Array:
    """A sheet (rows, columns, 1), moved; what leaves it is lost."""
    room = len(paper) * 2
    right, down = (max(-room, min(room, step)) for step in (right, down))
    wide = np.pad(paper, ((room, room), (room, room), (0, 0)))
    return np.roll(wide, (down, right), (0, 1))[room:-room, room:-room]


# Shared by several exercises.
def has_positions(tensor: Tensor) -> bool:
    """Whether a tensor has several rows and columns."""
    return len(tensor.shape) == 4 and max(size or 2 for size in tensor.shape[1:3]) > 1


def has_positions_read(node: Node) -> bool:
    return any(map(has_positions, node.arguments.tensors))


def gives_positions(node: Node) -> bool:
    """Whether what a call gives has several rows and columns."""
    return has_positions(node.output_tensors[0])


def where_positions_end(model: Functional) -> Node:
    """The first call that reads rows and columns and does not return any; else the last call."""
    reading = [node for node in calls_of(model) if has_positions_read(node)]
    ends = [node for node in reading if not gives_positions(node)]
    return ends[0] if ends else model.outputs[0].node
