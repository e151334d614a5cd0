"""Lesson 5: what if I call it twice?"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from funclab.datasets import digits
from funclab.errors import AmbiguousNodeError
from funclab.errors.words import listed
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, tensors_of
from funclab.teach.graphs import (
    accuracy, activation_of, calls_before, calls_by_input, fresh_copy, joins, source_inputs,
    trained_copy, unwrapped, weighted_calls, with_weights,
)  # fmt: skip
from funclab.teach.judging import (
    Mistake, calls_made, cut_off, judge, judge_model, known, lights, unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told

ONE, ENOUGH = (None, 1), 0.65


# 5A
@judge_model("5A")
def twins(attempt: Attempt, model: Functional) -> Mistake | None:
    """One layer called on each of two inputs, a comparison, one probability."""
    output = model.outputs[0]
    if len(model.outputs) == 1 and len(source_inputs(output)) < 2:
        return one_image(model)
    apart = two_encoders(model)
    if apart is not None:
        first, second = apart
        total = sum(node.operation.count_params() for node in apart)
        notes = {second: "another layer", first: "one layer"}  # the line of the other one
        return Mistake("two_layers", notes, first=first, second=second, n=total)
    return judges_pairs(model)


@without_model("5A", "5D")
def missing_input(attempt: Attempt) -> Mistake:
    """A Model that could not be made, as it was not given an Input that its calls read."""
    cut = cut_off(attempt)
    if cut is None:
        return unforeseen()
    tensor, needed, _ = cut
    notes = {needed.node: "not among the inputs"}
    return Mistake("input_missing", notes, input=needed.node, tensor=tensor)


def one_image(model: Functional) -> Mistake:
    """Twins that both see the same image: by one call, or by two calls on one Input."""
    calls = weighted_calls(model)[:-1]
    if len(calls) == 1:
        [tensor] = calls[0].output_tensors
        return Mistake("called_once", {calls[0]: "both sides"}, layer=calls[0], tensor=tensor)
    if len(calls) == 2 and calls[0].operation is calls[1].operation:
        notes = dict.fromkeys(calls, "the same image")
        source = source_inputs(model.outputs[0])[0].node
        return Mistake("same_input_twice", notes, layer=calls[0], input=source)
    return unforeseen({model.outputs[0].node: "the end"}, found=makes(model))


@lights("5A")
def calls_of_the_eye(attempt: Attempt) -> list[Node | Operation]:
    nodes = with_weights(calls_made(attempt))
    return [node for node in nodes if node.operation is nodes[0].operation]


def judges_pairs(model: Functional) -> Mistake | None:
    """After one eye for two images, a comparison that can say "equal", and one probability."""
    calls, end = weighted_calls(model)[:-1], {model.outputs[0].node: "the end"}
    read = all(calls_by_input(model)) or is_stacked(calls)
    alone = one_sided(model)
    if alone is not None:
        return unforeseen({alone: "one image"}, found=f"{told(alone)} reads one of the images only")
    if not read or (len(model.inputs), len(model.outputs)) != (2, 1) or not is_probability(model):
        return unforeseen(end, found=makes(model))
    if not only_adds_up(model):
        return None
    join: Any = (joins(model) or list(end))[-1]
    return Mistake("end_to_end", {join: "only adds up"}, join=join)


# 5B
@judge("5B", lit=lambda attempt: calls_on(known(attempt, "enc"), known(attempt, "right"))[:1])
def half(attempt: Attempt) -> Mistake | None:
    """From `right` to what the shared encoder has already made from it."""
    encoder, right = known(attempt, "enc"), known(attempt, "right")
    if isinstance(attempt.error, AmbiguousNodeError):
        notes = {node: f"row {node.index}" for node in encoder.inbound_nodes}
        return Mistake("output_alone", notes, layer=encoder, n=len(encoder.inbound_nodes))
    starts, ends = ends_given(attempt)
    if not (starts and ends):
        return unforeseen()
    first = calls_on(encoder, right)[0]
    there = [first, *(maker_of(attempt.names.get(name)) for name in ("a", "b"))]
    node: Any = next((x.node for x in ends if x.node not in there[::2]), ends[0].node)
    start = next((x for x in starts if x is not right), right)
    values = {"k": node.index, "layer": node}
    if node.operation is not encoder:
        return elsewhere(node, encoder)
    if node.index > first.index and node not in there:
        return Mistake("called_again", {node: "new"}, **values)
    values["input"] = node.arguments.tensors[0].node
    if node.arguments.tensors[0] is not right:
        return Mistake("wrong_row", {node: f"node {node.index}"}, **values)
    if start is not right:
        notes = {right.node: "read by the call", start.node: "given to Model"}
        return Mistake("other_input", notes, other=start.node, **values)
    return None


def elsewhere(node: Node, encoder: Operation) -> Mistake:
    """A model that ends at a call of another layer, or of a model that contains the encoder."""
    other: Any = node.operation
    if isinstance(other, Functional) and encoder in other.layers:
        return Mistake("called_again", {node: "new"}, layer=node, k=node.index)
    behind = any(x.operation is encoder for x in calls_before(node.arguments.tensors))
    if getattr(other, "weights", None) and not behind:
        new = f"A new {told(node)}" if other.name == encoder.name else node
        values = {"other": new, "n": other.count_params(), "layer": encoder}
        return Mistake("other_weights", {node: "weights of its own"}, **values)
    return unforeseen({node: "ends here"}, tensor=node.output_tensors[0])


def ends_given(attempt: Attempt) -> tuple[list[Tensor], list[Tensor]]:
    """The inputs and outputs of the answer, or of the Model that could not be made."""
    if attempt.model is not None:
        return attempt.model.inputs, attempt.model.outputs
    made = attempt.given_to_model
    return (tensors_of(made[0]), tensors_of(made[1])) if made else ([], [])


def calls_on(layer: Any, tensor: Any) -> list[Node]:
    return [node for node in layer.inbound_nodes if node.arguments.tensors[0] is tensor]


def maker_of(value: Any) -> Node | None:
    return value.node if isinstance(value, Tensor) and tensors_of(value) else None


# 5C
@judge_model("5C")
def real_sharing(attempt: Attempt, model: Functional) -> Mistake | None:
    """The images go through the same weights, which learn."""
    model = unwrapped(model)
    calls = weighted_calls(model)[:-1]
    frozen = [node for node in calls if not node.operation.trainable_weights]
    if frozen:
        return Mistake("frozen", dict.fromkeys(frozen, "does not learn"), layer=frozen[0])
    apart = two_encoders(model)
    if apart is not None:
        return not_shared(model, *apart)
    if len(model.outputs) == 1 and len(source_inputs(model.outputs[0])) < 2:
        return one_image(model)
    return judges_pairs(model)


@without_model("5C")
def one_name(attempt: Attempt) -> Mistake:
    """A Model that could not be made, because two of its layers have the same name."""
    same = getattr(attempt.error, "graph", None)
    layers = [x for x in same if isinstance(x, Operation)] if isinstance(same, list) else []
    if len(layers) < 2:
        return unforeseen()
    first, second = layers[:2]
    notes = {x.inbound_nodes[-1]: "weights of its own" for x in (first, second)}
    if isinstance(first, Functional):
        return Mistake("cloned", notes, first="the original", second="the clone")
    return Mistake("same_name", notes, layer=first)


def not_shared(model: Functional, first: Any, second: Any) -> Mistake:
    """Two encoders: with equal weights, which diverge at the first step, or with different ones."""
    notes = {first: "one set of weights", second: "another set"}
    values = {"model": model, "first": first, "second": second, "n": model.count_params()}
    ones, others = (node.operation.get_weights() for node in (first, second))
    if len(ones) == len(others) and all(map(np.array_equal, ones, others)):
        a, b = numbers_after_a_step(model, first, second)
        return Mistake("copied_weights", notes, a=a, b=b, **values)
    return Mistake("counted_both", notes, **values)


def numbers_after_a_step(model: Functional, first: Node, second: Node) -> list[str]:
    """The pair of weights that a training step on 32 pairs of digits moves the furthest apart."""
    pairs, _ = digits.load_pairs(32, test=2)
    copy = trained_copy(
        model,
        [pairs.left, pairs.right],
        pairs.same,
        loss="binary_crossentropy",
        epochs=1,
        weights=model.get_weights(),
    )
    ones, others = (
        np.concatenate([w.ravel() for w in copy.get_layer(node.operation.name).get_weights()])
        for node in (first, second)
    )
    place = np.abs(ones - others).argmax()
    return [f"{weights[place]:.4f}" for weights in (ones, others)]


def is_stacked(calls: list[Node]) -> bool:
    """Whether one layer reads both images at once, stacked: (None, 2, ...)."""
    shapes = [node.output_tensors[0].shape for node in calls]
    return len({node.operation for node in calls}) == 1 and shapes[0][1:2] == (2,)


@lights("5C")
def both_eyes(attempt: Attempt) -> list[Node | Operation]:
    """The encoders of an attempt, or else those of the exercise's given lines."""
    if attempt.model is not None:
        return list(weighted_calls(attempt.model)[:-1])
    return [known(attempt, name).inbound_nodes[0] for name in ("first", "second")]


# 5D
@judge_model("5D")
def three_images(attempt: Attempt, model: Functional) -> Mistake | None:
    """One encoder, three calls, one probability, the right index; learns."""
    output = model.outputs[0]
    if not is_probability(model):
        end = {"shape": output.shape, "activation": activation_of(output.node)}
        return Mistake("not_a_probability", {output.node: "the end"}, output=output, **end)
    apart = two_encoders(model)
    if apart is not None:
        first, second = apart
        layers = {node.operation for calls in calls_by_input(model) for node in calls}
        notes = {second: "another", first: "one encoder"}
        return Mistake("several_encoders", notes, first=first, second=second, n=len(layers))
    if len(model.inputs) != 3 or not all(calls_by_input(model)):
        return unforeseen({output.node: "the end"}, found=inputs_read(model))
    alone = one_sided(model)
    if alone is not None:
        said = f"{told(alone)} does not read all three images"
        return unforeseen({alone: "not all three"}, found=said)
    return misnumbered(attempt, model) or badly_judged(attempt, model)


def inputs_read(model: Functional) -> str:
    """What is wrong with the inputs of a model that reads three images."""
    read = source_inputs(model.outputs[0])
    idle = [told(x.node) for x in model.inputs if x not in read]
    if idle:
        return f"{listed(idle)} {'does' if len(idle) == 1 else 'do'} not reach the answer"
    if len(model.inputs) != 3:
        n = len(model.inputs)
        return f"Your model has {n} input{'s' * (n > 1)}"
    return "No layer of your model reads each image by itself"


def misnumbered(attempt: Attempt, model: Functional) -> Mistake | None:
    """The mistake if the index is missing, or is not that of the call on the middle image."""
    index = attempt.made("index")
    place = places(attempt, model).index("middle")
    middle, calls = model.inputs[place], calls_by_input(model)[place]
    layer = calls[0].operation
    values = {"layer": layer, "input": middle.node}
    found, notes = "no row", {calls[0]: "reads the middle image"}
    if not isinstance(index, (int, np.integer)):
        found = "not set" if index is None else f"of type {type(index).__name__}"
        return Mistake("no_index", notes, found=found, **values)
    if index in [node.index for node in calls]:
        return None
    rows = layer.inbound_nodes
    if 0 <= index < len(rows):
        found = f"the call on {rows[index].arguments.tensors[0].node.operation.name}"
        notes = {rows[index]: f"node {index}"}
    return Mistake("wrong_index", notes, k=int(index), found=found, **values)


def places(attempt: Attempt, model: Functional) -> list[str]:
    """Which image each input of a model takes: by the lesson's variables, else by its position."""
    sides = ["left", "middle", "right"]
    found = [[side for side in sides if attempt.names.get(side) is x] for x in model.inputs]
    return [names[0] for names in found] if all(found) else sides


def badly_judged(attempt: Attempt, model: Functional) -> Mistake | None:
    """The mistake if the model, trained from a fixed seed, is hardly better than guessing."""
    (x, y), (x_test, y_test) = triples()
    order = places(attempt, model)
    copy = trained_copy(model, [x[at] for at in order], y, loss="binary_crossentropy", epochs=30)
    share = accuracy(copy, [x_test[at] for at in order], y_test)
    if share > ENOUGH:
        return None
    join = joins(model)[0]
    values = {"output": model.outputs[0], "accuracy": share, "join": join}
    return Mistake("end_to_end", {join: "begin here"}, **values)


def triples(n: int = 600) -> list[tuple[dict[str, Array], Array]]:
    """Triples of images, training and unseen: does the middle one show the digit on the left?"""
    return [_triples(pairs) for pairs in digits.load_pairs(2 * n, test=2 * n)]


def _triples(pairs: Any) -> tuple[dict[str, Array], Array]:
    digit = pairs.left_digit
    rows = np.flatnonzero(pairs.same == 1)
    others = [(i + (np.roll(digit, -i) != digit[i]).argmax()) % len(digit) for i in rows]
    equal, other = pairs.right[rows], pairs.left[others]
    is_left = np.arange(len(rows)) % 2
    left = np.where(is_left[:, None], equal, other)
    right = np.where(is_left[:, None], other, equal)
    return {"left": left, "middle": pairs.left[rows], "right": right}, is_left


@lights("5D")
def calls_of_the_encoder(attempt: Attempt) -> list[Node | Operation]:
    if attempt.model is not None:
        return [node for calls in calls_by_input(attempt.model) for node in calls[:1]]
    called = calls_of_the_eye(attempt) if attempt.nodes else []
    return called or [known(attempt, name).node for name in ("left", "right")]


# Shared by several exercises.
def one_sided(model: Functional) -> Any:
    """A call of a layer that only one of the inputs goes through, if the others go through one."""
    sides = [calls for calls in calls_by_input(model) if calls]
    layers = [{node.operation for node in calls} for calls in sides]
    alone = [x for calls in sides for x in calls if any(x.operation not in y for y in layers)]
    return alone[0] if alone else None


def makes(model: Functional) -> str:
    """What a model reads and returns, for a message."""
    ends = listed([told(tensor.shape) for tensor in model.outputs])
    n, last = len(model.inputs), activation_of(model.outputs[0].node)
    return f"Your model makes {ends} with {last} from {n} input{'s' * (n > 1)}"


def two_encoders(model: Functional) -> tuple[Any, Any] | None:
    """Calls of two different layers on two inputs, neither of which reads the other's input."""
    found = [calls for calls in calls_by_input(model) if calls]
    for i, ours in enumerate(found):
        for theirs in found[i + 1 :]:
            layers = {node.operation for node in ours} ^ {node.operation for node in theirs}
            one = [node for node in ours if node.operation in layers]
            two = [node for node in theirs if node.operation in layers]
            if one and two:
                return one[0], two[0]
    return None


def is_probability(model: Functional) -> bool:
    """Whether a model gives one number for each example, always between 0 and 1."""
    output = model.outputs[0]
    if output.shape != ONE or activation_of(output.node) == "sigmoid":
        return output.shape == ONE
    answers = answers_to(model, [np.geomspace(0.1, 10, 16)[:, None] * x for x in images(model)])
    return bool(answers.min() >= 0 and answers.max() <= 1 and np.ptp(answers) > 0)


def only_adds_up(model: Functional) -> bool:
    """Whether the probability comes from a sum of two parts, one for each image."""
    x, y = (np.abs(x) / 10 for x in images(model))
    both = [np.concatenate([x, x[::-1]] * 2), np.concatenate([y, y[::-1], y[::-1], y])]
    p = np.clip(answers_to(model, both), 1e-6, 1 - 1e-6)
    first, second, third, fourth = np.split(np.log(p / (1 - p)), 4)
    return np.allclose(first + second, third + fourth, atol=1e-5)


def images(model: Functional) -> list[Array]:
    draw = np.random.default_rng(0)
    return [draw.normal(size=(16, *x.shape[1:])) for x in model.inputs]


def answers_to(model: Functional, x: list[Array]) -> Array:
    """The outputs of an untrained copy of a model without zero kernels, in double precision."""
    copy: Any = fresh_copy(model)
    draw = np.random.default_rng(1)
    zero = [w.ndim > 1 and not w.any() for w in copy.get_weights()]
    copy.set_weights(
        [draw.normal(size=w.shape) if empty else w for w, empty in zip(copy.get_weights(), zero)]
    )
    with warnings.catch_warnings(action="ignore"):  # on a softmax of one number
        return np.asarray(copy([part.astype("float32") for part in x]), "float64")
