"""Lesson 1: what does a call build?"""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import activations
from funclab.datasets import digits
from funclab.errors import NeverCalledError, ShapeError
from funclab.errors.words import listed
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.layers import Dense
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, assigned, parsed, tensors_of
from funclab.teach.graphs import (
    accuracy, activation_of, calls_before, calls_of, chain_to, first_call, gives_probabilities,
    hardest, joins, own_layers, reads, same_answers, softmaxes, source_inputs, trained_copy,
    unused_calls, ways, weights_of, with_weights,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, calls_made, in_model, judge, judge_model, known, numpy_was_given, unforeseen,
    without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told
from funclab.teach.records.answers import plain_answer

TEN = (None, 10)
BUDGET, ENOUGH = 3000, 0.85
ACTIVATIONS = {name for name in activations.__all__ if name not in ("linear", "softmax")}


# 1A
@judge_model("1A", lit=lambda attempt: calls_made(attempt, Dense)[:1])
def two_hidden_layers(attempt: Attempt, model: Functional) -> Mistake | None:
    """One Input of 64 numbers, two Dense layers in a row, ten probabilities."""
    chain = chain_to(model.outputs[0])
    dense = [node for node in reversed(chain) if isinstance(node.operation, Dense)]
    layers = {node.operation for node in dense}
    at_input = chain[-1].is_input and model.inputs[0].shape == (None, 64)
    if at_input and len(dense) == len(layers) == 3 and is_probabilities(model):
        return None
    return beside_or_lost(attempt, model) or unforeseen(model=model)


def beside_or_lost(attempt: Attempt, model: Functional) -> Mistake | None:
    """Two hidden layers that both read the Input: side by side, or one of them unused."""
    source = model.inputs[0]
    first = [node for node in calls_of(model, Dense) if source in node.arguments.tensors]
    lost = [node for node in unused_calls(calls_made(attempt), model)
            if isinstance(node.operation, Dense) and source in node.arguments.tensors]  # fmt: skip
    if lost and first:
        notes = {lost[-1]: "nobody reads this"}
        twice = len(parsed(attempt.source).body) > len(assigned(attempt.source))
        why = ", because that name was given away twice" if twice else ", which nobody reads"
        return Mistake(
            "result_lost", notes, layer=first[0], tensor=source, before=lost[-1], why=why
        )
    if len(first) > 1:
        notes = {first[1]: "reads the Input, too"}
        return Mistake("side_by_side", notes, first=first[0], second=first[1], input=source)
    return None


@without_model("1A")
def not_a_model(attempt: Attempt) -> Mistake:
    """Why there is no model: what was given in place of a tensor, or where the path ends."""
    outputs = outputs_given(attempt)
    layer = next((x for x in outputs if isinstance(x, Operation)), None)
    if layer is not None:
        return Mistake("ends_in_a_layer", place_of(layer, "no plate: a layer"), layer=layer)
    used = numpy_was_given(attempt)
    if used is not None:
        notes = {used.node: "the path ends here"}
        source = source_inputs(used)[0]
        return Mistake("left_the_graph", notes, layer=used.node, input=source.node)
    return other_input(attempt) or unforeseen()


# 1B
@judge("1B", lit=lambda attempt: [known(attempt, "reader").get_layer("hidden_2").inbound_nodes[0]])
def second_eye(attempt: Attempt) -> Mistake | None:
    """From the reader's Input to the same tensor that its second hidden layer made."""
    reader = known(attempt, "reader")
    hidden = reader.get_layer("hidden_2")
    source = reader.inputs[0]
    if attempt.model is None:
        return no_eye(attempt, hidden, source)
    model = attempt.model
    [output, *more] = model.outputs
    start = next((x for x in model.inputs if x is not source), source)
    where = {"layer": hidden, "input": source.node}
    if more:
        ends = listed([told(tensor) for tensor in model.outputs])
        return unforeseen({more[-1].node: "another output"}, tensor=ends, **where)
    new = own_layers(model, reader)
    if new:
        node = next(node for node in calls_of(model) if node.operation is new[0])
        return Mistake("new_layer", {node: "new"}, layer=new[0], n=new[0].count_params())
    alone = len(model.inputs) == 1
    if alone and same_answers(model, Functional(source, hidden.get_output_at(0))):
        return None
    if start is not source:
        notes, other = {start.node: "another start"}, named_apart(start.node, source.node)
        return Mistake("fresh_input", notes, model=model, other=other, **where)
    if output is reader.outputs[0] or output.node.operation is reader:
        notes = {output.node: "the reader's last call"}
        return Mistake("last_call", notes, model=model, tensor=output, **where)
    return unforeseen({output.node: "ends here"}, tensor=output, **where)


def named_apart(other: Node, own: Node) -> Any:
    """An Input for a message, also if another one has its name."""
    same = other is not own and other.operation.name == own.operation.name
    return f"another Input called {told(other)}" if same else other


def no_eye(attempt: Attempt, hidden: Any, source: Any) -> Mistake:
    outputs = outputs_given(attempt)
    first: Any = outputs[0] if outputs else None
    where = {"layer": hidden, "input": source.node}
    if isinstance(first, Operation):
        return Mistake("gave_a_layer", place_of(first, "a layer"), **{**where, "layer": first})
    if hasattr(first, "shape") and not tensors_of(first):
        notes = {hidden.inbound_nodes[0]: "the place in the graph"}
        return Mistake("gave_numbers", notes, shape=tuple(first.shape), **where)
    moved = other_input(attempt)
    if moved is not None:
        missing = moved.values["input"]  # what the tensors were made from, if not from the lesson's
        other = moved.values["other"] if missing is source.node else missing
        told_apart = {"other": named_apart(other, source.node)}
        return Mistake("fresh_input", moved.at, **{**moved.values, **where, **told_apart})
    return unforeseen()


# 1C
@judge_model("1C", lit=lambda attempt: [first_call(known(attempt, "rule"))])
def a_called_rule(attempt: Attempt, model: Functional) -> Mistake | None:
    """Ten probabilities from the pixels, whatever layer makes them."""
    output = model.outputs[0]
    taken = softmaxes(output)
    if len(taken) > 1:
        notes = dict.fromkeys(taken[:2], "softmax")
        return Mistake("softmax_twice", notes, layer=taken[0], next=taken[1])
    if is_probabilities(model):
        return None
    inside = set(model.graph.nodes)
    loose = [node for node in rule_calls(attempt) if node not in inside]
    if loose and not any(node in inside for node in rule_calls(attempt)):
        notes = {loose[-1]: "its result goes nowhere"}
        return Mistake("result_unused", notes, model=model, tensor=output, layer=loose[-1])
    return not_ten(model)


@without_model("1C")
def no_call(attempt: Attempt) -> Mistake:
    error = attempt.error
    if isinstance(error, NeverCalledError) and isinstance(error.graph, Operation):
        notes = {error.graph: "no node"}
        return Mistake("never_called", notes, layer=error.graph)
    outputs = outputs_given(attempt)
    layer = next((x for x in outputs if isinstance(x, Operation)), None)
    if layer is not None:
        return Mistake("gave_a_layer", place_of(layer, "a layer, no tensor"), layer=layer)
    if outputs and hasattr(outputs[0], "shape") and not tensors_of(outputs):
        idle = [layer for layer in attempt.layers if not layer.inbound_nodes]
        rule = idle[-1] if idle else attempt.names.get("rule", "The layer")
        notes = {rule: "no call on a tensor"} if idle else {}
        return Mistake("gave_numbers", notes, layer=rule)
    return unforeseen()


def rule_calls(attempt: Attempt) -> list[Node]:
    """The calls of the layer that the notebook calls rule."""
    rule = attempt.names.get("rule")
    return list(rule.inbound_nodes) if isinstance(rule, Operation) else []


# 1D
@judge_model(
    "1D", lit=in_model(lambda model: [*model.graph.input_nodes[:1], *calls_of(model, Dense)[:1]])
)
def short_cut(attempt: Attempt, model: Functional) -> Mistake | None:
    """Two paths from the pixels that meet; few weights; learns."""
    if len(model.inputs) > 1:
        return two_inputs(model)
    output, source = model.outputs[0], model.inputs[0]
    if source.shape != (None, 64) or not source.node.is_input:
        values = {"input": source.node, "shape": source.shape, "model": model}
        return Mistake("other_start", {source.node: "another start"}, **values)
    if output.shape != TEN:
        return Mistake("not_probabilities", {output.node: "the end"}, **end_of(model))
    if ways(source, output) < 2 or not passes_hidden_layers(source, output):
        return unused_join(attempt, model) or unforeseen(model=model, input=source.node)
    if not is_probabilities(model):
        return Mistake("not_probabilities", {output.node: "the end"}, **end_of(model))
    total = model.count_params()
    if total > BUDGET:
        node = max(calls_of(model), key=weights_of)
        largest = {"layer": node, "n": weights_of(node), "total": total, "model": model}
        return Mistake("too_many_weights", {node: f"{weights_of(node):,} weights"}, **largest)
    share = reading(model)
    if share > ENOUGH:
        return None
    narrow = min(calls_of(model), key=lambda node: node.output_tensors[0].shape[-1] or 0)
    return Mistake("reads_badly", {narrow: "few numbers pass"}, model=model, accuracy=share)


def passes_hidden_layers(source: Tensor, output: Tensor) -> bool:
    """Whether one path leads through a hidden layer, and another past all of them.

    A Dense layer without an activation is allowed on the second path: it only weighs the pixels.
    """
    calls = calls_before([output])
    weighted = with_weights(calls)
    before = {node for call in weighted for node in calls_before(call.arguments.tensors)}
    most, open_way = {source.node: 0}, {source.node}
    for node in calls:
        known = [parent for parent in reads(node) if parent in most]
        if known:
            most[node] = max(most[parent] for parent in known) + (node in weighted)
            active = activation_of(node) in ACTIVATIONS
            if not (active and node in before) and not open_way.isdisjoint(known):
                open_way.add(node)
    return output.node in open_way and most[output.node] > 1


def reading(model: Functional) -> float:
    """The fraction of unseen digits that a model reads, once it is trained from a fixed seed."""
    (x, y), (x_test, y_test) = digits.load_data()
    x, x_test = x.reshape(-1, 64) / 16, x_test.reshape(-1, 64) / 16
    copy = trained_copy(model, x, y, loss="sparse_categorical_crossentropy")
    return accuracy(copy, x_test, y_test)


@without_model("1D")
def not_joined(attempt: Attempt) -> Mistake:
    error: Any = attempt.error
    joining = isinstance(error, ShapeError) and not isinstance(error.graph, Dense)
    if joining and len(error.tensors) > 1:
        a, b = error.tensors[:2]
        notes = {a.node: str(a.shape), b.node: str(b.shape)}
        return Mistake("cannot_add", notes, join=error.graph, a=a.shape, b=b.shape)
    used = numpy_was_given(attempt)
    if used is not None:
        name = getattr(error.facts.wrong[-1], "name", "NumPy") if error.facts else "NumPy"
        return Mistake(
            "joined_outside", {used.node: "the path ends"}, function=name, layer=used.node
        )
    return unforeseen()


def two_inputs(model: Functional) -> Mistake:
    other = model.inputs[1].node
    reader = [node for node in joins(model) if other in calls_before(node.arguments.tensors)]
    join = reader[0] if reader else model.outputs[0].node
    return Mistake("second_input", {other: "a second Input"}, join=join, other=other, model=model)


def unused_join(attempt: Attempt, model: Functional) -> Mistake | None:
    loose = unused_calls(calls_made(attempt), model)
    joining = [node for node in loose if len(set(node.arguments.tensors)) > 1]
    if not joining:
        return None
    notes = {joining[-1]: "nobody reads this"}
    return Mistake("join_unused", notes, join=joining[-1], model=model, tensor=model.outputs[0])


# 1E
@judge("1E", lit=lambda attempt: [the_answer(attempt)])
def largest_loss(attempt: Attempt) -> Mistake | None:
    """The number, the truth and the answer of the mistake with the largest loss."""
    given = plain_answer(attempt.answer)
    if not isinstance(given, tuple) or len(given) != 3:
        return unforeseen()
    end = the_answer(attempt)
    chances, truth = chances_of(attempt, "test"), known(attempt, "y_test")
    worst, at, number = hardest(chances, truth), {end: "ten probabilities"}, given[0]
    right, said = int(truth[worst]), int(chances[worst].argmax())
    if number != worst and sorted(map(str, given)) == sorted(map(str, (worst, right, said))):
        return unforeseen(at, given=list(given))  # the right three, in another order
    if number != worst:
        return other_number(attempt, number, worst, at)
    if given[1:] == (right, said):
        return None
    values = {"layer": end, "truth": said, "said": right}
    name = "answer_for_truth" if given[1:] == (said, right) else ""
    return Mistake(name, at, given=list(given[1:]), **values)


def other_number(attempt: Attempt, number: Any, worst: int, at: dict[Node, str]) -> Mistake:
    """What is wrong with the number of another digit than the `worst`."""
    chances, truth = chances_of(attempt, "test"), known(attempt, "y_test")
    values: dict[str, Any] = {"layer": the_answer(attempt), "number": number}
    if number == hardest(chances_of(attempt, "train"), known(attempt, "y_train")):
        return Mistake("of_training", at, **values)
    if not isinstance(number, int) or not 0 <= number < len(truth):
        return unforeseen(at, given=number, **values)
    if number == worst + 1:
        return Mistake("counted_from_one", at, **values)
    right = int(truth[number])
    values |= {"truth": right, "share": float(chances[number].max())}
    values["loss"] = f"{-np.log(chances[number, right]):.1f}"
    read = chances[number].argmax() == right
    return Mistake("right_answer" if read else "smaller_loss", at, **values)


def the_answer(attempt: Attempt) -> Node:
    """The call of the reader that gives ten probabilities."""
    end: Node = known(attempt, "reader").outputs[0].node
    return end


def chances_of(attempt: Attempt, digits: str) -> Array:
    """The probabilities that the lesson's reader gives to its "test" or "train" digits."""
    return np.asarray(known(attempt, "reader")(known(attempt, f"x_{digits}")))


# Shared by several exercises.
def is_probabilities(model: Functional) -> bool:
    """Whether a model gives ten probabilities, with softmax or otherwise, but not twice."""
    [output, *more] = model.outputs
    fits = not more and len(model.inputs) == 1 and output.shape == TEN
    return fits and len(softmaxes(output)) < 2 and gives_probabilities(model)


def end_of(model: Functional) -> dict[str, Any]:
    output = model.outputs[0]
    twice = len(softmaxes(output)) > 1
    activation = "softmax twice" if twice else activation_of(output.node)
    shape = f"{len(model.outputs)} outputs" if len(model.outputs) > 1 else told(output.shape)
    if len(model.inputs) > 1:
        shape = f"{shape} from {len(model.inputs)} inputs"
    return {"model": model, "shape": shape, "activation": activation}


def not_ten(model: Functional) -> Mistake:
    return unforeseen({model.outputs[0].node: "the end"}, **end_of(model))


def outputs_given(attempt: Attempt) -> list[Any]:
    """What was given as the output of a model: in a Model that failed, or as the answer."""
    made = attempt.given_to_model
    if made is not None:
        return made[1]
    no_output = attempt.answer is None or isinstance(attempt.answer, Functional)
    return [] if no_output else [attempt.answer]


def place_of(layer: Operation, note: str) -> dict[Node | Operation, str]:
    """Where a layer is marked: at its first call if it has one."""
    return {first_call(layer): note}


def other_input(attempt: Attempt) -> Mistake | None:
    """A Model that was to start at a different Input than the one that its calls read."""
    made = attempt.given_to_model
    if made is None or not tensors_of(made[1]):
        return None
    [start, *_], tensor = tensors_of(made[0]) or [None], tensors_of(made[1])[0]
    read = [source for source in source_inputs(tensor) if source is not start]
    if start is None or not read:
        return None
    notes = {read[0].node: "read by the layers", start.node: "given to Model"}
    values = {"tensor": tensor, "input": read[0].node, "other": start.node}
    return Mistake("other_input", notes, model="The model", **values)
