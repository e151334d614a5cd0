"""Lesson 14: what changes in Keras?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from funclab.errors import GraphError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array, show
from funclab.graph.tensor import Tensor
from funclab.models import Model, clone_model
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, tensors_of
from funclab.teach.graphs import (
    activation_of, calls_by_input, calls_of, first_call, fixed_start, is_concatenation, joins,
    kind_of, softmaxes, source_inputs, weighted_calls,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, calls_on_inputs, function_of, judge, judge_model, known, lights, not_given,
    numpy_was_given, stopped, unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told

LINES = range(1, 7)
INDICES = {f"get_{end}_at" for side in ("input", "output")
           for end in (side, f"{side}_shape", f"{side}_mask")}  # fmt: skip
GONE = {*INDICES, "inbound_nodes", "outbound_nodes", "input_shape", "output_shape"}
"""What layers no longer have in Keras 3.15; `make interop` checks it with a real one."""


@contextmanager
def rules_of_keras_3() -> Iterator[list[tuple[Operation, str]]]:
    """Limit what code outside of funclab can ask a layer about its calls, as in Keras 3: no
    indices, and `input` and `output` are those of the first call. Yields a list of what was asked.
    """
    asked: list[tuple[Operation, str]] = []

    def ask(self: Operation, name: str) -> Any:
        own = sys._getframe(1).f_globals.get("__name__", "").startswith("funclab.")
        if own or name not in {*GONE, "input", "output"} or isinstance(self, Functional):
            return object.__getattribute__(self, name)
        asked.append((self, name))
        if name in GONE:
            kind = type(self).__name__
            raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=self)
        nodes = object.__getattribute__(self, "inbound_nodes")
        tensors = getattr(nodes[0], f"{name}_tensors")
        return tensors[0] if len(tensors) == 1 else tensors

    Operation.__getattribute__ = ask
    try:
        yield asked
    finally:
        del Operation.__getattribute__


# 14A
@judge("14A")
def which_lines_run(attempt: Attempt) -> Mistake | None:
    """For each line, whether it runs under the rules of Keras 3."""
    answers = answers_by_number(attempt.answer)
    lines: list[Any] = [attempt.names.get(f"line_{number}") for number in LINES]
    eye = known(attempt, "eye")
    at = {eye.inbound_nodes[0]: "call 0"}
    if answers is None or not all(map(callable, lines)):
        counted = isinstance(attempt.answer, (list, tuple)) and len(attempt.answer) != len(LINES)
        given = f"{len(attempt.answer)} answers" if counted else "something else"
        values = {"line": "1 to 6", "given": given, "layer": eye}
        return unforeseen(at, **values) if attempt.answer is not None else unforeseen()
    for number, line, answer in zip(LINES, lines, answers):
        values = {"line": str(number), "given": str(answer), "layer": eye}
        if answer is None:
            return unforeseen(at, **values)
        mistake = judged(line, answer, eye)
        if mistake is not None:
            mistake.values = {**values, **mistake.values}
            mistake.at = mistake.at or at
            return mistake
    return None


def answers_by_number(answer: Any) -> list[bool | None] | None:
    """True, False or None (not understood) for each line; None if there are not six."""
    if isinstance(answer, dict):
        answer = [answer.get(number, answer.get(str(number))) for number in LINES]
    if not isinstance(answer, (list, tuple)) or len(answer) != len(LINES):
        return None
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return [words.get(str(item).strip().lower()) for item in answer]


def judged(line: Callable[[], Any], answer: bool, eye: Any) -> Mistake | None:
    """What is wrong with the answer for a line; None if nothing is."""
    with rules_of_keras_3() as asked:
        try:
            model, error = line(), None
        except Exception as stopped:  # a line can do anything
            model, error = None, stopped
    if answer == (error is None):
        return None
    of_output = any(name == "output" for _, name in asked)
    if isinstance(error, AttributeError) and asked:
        layer, method = asked[-1]
        return Mistake("index_stays", named_by_an_index(line), layer=layer, method=method)
    given = numpy_was_given(Attempt(error=error))
    if given is not None:
        return Mistake("numpy_leaves_no_trace", {given.node: "given to NumPy"})
    if isinstance(error, GraphError) and of_output:
        [given], _ = Attempt(error=error).given_to_model or ([None], [])
        node = calls_reading(eye, given)
        first = eye.inbound_nodes[0].input_tensors[0].node
        read = given.node if tensors_of(given) else "its Input"
        return Mistake("output_of_any_call", node, input=read, first=first)
    if error is None and of_output:
        at = dict.fromkeys(eye.inbound_nodes[:1], "the first call")
        return Mistake("output_is_refused", at, n=len(eye.inbound_nodes))
    if isinstance(model, Functional):
        last = model.outputs[0].node
        name = "tensor_is_enough" if last.operation.is_layer else "ops_are_calls"
        return Mistake(name, {last: "made this"})
    return unforeseen()


def named_by_an_index(line: Callable[[], Any]) -> dict[Any, str]:
    """The call that a line returns here in funclab, where calls have numbers."""
    try:
        node = line().outputs[0].node
    except Exception:  # a line that does not run here either
        return {}
    return {node: f"call {node.index}"}


def calls_reading(layer: Any, tensor: Any) -> dict[Any, str]:
    nodes = [node for node in layer.inbound_nodes if tensor in node.input_tensors]
    return {node: f"call {node.index}" for node in nodes}


@lights("14A")
def the_call_of_the_first_wrong_line(attempt: Attempt) -> list[Node | Operation]:
    mistake = which_lines_run(attempt)
    return list(mistake.at)[:1] if mistake else [known(attempt, "eye").inbound_nodes[0]]


# 14B
@judge(
    "14B",
    lit=lambda attempt: copied(known(attempt, "twins")).get_layer("eye").inbound_nodes[1:2],
)
def right_half_of_any_twins(attempt: Attempt) -> Mistake | None:
    """From the right image of a copy of the twins to its eye's output for it, without indices."""
    half, twins = attempt.answer, known(attempt, "twins")
    if not callable(half) or isinstance(half, (type, Operation)):
        return unforeseen()
    copy = copied(twins)
    eye: Any = copy.get_layer("eye")
    wanted = eye.inbound_nodes[1].output_tensors[0]
    at = {wanted.node: "this is wanted"}
    with rules_of_keras_3() as asked:
        try:
            model, error = half(copy), None
        except Exception as stopped:  # a student's function can do anything
            model, error = None, stopped
    if not isinstance(model, Functional):
        return no_half(eye, asked, error, at, model, twins)
    output = model.outputs[0]
    new = [node for node in weighted_calls(model) if node.operation not in copy.layers]
    if new and new[0].operation in twins.layers:
        return Mistake("other_graph", {new[0]: "another model"}, layer=eye, tensor=output)
    if new:
        n = new[0].operation.count_params()
        return Mistake("new_layer", {new[0]: "new weights"}, layer=new[0], n=n)
    rows = images()[1]
    there = len(model.inputs) == 1 and model.inputs[0] is not copy.inputs[0]
    if there and output.shape == wanted.shape:
        expected = Model(copy.inputs[1], wanted)(rows)
        if np.allclose(model(rows), expected, atol=1e-5):
            return None
    ends = f"ends in {show(output.shape)}"
    if len(model.inputs) != 1:
        ends = f"has {len(model.inputs)} inputs"
    elif model.inputs[0] is copy.inputs[0]:
        ends = "starts at the left image"
    found = f"The model that `half` returns {ends}"
    return unforeseen({output.node: "ends here"}, found=found, layer=eye)


def no_half(
    eye: Any,
    asked: list[tuple[Operation, str]],
    error: BaseException | None,
    at: dict[Any, str],
    made: Any,
    twins: Functional,
) -> Mistake:
    """The verdict on a function that did not return a model: what it made, or the error."""
    if isinstance(error, AttributeError) and asked and asked[-1][1] in GONE:
        return Mistake("gone", at, layer=asked[-1][0], method=asked[-1][1])
    inputs, outputs = Attempt(error=error).given_to_model or ([], [])
    layer = next((x for x in outputs if isinstance(x, Operation)), None)
    if layer is not None:
        return Mistake("gave_a_layer", {first_call(layer): "a layer"}, layer=layer)
    ends = tensors_of(outputs)
    if not ends:
        kind = "nothing" if made is None else f"no model, but a {type(made).__name__}"
        found = f"`half` returns {kind}" if error is None else stopped("`half`", error)
        return unforeseen(at, found=found, layer=eye)
    end, sources = ends[0], source_inputs(ends[0])
    left, right = eye.inbound_nodes[0].input_tensors[0], eye.inbound_nodes[1].input_tensors[0]
    if (eye, "output") in asked and sources == [left]:
        return Mistake("first_call", at, layer=eye, first=left.node)
    if left in sources and right in sources:
        return Mistake("needs_both", at, layer=eye, tensor=end)
    if sources == [left]:
        return Mistake("other_image", {end.node: "made from the left image"}, tensor=end)
    if sources == [right]:
        return other_start(eye, tensors_of(inputs), twins)
    return Mistake("other_graph", {end.node: "another model"}, layer=eye, tensor=end)


def other_start(eye: Any, starts: list[Tensor], twins: Functional) -> Mistake:
    """The verdict on a Model that ends well, and does not start at the right image."""
    of_lesson = [start for start in starts if any(start is own for own in twins.inputs)]
    if of_lesson:
        at = {of_lesson[0].node: "another model"}
        return Mistake("other_graph", at, layer=eye, tensor=of_lesson[0])
    names = ", ".join(told(start) for start in starts) or "nothing"
    at = {start.node: "not the right image" for start in starts}
    found = f"Your Model starts at {names}, and its end is made from the right image"
    return unforeseen(at, found=found, layer=eye)


# 14C
@judge("14C", lit=lambda attempt: list(weighted_calls(attempt.model or known(attempt, "twins"))))
def same_answers_own_layers(attempt: Attempt) -> Mistake | None:
    """The same outputs from layers of its own: one eye, and one layer that decides."""
    model, twins = attempt.model, known(attempt, "twins")
    if model is None or attempt.error is not None:
        return unforeseen()
    calls = [node for node in calls_of(model) if node.operation is twins]
    if calls:
        return Mistake("called_twins", {calls[0]: "the twins"}, model=model, layer=twins)
    own = {id(layer) for layer in twins.layers if layer.weights}
    heavy = weighted_calls(model)
    shared = [node for node in heavy if id(node.operation) in own]
    values: dict[str, Any] = {"model": model, "layer": (heavy or [model.outputs[0].node])[-1]}
    if shared:
        at = dict.fromkeys(shared, "a layer of twins")
        return Mistake("shared_layers", at, model=model, layer=shared[0])
    layers = list(dict.fromkeys(node.operation for node in heavy))
    twice = len(layers) > 2 and any(equal(layers[0], other) for other in layers[1:])
    if model.count_params() > twins.count_params() and twice:
        at = dict.fromkeys(heavy[:2], "weights of its own")
        n = model.count_params()
        return Mistake("two_eyes", at, model=model, n=n, layer=layers[0], other=layers[1])
    changed = {id(weight) for weight in attempt.changed}
    if not changed.isdisjoint(map(id, twins.weights)):  # so both have new ones
        at = dict.fromkeys(heavy, "new weights")
        found = "Your lines have changed the weights of `twins` itself"
        return unforeseen(at, found=found)
    if len(model.inputs) == 2 and same_answers(model, twins):
        return None
    carried = [any(equal(layer, other) for other in twins.layers) for layer in layers]
    fresh = [layer for layer, well in zip(layers, carried) if not well]
    if not fresh or model.count_params() != twins.count_params():
        found = "`model` does not give the same answers as `twins`"
        return unforeseen({values["layer"]: "answers otherwise"}, found=found)
    at = {node: "new weights" for node in heavy if node.operation in fresh}
    name = "only_a_part" if any(carried) else "fresh_weights"
    return Mistake(name, at, model=model, layer=fresh[0])


def same_answers(model: Functional, twins: Functional) -> bool:
    try:
        return np.allclose(model(images()), twins(images()), atol=1e-5)
    except Exception:  # other inputs
        return False


def equal(layer: Any, other: Any) -> bool:
    """Whether two layers have the same weights."""
    a, b = layer.get_weights(), other.get_weights()
    return len(a) == len(b) > 0 and all(map(np.array_equal, a, b))


# 14D
@judge_model("14D", lit=lambda attempt: calls_on_inputs(attempt, "left", "right"))
def product_of_two_codes(attempt: Attempt, model: Functional) -> Mistake | None:
    """Both images through one layer of 16 numbers, multiplied, then one probability."""
    output, end = model.outputs[0], model.outputs[0].node
    values: dict[str, Any] = {"model": model, "shape": output.shape, "layer": end}
    sides = calls_by_input(model)
    if len(sides) != 2 or not all(sides):
        return unforeseen({end: "the end"}, **{**values, "layer": "the first boxes"})
    left, right = ([node.operation for node in side] for side in sides)
    if left != right:
        at = {sides[0][0]: "weights of its own", sides[1][0]: "weights of its own"}
        return Mistake("two_layers", at, layer=left[0], other=right[0])
    laid = [node for node in joins(model) if is_concatenation(node)]
    if laid:
        return Mistake("laid_end_to_end", {laid[0]: "end to end"}, join=laid[0])
    if output.shape == (None, 1) and softmaxes(output):
        return Mistake("softmax_of_one", {end: "always 1"}, layer=end)
    if same_product(model):
        return None
    join = next(iter(joins(model)), end)
    if activation_of(end) == "sigmoid" and kind_of(join) != "Multiply":
        return Mistake("added", {join: "not a product"}, join=join)
    code, old = sides[0][0], (activation_of(sides[0][0]), sides[0][0].output_tensors[0].shape)
    if old != ("relu", (None, 16)):
        return unforeseen({code: " · ".join(map(told, old))}, **{**values, "layer": code})
    return unforeseen({end: "the end"}, **values)


def same_product(model: Functional) -> bool:
    """Whether a model's outputs are those of the old program with the same weights."""
    with fixed_start():
        copy: Any = clone_model(model)
    weights = [np.asarray(array) for array in copy.get_weights()]
    if [array.shape for array in weights] != [(64, 16), (16,), (16, 1), (1,)]:
        return False
    w, b, v, c = weights
    codes = [np.maximum(rows @ w + b, 0) for rows in images()]
    wanted = 1 / (1 + np.exp(-(codes[0] * codes[1] @ v + c)))
    return np.allclose(copy(images()), wanted, atol=1e-5)


@without_model("14D")
def no_product(attempt: Attempt) -> Mistake:
    used = numpy_was_given(attempt)
    if used is not None:
        at = {used.node: "the path ends here"}
        return Mistake("numpy", at, function=function_of(attempt.error), layer=used.node)
    missing = not_given(attempt)
    if isinstance(attempt.error, GraphError) and missing:
        at = {missing[0].node: "not among the inputs"}
        return Mistake("input_left_out", at, input=missing[0].node)
    return unforeseen()


# Shared by several exercises.
def copied(twins: Functional) -> Functional:
    """The twins as they come from a file: layers of their own, with the same weights."""
    with fixed_start():
        copy: Any = clone_model(twins)
    copy.set_weights(twins.get_weights())
    return copy


def images() -> list[Array]:
    """Eight pairs of images of random pixels."""
    return list(np.random.default_rng(0).uniform(0, 1, (2, 8, 64)).astype("float32"))
