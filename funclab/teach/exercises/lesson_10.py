"""Lesson 10: what does the error want?"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from traceback import walk_tb
from typing import Any

from funclab.datasets import digits
from funclab.errors import DataError, GraphError, NodeIndexError, ShapeError, TensorTypeError
from funclab.errors.words import listed
from funclab.graph.node import Node, observed
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models import Model
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, tensors_of
from funclab.teach.graphs import (
    accuracy, activation_of, calls_by_input, calls_of, first_call, fixed_start, is_concatenation,
    joins, kind_of, reads, softmaxes, source_inputs, trained_copy, weighted_calls, with_weights,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, NotThere, calls_made, calls_on_inputs, first_input, function_of, judge, judge_model,
    known, lights, not_given, numpy_was_given, unforeseen, without_model,
)  # fmt: skip

NUMBERS = range(5, 9)
MOMENTS = {word.lower(): word for word in ("call", "Model", "compile", "fit", "never")}
ENOUGH, GUESSING = 0.7, 0.6


# 10A
@dataclass
class Run:
    """A program that was run: the step at which it stopped, its calls, and the error."""

    name: str
    moment: str = "never"
    nodes: list[Node] = field(default_factory=list)
    error: Any = None


@judge("10A")
def moments(attempt: Attempt) -> Mistake | None:
    """For each program, the moment at which it stops when it is run."""
    answers = answers_by_number(attempt.answer)
    programs = [attempt.names.get(f"model_{number}") for number in NUMBERS]
    if answers is None or not all(map(callable, programs)):
        return (
            unforeseen(given="something else", model="models 5 to 8") if answers else unforeseen()
        )
    for run, answer in zip(runs_of(programs), answers):
        if isinstance(run.error, NameError) and run.error.name:
            raise NotThere(run.error.name)
        if answer.lower() not in MOMENTS:
            return unforeseen(last_calls(run), given=answer, model=run.name)
        if answer != run.moment:
            if of_one_name(run.error):
                attempt.error = run.error  # it has a picture of both layers
            return other_moment(run, answer)
    return None


def answers_by_number(answer: Any) -> list[str] | None:
    """The answers in the order of the programs, each spelt as in the lesson; None if there are not
    four."""
    if isinstance(answer, dict):
        answer = [answer.get(number, answer.get(str(number), "nothing")) for number in NUMBERS]
    if not isinstance(answer, (list, tuple)) or len(answer) != len(NUMBERS):
        return None
    words = [str(item).strip() for item in answer]
    known = [MOMENTS.get(word.lower(), word) for word in words]
    return known if any(word.lower() in MOMENTS for word in known) else None


def runs_of(programs: Sequence[Any]) -> list[Run]:
    return [run_of(f"model {number}", program) for number, program in zip(NUMBERS, programs)]


def run_of(name: str, program: Callable[[], Any]) -> Run:
    """Run a program with its own random numbers and without its warnings."""
    run = Run(name)
    with observed() as run.nodes:
        try:
            with warnings.catch_warnings(action="ignore"), fixed_start():
                program()
        except (Exception, SystemExit) as error:
            run.error, run.moment = error, moment_of(error)
    return run


def moment_of(error: BaseException) -> str:
    """The outermost of the steps call, Model, compile and fit in the traceback of an error."""
    for frame, _ in walk_tb(error.__traceback__):
        function, values = frame.f_code.co_name, frame.f_locals
        owner = values.get("self", values.get("model"))
        if isinstance(owner, Functional) and function in ("__init__", "compile", "fit"):
            return "Model" if function == "__init__" else function
        if isinstance(owner, Operation) and function == "__call__":
            return "call"
    return ""


def other_moment(run: Run, answer: str) -> Mistake:
    """What is wrong with the answer for a program."""
    values = {"model": run.name, "given": answer}
    if isinstance(run.error, ShapeError) and run.error.tensors:
        read = run.error.tensors[0]
        at = {read.node: f"{run.name} reads this"}
        return Mistake("axes_not_counted", at, layer=read.node, shape=read.shape, **values)
    if of_one_name(run.error):
        name = "name_at_a_call" if answer == "call" else "names_do_not_matter"
        return one_name(run.error, name, **values)
    if isinstance(run.error, DataError):
        model: Any = Attempt(error=run.error).given_to("fit", "model")
        end = model.outputs[0].node
        name = "targets_fit" if answer == "never" else "targets_before_fit"
        return Mistake(name, {end: "the output"}, layer=end, **values)
    if run.error is None:
        nodes = with_weights(run.nodes)
        n = len({node.operation for node in nodes})
        at = dict.fromkeys(nodes, "weights of its own")
        return Mistake("sharing_is_not_checked", at, n=n, **values)
    return unforeseen(last_calls(run), **values)


def last_calls(run: Run) -> dict[Any, str]:
    """The last call that a program made."""
    return dict.fromkeys(run.nodes[-1:], f"{run.name} comes to here")


@lights("10A")
def how_far_the_first_wrong_one_comes(attempt: Attempt) -> list[Node | Operation]:
    answers = answers_by_number(attempt.answer) or []
    programs = [known(attempt, f"model_{number}") for number in NUMBERS]
    wrong = [run for run, answer in zip(runs_of(programs), answers) if answer != run.moment]
    return [*(wrong[0].nodes[-1:] or [known(attempt, "image").node])]


# 10B
@judge("10B", lit=lambda attempt: [source_inputs(known(attempt, "half"))[0].node])
def from_the_first_input(attempt: Attempt) -> Mistake | None:
    """From the Input that `half` was made from to `half`, which was made once."""
    half: Any = attempt.names.get("half")
    if not tensors_of(half):
        return unforeseen()
    source = source_inputs(half)[0]
    if attempt.model is None:
        return not_from_there(attempt, source)
    model = attempt.model
    heavy = with_weights(calls_made(attempt))
    start, output = model.inputs[0], model.outputs[0]
    values = {"model": model, "tensor": output, "input": start.node}
    if len(heavy) > 1:
        node: Any = heavy[-1]
        n = node.operation.count_params()
        return Mistake("new_layer", {node: "new"}, layer=node, n=n)
    if not start.node.is_input:
        at = {start.node: "starts behind this"}
        return Mistake("starts_midway", at, model=model, tensor=start, layer=start.node)
    if model.inputs == [source] and output is half:
        return None
    return unforeseen({output.node: "ends here"}, **values)


def not_from_there(attempt: Attempt, source: Tensor) -> Mistake:
    reader = next(node for node in attempt.nodes if source in node.arguments.tensors)
    if isinstance(attempt.error, NodeIndexError):
        layer: Any = attempt.error.graph
        return Mistake("no_such_call", {layer.inbound_nodes[0]: "its only call"}, layer=layer)
    if of_one_name(attempt.error):
        return one_name(attempt.error, "both_inputs")
    start: Any = next(iter((attempt.given_to_model or ([], []))[0]), None)
    if isinstance(start, Operation):
        return Mistake("gave_a_layer", {first_call(start): "a layer"}, layer=start)
    if tensors_of(start) and not start.node.is_input:
        values = {"model": "Model", "tensor": start, "layer": start.node}
        return Mistake("starts_midway", {start.node: "starts behind this"}, **values)
    if tensors_of(start):
        at = {start.node: "given to Model", source.node: "read by the layers"}
        return Mistake("fresh_input", at, other=start.node, layer=reader)
    return unforeseen()


# 10C
@judge_model("10C", lit=lambda attempt: calls_on_inputs(attempt, "left", "right"))
def one_eye_for_both(attempt: Attempt, model: Functional) -> Mistake | None:
    """Both images through the same layers, compared number by number; one probability; learns."""
    output, end = model.outputs[0], model.outputs[0].node
    values = {"model": model, "shape": output.shape}
    sides = calls_by_input(model)
    if len(sides) != 2 or not all(sides):
        read = source_inputs(output)
        for image in (known(attempt, "left"), known(attempt, "right")):
            if image not in read:
                values = {"model": model, "other": image.node}
        return unforeseen(dict.fromkeys(calls_of(model)[:1], "the first call"), **values)
    left, right = ([node.operation for node in side] for side in sides)
    if left != right:
        at = {sides[1][0]: "another", sides[0][0]: "one eye"}
        return Mistake("renamed", at, layer=left[0], other=right[0])
    laid = [node for node in joins(model) if is_concatenation(node)]
    if laid:
        return Mistake("end_to_end", {laid[0]: "end to end"}, join=laid[0])
    if output.shape == (None, 1) and softmaxes(output):
        return Mistake("always_one", {end: "always 1"}, layer=end)
    if output.shape != (None, 1):
        return unforeseen({end: "the end"}, **values)
    share, probable = judging(model)
    if not probable:
        return Mistake("no_probability", {end: "not from 0 to 1"}, layer=end)
    join = next(iter(joins(model)), end)
    if share >= ENOUGH:
        sizes = [node for node in calls_of(model) if activation_of(node) == "absolute"]
        return Mistake("takes_sizes", {sizes[0]: "sizes"}, layer=sizes[0]) if sizes else None
    gap = kind_of(join) == "Subtract"
    read = any(join in reads(call) for call in weighted_calls(model))
    only_adds_up = share < GUESSING and gap and read
    values = {"model": model, "accuracy": share, "join": join}
    return Mistake("only_adds_up" if only_adds_up else "", {join: f"{share:.0%}"}, **values)


def judging(model: Functional) -> tuple[float, bool]:
    """The fraction of unseen pairs that a model judges correctly, once it is trained from a fixed
    seed, and whether all its outputs can be probabilities."""
    train, test = digits.load_pairs(300)
    plain: Any = Model(list(model.inputs), model.outputs[0])
    copy = trained_copy(
        plain, [train.left, train.right], train.same, loss="binary_crossentropy", epochs=40
    )
    answers = copy.predict([test.left, test.right], batch_size=500, verbose=0)
    probable = bool(((answers >= 0) & (answers <= 1)).all())
    return accuracy(copy, [test.left, test.right], test.same), probable


@without_model("10C")
def no_twins(attempt: Attempt) -> Mistake:
    used, error = numpy_was_given(attempt), attempt.error
    if used is not None:
        at = {used.node: "the path ends here"}
        return Mistake("left_the_graph", at, function=function_of(error), layer=used.node)
    if of_one_name(error):
        return one_name(error)
    wanted = not_given(attempt) if isinstance(error, GraphError) else []
    if wanted:
        at = {tensor.node: "not among the inputs" for tensor in wanted}
        return Mistake("input_left_out", at, other=wanted[0].node)
    return unforeseen()


# 10D
@judge(
    "10D",
    lit=lambda attempt: [x for x in attempt.nodes if x.is_input] or [known(attempt, "image").node],
)
def disconnected_on_purpose(attempt: Attempt) -> Mistake | None:
    """Model stops with "Graph disconnected", and its inputs look like those it needs."""
    error: Any = attempt.error
    if error is None:
        return no_error(attempt)
    starts, ends = (tensors_of(part) for part in attempt.given_to_model or ([], []))
    if isinstance(error, GraphError) and "disconnected" in str(error):
        return not_alike(starts, list(dict.fromkeys(x for end in ends for x in source_inputs(end))))
    if of_one_name(error):
        return one_name(error)
    if isinstance(error, ShapeError) and isinstance(error.graph, Operation):
        at = {tensor.node: str(tensor.shape) for tensor in error.tensors}
        return Mistake("stopped_at_a_call", at, layer=error.graph)
    used = numpy_was_given(attempt)
    if used is not None:
        return Mistake("left_the_graph", {used.node: "ends here"}, function=function_of(error))
    outputs = (attempt.given_to_model or ([], []))[1]
    layer = next((x for x in outputs if isinstance(x, Operation)), None)
    if isinstance(error, TensorTypeError) and layer is not None:
        return Mistake("gave_a_layer", {first_call(layer): "a layer"}, layer=layer)
    return unforeseen()


def no_error(attempt: Attempt) -> Mistake:
    """The verdict on lines that work."""
    model, calls = attempt.model, [node for node in attempt.nodes if not node.is_input]
    ends = calls[-1].output_tensors if calls else []
    if model is not None:
        ends = model.outputs
    start = first_input(ends)
    if start is None:
        return unforeseen()
    named = {"model": model if model is not None else "Model", "input": start.node}
    return Mistake("no_error", {ends[0].node: "ends here", start.node: "the very Input"}, **named)


def not_alike(starts: list[Tensor], wanted: list[Tensor]) -> Mistake | None:
    """How the inputs of a disconnected Model differ from those that it needs."""
    other = [tensor for tensor in starts if not tensor.node.is_input]
    if other:
        values = {"tensor": other[0], "layer": other[0].node}
        return Mistake("not_an_input", {other[0].node: "not an Input"}, **values)
    missing = [tensor for tensor in wanted if tensor not in starts]
    at = {tensor.node: "is needed" for tensor in missing}
    if len(starts) < len(wanted):
        return Mistake("too_few", at, other=missing[0].node)
    a, b = ([tensor.shape for tensor in tensors] for tensors in (starts, wanted))
    if sorted(map(str, a)) == sorted(map(str, b)):
        return None
    texts = {"a": listed([*map(str, a)]), "b": listed([*map(str, b)])}
    return Mistake("other_shape", at, **texts)


# Shared by several exercises.
def of_one_name(error: Any) -> list[Any]:
    """The layers with the same name that an error is about."""
    layers = getattr(error, "graph", None)
    return layers if isinstance(layers, list) else []


def one_name(error: Any, mistake: str = "one_name", **values: Any) -> Mistake:
    """Two layers with the same name in a model."""
    layers = of_one_name(error)
    shared: str = layers[0].name
    at = dict.fromkeys((layer.inbound_nodes[0] for layer in layers), shared)
    return Mistake(mistake, at, called=shared, **values)
