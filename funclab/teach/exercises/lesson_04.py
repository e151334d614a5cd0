"""Lesson 4: can one model answer three questions?"""

from __future__ import annotations

import re
from collections.abc import KeysView
from typing import Any

import numpy as np

from funclab import optimizers
from funclab.datasets import bikes
from funclab.errors import LossError, ShapeError
from funclab.errors.words import listed
from funclab.graph.node import Node
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.losses import BinaryCrossentropy, SparseCategoricalCrossentropy
from funclab.models.model import Functional, Model
from funclab.teach.attempt import Attempt, tensors_of
from funclab.teach.graphs import activation_of, source_inputs, trained_copy, weighted_calls
from funclab.teach.judging import (
    Mistake, in_model, judge, judge_model, known, unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told
from funclab.training.compiled import name_of, require
from funclab.training.matching import Output
from funclab.training.targets import CATEGORICAL, SPARSE, function_of

QUESTIONS = 3
WHAT = {
    "softmax": "the number of a class",
    "sigmoid": "a yes or no, as 1 or 0",
    "linear": "an amount",
}
"""What an output predicts, by its last activation."""
RIDERS = ("casual", "registered")
ENOUGH = {"casual": 400, "registered": 900}
WARMEST, THOUSAND = 40, 1000


# 4A
@judge("4A", lit=lambda attempt: list(last_calls(known(attempt, "two"))))
def names_of_curves(attempt: Attempt) -> Mistake | None:
    """The names under which a model with two outputs records its training."""
    model: Any = attempt.names.get("two")
    given = names_in(attempt.answer)
    if not given or not is_compiled(model):
        return unforeseen()
    wanted = model.compiled_state.metrics_names
    for key in given:
        mistake = None if key in wanted else not_recorded(attempt, model, key)
        if mistake is not None:
            return mistake
    ends = last_calls(model)
    notes = dict.fromkeys(ends, "an output")
    if "loss" not in given and set(given) <= set(wanted):
        return Mistake("total_missing", notes, layer=ends[0])
    if set(given) == set(wanted):
        return None
    surplus = ", ".join(sorted(set(given) - set(wanted))) or "none"
    missing = len(set(wanted) - set(given))
    return unforeseen(notes, model=model, surplus=surplus, n=missing, layer=ends[0])


def names_in(answer: Any) -> list[str]:
    """The names that a student wrote: in a list, a set, a dict or a text."""
    if isinstance(answer, str):
        answer = re.findall(r"\w+", answer)
    if not isinstance(answer, (list, tuple, set, frozenset, dict, KeysView)):
        return []
    texts = [text.split(",") for text in answer if isinstance(text, str)]
    return [name.strip() for names in texts for name in names]


def not_recorded(attempt: Attempt, model: Functional, key: str) -> Mistake | None:
    """What is wrong with a name under which nothing is recorded."""
    ends = last_calls(model)
    metrics = [name_of(metric) for output in outputs_of(model) for metric in output.metrics]
    if key.startswith("val_"):
        return Mistake("not_validated", {ends[0]: "trained"}, key=key, layer=ends[0])
    for name, value in attempt.names.items():
        for tensor in model.outputs:
            if value is tensor and re.match(rf"{name}(_|$)", key):
                notes = {tensor.node: "made this output"}
                return Mistake("python_variables", notes, key=key, layer=tensor.node)
    if key in metrics:
        notes = dict.fromkeys(ends, "this one?")
        values = {"key": key, "layer": ends[0]}
        return Mistake("output_not_named", notes, n=len(ends), **values)
    for node in ends:
        if key in [f"{node.operation.name}_{metric}" for metric in metrics]:
            return Mistake("metric_everywhere", {node: "not asked"}, key=key, layer=node)
    return None


# 4B
@judge_model("4B", lit=in_model(lambda model: last_calls(model), "sex", "kilos", "kind"))
def a_loss_for_each(attempt: Attempt, model: Functional) -> Mistake | None:
    """Three outputs in another order, each with a loss that fits its activation and targets."""
    ends = last_calls(model)
    if len(ends) != QUESTIONS:
        wanted = [known(attempt, name).node for name in ("sex", "kilos", "kind")]
        left_out = [node for node in wanted if node not in ends]
        values = {"layer": left_out[0], "why": "is not among the outputs"} if left_out else {}
        return Mistake("no_loss", dict.fromkeys(left_out, "not an output"), **values)
    if isinstance(attempt.error, LossError):
        return unknown_key(attempt, model)
    if not is_compiled(model):
        return unforeseen({ends[0]: "no loss"}, loss="no loss yet", **wanted_of(ends[0]))
    pairs = list(zip(ends, outputs_of(model)))
    unfit = [(node, output) for node, output in pairs if not fits(node, output)]
    if not unfit:
        return None
    for node, output in unfit:
        if output.loss is None:
            why = "has no loss: it would predict and never learn"
            return Mistake("no_loss", {node: "no loss"}, layer=node, why=why)
    node, output = unfit[0]
    notes = {node: output.loss_name}
    values = {"loss": output.loss_name, **wanted_of(node)}
    functions = [function_of(output.loss) for _, output in pairs]
    if len(set(functions)) == 1:
        return Mistake("one_for_all", notes, **values)
    for node, output in unfit:
        special = {"layer": node, "loss": output.loss_name}
        if activation_of(node) == "softmax" and function_of(output.loss) in CATEGORICAL:
            return Mistake("rows_wanted", {node: "class numbers"}, **special)
        if takes_logits(output) and activation_of(node) in ("softmax", "sigmoid"):
            return Mistake("softmax_twice", {node: activation_of(node)}, **special)
    if all(any(suits(node, output.loss) for _, output in pairs) for node in ends):
        return Mistake("order_of_trio", notes, **values)
    return unforeseen(notes, **values | {"loss": f"the loss {output.loss_name}"})


def wanted_of(node: Node) -> dict[str, Any]:
    """An output, and what its loss has to be made for."""
    return {"layer": node, "what": WHAT.get(activation_of(node), WHAT["linear"])}


def unknown_key(attempt: Attempt, model: Functional) -> Mistake:
    """A dict of losses with a key that names no output."""
    losses = attempt.given_to("compile", "loss")
    for key in losses if isinstance(losses, dict) else ():
        for tensor in model.outputs:
            if key not in model.output_names and attempt.names.get(key) is tensor:
                notes = {tensor.node: "made this output"}
                return Mistake("python_variables", notes, key=key, layer=tensor.node)
    return unforeseen()


def fits(node: Node, output: Output) -> bool:
    """Whether the loss of an output fits what its last call returns."""
    return suits(node, output.loss) and not takes_logits(output)


def suits(node: Node, loss: Any) -> bool:
    """Whether a loss suits what a call returns, judged by its activation.

    For a student's own loss, the numbers that it returns decide.
    """
    function = function_of(loss)
    activation = activation_of(node)
    if activation == "softmax":
        shares = [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]]
        return function in SPARSE or is_alike(loss, SparseCategoricalCrossentropy(), [0, 2], shares)
    if activation == "sigmoid":
        shares = [[0.7], [0.2]]
        focal = getattr(function, "__name__", "") == "binary_focal_crossentropy"
        return focal or is_alike(loss, BinaryCrossentropy(), [[1], [1]], shares)
    return is_least_at_target(loss)


def is_alike(loss: Any, other: Any, targets: list[Any], answers: list[list[float]]) -> bool:
    """Whether two losses return the same for some targets and answers."""
    y, made = np.array(targets, "float32"), np.array(answers, "float32")
    return bool(np.allclose(loss_for(loss, y, made), loss_for(other, y, made), atol=1e-5))


def is_least_at_target(loss: Any) -> bool:
    """Whether a loss is least for the right amount, and grows on both sides of it."""
    target, amounts = np.array([[4.0]]), (2.0, 3.5, 4.0, 4.5, 6.0)
    far, near, right, over, beyond = (loss_for(loss, target, np.array([[x]])) for x in amounts)
    return far > near > right and right < over < beyond


def loss_for(loss: Any, targets: Array, answers: Array) -> float:
    """What a loss returns; nan if it is for another kind of targets, or is not a loss."""
    try:
        return float(np.mean(loss(targets, answers)))
    except Exception:
        return float("nan")


def takes_logits(output: Output) -> bool:
    """Whether the loss turns what it is given into probabilities."""
    return bool(getattr(output.loss, "settings", {}).get("from_logits"))


# 4C
@judge("4C", lit=lambda attempt: [known(attempt, "island").node])
def trio_again(attempt: Attempt) -> Mistake | None:
    """The outputs of trio, from the inputs that its calls read or from new calls of its layers."""
    trio, model = known(attempt, "trio"), attempt.model
    if model is None:
        return not_connected(attempt)
    read = {source for output in model.outputs for source in source_inputs(output)}
    idle = [source for source in model.inputs if source not in read]
    if idle:
        notes = {idle[0].node: "nobody reads this"}
        return Mistake("nobody_reads", notes, other=idle[0].node)
    if answers_alike(model, trio):
        return None
    n = len(model.outputs)
    made = "1 output" if n == 1 else f"{n} outputs"
    values = {
        "model": model,
        "n": f"{made}, but other answers than trio," if n == QUESTIONS else made,
        "input": listed([told(source.node) for source in model.inputs]),
    }
    names = {layer.name for layer in trio.layers}
    for node in weighted_calls(model):
        layer = node.operation
        if layer is trio or layer in trio.layers:
            continue
        if layer.name in names or isinstance(layer, Functional):
            return Mistake("cloned", {node: "fresh weights"}, layer=node)
        return Mistake("new_layers", {node: "new"}, layer=node, n=layer.count_params())
    return unforeseen({model.outputs[0].node: "the end"}, **values)


def not_connected(attempt: Attempt) -> Mistake:
    """A Model that could not be made, as it was not given an Input that its calls read."""
    inputs, outputs = attempt.given_to_model or ([], [])
    ends = tensors_of(outputs)
    needed = [source for end in ends for source in source_inputs(end)]
    missing = [source for source in needed if all(source is not given for given in inputs)]
    if not missing:
        return unforeseen()
    source, end = missing[0], ends[0]
    values = {"tensor": end, "input": source.node}
    arrays = [given for given in inputs if not tensors_of(given)]
    if arrays:
        shape = tuple(getattr(arrays[0], "shape", ()))
        return Mistake("gave_numbers", {source.node: "begins here"}, shape=shape, **values)
    others = [x for x in tensors_of(inputs) if x not in needed and x.shape == source.shape]
    if others:
        notes = {source.node: "read by the calls", others[0].node: "passed to Model"}
        name = others[0].node.operation.name
        other = f"A new {name}" if name == source.node.operation.name else name
        return Mistake("look_alike", notes, other=other, **values)
    return Mistake("left_out", {source.node: "not passed to Model"}, **values)


def answers_alike(model: Functional, trio: Functional) -> bool:
    """Whether two models give the same outputs, whatever the order of inputs and outputs.

    An Input of trio, or another of the same name, gets the same data as in trio.
    """
    if [x.shape for x in model.inputs] != [x.shape for x in trio.inputs]:
        return False
    examples = list(np.random.default_rng(0).normal(size=(2, 8, 3)).astype("float32"))
    wanted = answers(trio, examples)
    names = [told(source.node) for source in trio.inputs]
    roles = [told(source.node) for source in model.inputs]
    for order in ((0, 1), (1, 0)):
        if any(role in names and role != names[k] for role, k in zip(roles, order)):
            continue
        ours = answers(model, [examples[k] for k in order])
        if len(ours) == len(wanted) and all(
            any(x.shape == y.shape and np.allclose(x, y, atol=1e-5) for x in ours) for y in wanted
        ):
            return True
    return False


def answers(model: Functional, x: list[Array]) -> list[Array]:
    made = Functional(model.inputs, model.outputs)(x)
    return [np.asarray(one) for one in (made if isinstance(made, list) else [made])]


# 4D
@judge_model("4D", lit=in_model(lambda model: last_calls(model), "weather"))
def riders(attempt: Attempt, model: Functional) -> Mistake | None:
    """Two inputs, two amounts by name, close enough on days that the model has not seen."""
    ends = last_calls(model)
    if len(ends) == 1 and ends[0].output_tensors[0].shape == (None, len(RIDERS)):
        shape = ends[0].output_tensors[0].shape
        return Mistake("one_output", {ends[0]: "both in one"}, layer=ends[0], shape=shape)
    if len(ends) > 1 and ends[0].operation is ends[-1].operation:
        return Mistake("one_layer_twice", dict.fromkeys(ends, "one layer"), layer=ends[0])
    if sorted(model.output_names) != sorted(RIDERS):
        names = listed([str(name) for name in model.output_names])
        return Mistake("other_names", dict.fromkeys(ends, "an output"), names=names)
    for tensor in model.outputs:
        unread = [x for x in model.inputs if x not in source_inputs(tensor)]
        if unread or len(model.inputs) == 1:
            return not_read(attempt, model, tensor, unread)
    for node in ends:
        activation = activation_of(node)
        if activation in ("sigmoid", "softmax", "tanh"):
            notes = {node: activation}
            return Mistake("squashed", notes, layer=node, activation=activation)
    notes = dict.fromkeys(ends, "an amount")
    if any(node.output_tensors[0].shape != (None, 1) for node in ends):
        shapes = listed([told(tensor.shape) for tensor in model.outputs])
        return unforeseen(notes, model=model, value=f"gives {shapes}, not (None, 1) twice")
    off = riders_off(model)
    if all(off[name] <= ENOUGH[name] for name in RIDERS):
        return None
    value = f"is off by {off['casual']} casual and {off['registered']} registered riders"
    return unforeseen(notes, model=model, value=value)


@without_model("4D")
def not_joined(attempt: Attempt) -> Mistake:
    """No model: two inputs that were added up, or one that was not given to it."""
    error: Any = attempt.error
    if isinstance(error, ShapeError) and len(error.tensors) > 1:
        a, b = error.tensors[:2]
        notes = {tensor.node: str(tensor.shape) for tensor in (a, b)}
        differ = a.shape[-1] != b.shape[-1]
        return Mistake("added_up", notes, a=a, b=b) if differ else unforeseen()
    mistake = not_connected(attempt)
    if mistake.name == "left_out":
        mistake.name = "input_unread"
        mistake.values["why"] = "is not given to Model, and is read by"
    return mistake if mistake.name == "input_unread" else unforeseen()


def not_read(attempt: Attempt, model: Functional, tensor: Tensor, unread: list[Tensor]) -> Mistake:
    """An output that does not depend on one of the inputs, or a model without that input."""
    given = [x for x in map(attempt.names.get, ("weather", "weekday")) if tensors_of(x)]
    other = [x for x in given if not any(x is y for y in model.inputs)]
    sources: list[Any] = [*unread, *other]
    if not sources:
        start = model.inputs[0].node
        return unforeseen({start: "one Input"}, model=model, value=f"starts at {told(start)} alone")
    notes = {sources[0].node: "not read", tensor.node: "an output"}
    why = "does not reach"
    return Mistake("input_unread", notes, input=sources[0].node, tensor=tensor, why=why)


def riders_off(model: Functional) -> dict[str, int]:
    """The mean error in riders, on unseen days, of a model trained from a fixed seed."""
    days, (x, y) = bikes.load_riders()
    targets = {name: days[1][name] / THOUSAND for name in model.output_names}
    adam = optimizers.Adam(0.01)
    fed = fed_to(model, days[0])
    copy: Any = trained_copy(model, fed, targets, loss="mse", epochs=60, optimizer=adam)
    made = copy.predict(fed_to(model, x), verbose=0)
    made = made if isinstance(made, dict) else dict(zip(model.output_names, made))
    return {
        name: round(float(np.abs(made[name][:, 0] * THOUSAND - y[name]).mean())) for name in RIDERS
    }


def fed_to(model: Functional, x: dict[str, Array]) -> list[Array]:
    """The weather, with its temperature in units of 40 degrees, and the weekday; by size."""
    weather = x["weather"] / np.array([WARMEST, 1, 1, 1, 1], "float32")
    by_size = {part.shape[1]: part for part in (weather, x["weekday"])}
    return [by_size[source.shape[1]] for source in model.inputs]


# Shared by several exercises.
def last_calls(model: Functional) -> list[Node]:
    return [tensor.node for tensor in model.outputs]


def is_compiled(model: Model) -> bool:
    return isinstance(model, Functional) and model.compiled_state is not None


def outputs_of(model: Model) -> list[Output]:
    """The outputs of a compiled model, with their losses and metrics."""
    return require(model).outputs or []
