"""Lesson 6: can a model be a layer?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from funclab.errors import ShapeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, flat
from funclab.teach.graphs import (
    activation_of, fresh_copy, plain, softmaxes, trained_copy, weighted_calls,
    with_weights,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, calls_made, cut_off, judge, judge_model, known, lights, unforeseen, without_model,
)  # fmt: skip

MISJUDGED = {
    "outer": "outer_apart",
    "eye": "eye_apart",
    "twins": "twins_apart",
    "clone": "clone_follows",
    "namesake": "namesake_follows",
}
"""The models of 6A, and what is wrong when one of them is misjudged."""
POSTCODE, FIVE_ANSWERS, TEN, ENCODED = (None, 5, 64), (None, 5, 10), (None, 10), (None, 32)


# 6A
@judge("6A")
def whose_answers_change(attempt: Attempt) -> Mistake | None:
    """Those of the models that contain a weight of the one that is trained."""
    moves = predicted(attempt.answer)
    if not isinstance(moves, dict):
        return unforeseen(given=moves)
    name = first_misjudged(attempt, moves)
    if name is None:
        return None
    model = known(attempt, name)
    node = reader_of(attempt, model)
    n = model.count_params() if moves[name] else node.operation.count_params()
    values = {"layer": node, "n": n, "trained": "reader"}
    return Mistake(MISJUDGED[name], {node: f"in {name}"}, model=name, **values)


def first_misjudged(attempt: Attempt, moves: Mapping[str, bool]) -> str | None:
    trained = weights_in(known(attempt, "reader"))
    for name in MISJUDGED:
        if moves[name] != bool(trained & weights_in(known(attempt, name))):
            return name
    return None


def predicted(answer: Any) -> dict[str, bool] | str:
    """True or False by model, from a dict, from a list in order, or from the names of those that
    change; else what is wrong with the answer."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    several = isinstance(answer, (set, frozenset, list, tuple))
    if several and answer and all(isinstance(x, str) and x in MISJUDGED for x in answer):
        right = [name for name, mistake in MISJUDGED.items() if mistake.endswith("apart")]
        if {*answer} != {*right}:  # these may be the names of those that stay
            return "only has names"
        return {name: name in right for name in MISJUDGED}
    if isinstance(answer, (list, tuple)):
        if len(answer) != len(MISJUDGED):
            return f"has {len(answer)} entries"
        answer = dict(zip(MISJUDGED, answer))
    if not isinstance(answer, Mapping):
        return f"is of type {type(answer).__name__}"
    words = {"True": True, "False": False}
    answer = {name: words.get(str(value).title(), value) for name, value in answer.items()}
    for name in MISJUDGED:
        if name not in answer:
            return f"says nothing about {name}"
        if not isinstance(answer[name], (bool, int, np.bool_)):
            return f"gives {answer[name]!r:.20} for {name}"
    return {name: bool(answer[name]) for name in MISJUDGED}


def reader_of(attempt: Attempt, model: Functional) -> Any:
    """The call in a model that reads images: the one that shares weights, else the first."""
    trained, calls = weights_in(known(attempt, "reader")), weighted_calls(model)
    return next((node for node in calls if trained & weights_in(node.operation)), calls[0])


def weights_in(layer: Any) -> set[int]:
    """The weights of a layer or model, by identity."""
    return {id(weight) for weight in layer.weights}


@lights("6A")
def where_the_weights_are(attempt: Attempt) -> list[Node | Operation]:
    moves = predicted(attempt.answer)
    name = first_misjudged(attempt, moves) if isinstance(moves, dict) else None
    return [reader_of(attempt, known(attempt, name or "outer"))]


# 6B
@judge_model("6B", lit=lambda attempt: with_weights(calls_made(attempt)))
def five_images_one_reader(attempt: Attempt, model: Functional) -> Mistake | None:
    """Ten probabilities for each of five images, by the same rule for each."""
    [output, *_], [source, *_] = model.outputs, model.inputs
    end = {output.node: str(output.shape)}
    values = {"output": output, "shape": output.shape, "model": model}
    if output.shape == TEN and source.shape == POSTCODE:
        return Mistake("one_answer", end, **values)
    if output.shape != FIVE_ANSWERS or source.shape != POSTCODE or len(model.inputs) > 1:
        return unforeseen(end, **values)
    moved, alike, sums_to_one = how_it_reads(model)
    calls = weighted_calls(model)
    if moved:
        wide = [node for node in calls if node.arguments.tensors[0].shape[-1] == 5 * 64]
        if not wide:
            return Mistake("mixed", end, **values, k=moved[0] + 1)
        n = wide[0].operation.count_params()
        return Mistake("all_at_once", {wide[0]: "reads all five"}, layer=wide[0], n=n)
    if not alike:
        first = calls[0]
        second = next(node for node in calls if node.operation is not first.operation)
        notes = {first: "one reader", second: "another"}
        return Mistake("several_readers", notes, first=first, second=second)
    return None if sums_to_one else unforeseen(end, **values)


def how_it_reads(model: Functional) -> tuple[list[int], bool, bool]:
    """Which other answers depend on the first image; whether all places are read in the same way;
    and whether the answers are probabilities."""
    copy: Any = fresh_copy(model)
    x = np.random.default_rng(0).random((4, 5, 64), "float32")
    changed = x.copy()
    changed[:, 0] = x[::-1, 0]
    before, after, turned = np.split(np.asarray(copy(np.concatenate([x, changed, x[:, ::-1]]))), 3)
    moved = [k for k in range(1, 5) if not np.allclose(after[:, k], before[:, k], atol=1e-5)]
    return moved, np.allclose(turned[:, ::-1], before, atol=1e-5), sums_to_one(before)


def sums_to_one(answers: Array) -> bool:
    return bool((answers >= 0).all() and np.allclose(answers.sum(axis=-1), 1, atol=1e-4))


@without_model("6B")
def not_made(attempt: Attempt) -> Mistake:
    """A Model, or a call of one, that could not be made."""
    error: Any = attempt.error
    cut = cut_off(attempt)
    if cut is not None and cut[-1]:
        tensor, needed, [start, *_] = cut
        notes = {needed.node: "the way back ends here", start.node: "the Input of the model"}
        values = {"tensor": tensor, "input": needed.node, "other": start.node}
        inside = needed.shape == (None, 64) and start.shape == POSTCODE
        return Mistake("inner_tensor" if inside else "other_input", notes, **values)
    wide = error.tensors[0] if isinstance(error, ShapeError) and error.tensors else None
    if wide is not None and isinstance(error.graph, Functional) and len(wide.shape) == 3:
        single = error.graph
        values = {"layer": single, "shape": single.inputs[0].shape, "other": wide.shape}
        return Mistake("called_directly", {wide.node: str(wide.shape)}, **values)
    return unforeseen()


# 6C
@judge("6C", lit=lambda attempt: [known(attempt, "reader").get_layer("code").inbound_nodes[0]])
def inner_tensor_of_page(attempt: Attempt) -> Mistake | None:
    """What `code` of `reader` makes from `page`, with the existing weights."""
    page, reader = (attempt.before or {}).get("page"), known(attempt, "reader")
    page, model = known(attempt, "page") if page is None else page, attempt.model
    if model is None:
        return no_way_to_page(attempt, page, reader)
    output, source = model.outputs[0], next((x for x in model.inputs if x is not page), page)
    end = {output.node: str(output.shape)}
    if source is not page:
        notes, name = {source.node: "the model starts here"}, source.node.operation.name
        other = f"a new {name}" if name == page.node.operation.name else name
        return Mistake("other_input", notes, other=other, input=page.node)
    stranger = not_among(weights_in(reader), model)
    if stranger is not None:
        return unknown_weights("cloned", stranger)
    if output.shape == TEN:
        return Mistake("whole_answer", end, tensor=output, shape=output.shape, layer=reader)
    if output.shape != ENCODED or len(model.outputs) > 1:
        return unforeseen(end, model=model)
    x = np.random.default_rng(0).random((4, 64), "float32")
    wanted: Any = Functional(reader.inputs, reader.get_layer("code").get_output_at(0))
    called: Any = plain(model)
    same = np.allclose(np.asarray(called(x)), np.asarray(wanted(x)), atol=1e-5)
    return None if same else unforeseen(end, model=model)


def no_way_to_page(attempt: Attempt, page: Tensor, reader: Functional) -> Mistake:
    """A Model that could not be made: from a layer, or a tensor that depends on another Input."""
    _, outputs = attempt.given_to_model or ([], [])
    idle = [value for value in flat(outputs) if isinstance(value, Operation)]
    if idle:
        notes = {idle[0].inbound_nodes[0]: "a layer, not a tensor"} if idle[0].inbound_nodes else {}
        return Mistake("layer_as_output", notes, layer=idle[0])
    cut = cut_off(attempt)
    if cut is None or not cut[-1]:
        return unforeseen()
    tensor, needed, [start, *_] = cut
    if needed is page:
        notes = {page.node: "read, but not given"}
        return Mistake("other_input", notes, other=start.node, input=page.node)
    notes = {tensor.node: "inside", needed.node: "the way back ends here"}
    values = {"tensor": tensor, "input": needed.node, "layer": reader, "other": start.node}
    return Mistake("inner_tensor", notes, **values)


def not_among(weights: set[int], model: Functional) -> Any:
    """The first call of a layer with other weights than these."""
    calls = weighted_calls(model)
    return next((node for node in calls if not weights_in(node.operation) <= weights), None)


def unknown_weights(if_model: str, node: Any) -> Mistake:
    """A call of a layer, or of a model, that has weights of its own."""
    name = if_model if isinstance(node.operation, Functional) else "new_layer"
    n = node.operation.count_params()
    return Mistake(name, {node: "weights of its own"}, layer=node, n=n)


# 6D
@judge("6D")
def borrowed_and_held(attempt: Attempt) -> Mistake | None:
    """The existing eye, frozen at the time of `compile`; a head that learns; ten probabilities."""
    model, eye = attempt.model, known(attempt, "eye")
    if model is None:
        return unforeseen()
    [output, *_], borrowed = model.outputs, weights_in(eye)
    end = {output.node: str(output.shape)}
    if not borrowed <= weights_in(model):
        return without_the_eye(model, eye, end)
    state: Any = model.compiled_state
    moving = {id(weight) for weight in (state.trained(model) if state else [])}
    old = weights_in(attempt.names["reader"]) - borrowed if "reader" in attempt.names else set()
    if old & weights_in(model):
        return with_the_old_head(model, attempt.names["reader"].get_layer("digit"))
    softmax = softmaxes(output)
    if output.shape != TEN or len(softmax) != 1 or activation_of(output.node) != "softmax":
        names = [activation_of(node) for node in softmax] or ["no softmax"]
        activation = names[0] if len(names) == 1 else "a softmax of a softmax"
        values = {"output": output, "shape": output.shape, "activation": activation}
        return Mistake("not_ten", end, **values)
    if not state or state.loss is None:
        reason = "has no loss" if state else "is not compiled"
        return Mistake("not_compiled", end, model=model, reason=reason)
    return wrong_lock(model, borrowed, moving)


def without_the_eye(model: Functional, eye: Functional, end: dict[Any, str]) -> Mistake:
    stranger = not_among(weights_in(eye), model)
    if stranger is None:
        return unforeseen(end, model=model)
    found = unknown_weights("cloned", stranger)
    return Mistake(found.name, found.at, layer=stranger, n=eye.count_params())


def with_the_old_head(model: Functional, head: Any) -> Mistake:
    own = weights_in(head)
    node = next(x for x in weighted_calls(model) if weights_in(x.operation) & own)
    values = {"model": model, "layer": head, "n": head.count_params()}
    return Mistake("old_head", {node: "the head of reader"}, **values)


def wrong_lock(model: Functional, borrowed: set[int], moving: set[int]) -> Mistake | None:
    """The mistake in what a training step changes: the weights that were trainable at `compile`."""
    calls = weighted_calls(model)
    of_the_eye = next(node for node in calls if weights_in(node.operation) & borrowed)
    head = next((node for node in calls if not weights_in(node.operation) & borrowed), of_the_eye)
    if moving & borrowed and learns(model, borrowed):
        frozen = not any(id(weight) in borrowed for weight in model.trainable_weights)
        notes = {of_the_eye: "still trains"}
        n = of_the_eye.operation.count_params()
        name = "frozen_late" if frozen else "eye_learns"
        return Mistake(name, notes, layer=of_the_eye, model=model, n=n)
    if not moving:
        return Mistake("all_held", {head: "held"}, layer=head, model=model)
    return None


def learns(model: Functional, borrowed: set[int]) -> bool:
    """Whether training changes these weights, or would, if they were not frozen by now."""
    places = [i for i, weight in enumerate(model.weights) if id(weight) in borrowed]
    before = model.get_weights()
    if not any(id(weight) in borrowed for weight in model.trainable_weights):
        return True
    x, y = np.random.default_rng(0).random((32, 64), "float32"), np.arange(32) % 10
    loss = "sparse_categorical_crossentropy"
    after = trained_copy(model, x, y, loss=loss, epochs=1, weights=before).get_weights()
    return not all(np.array_equal(before[i], after[i]) for i in places)


@lights("6D")
def calls_with_weights(attempt: Attempt) -> list[Node | Operation]:
    if attempt.model is not None:
        return list(weighted_calls(attempt.model))
    return [known(attempt, "eye").get_layer("code").inbound_nodes[0]]
