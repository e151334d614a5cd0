"""Lesson "layer": what does one layer compute?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab import optimizers
from funclab.datasets import digits, spots
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.layers import Activation, Dense
from funclab.models.model import Functional
from funclab.teach.advice.naming import placed, told
from funclab.teach.attempt import Attempt
from funclab.teach.graphs import (
    accuracy, activation_of, bends, calls_of, chain_to, first_call, first_sums, fresh_copy,
    trained_copy, weighted_calls,
)  # fmt: skip
from funclab.teach.judging import Mistake, NotThere, judge, known, not_given, unforeseen
from funclab.view.draw.sentences import few, listed

ENOUGH_BY_HAND, ENOUGH, BUDGET, EPOCHS = 0.93, 0.95, 33, 200
TURNED = 0.15
"""With a lower share of right answers, a unit distinguishes well, but the other way round."""
INK_ALONE = 0.8
"""With a lower share for any bias, weights of one sign hardly do more than weigh all the ink."""
SETS = r"set_weights|assign|weights\s*=|initializer"
"""What lines that give a layer weights have in them."""
UNITS, FEW = 16, 5
"""The units of the hidden layers in exercise layer.C; fewer than FEW often close no border."""


# layer.A
@judge("layer.A", lit=lambda attempt: [the_pair(attempt)])
def sums_then_bias_then_relu(attempt: Attempt) -> Mistake | None:
    """What a Dense layer with relu makes of a batch."""
    x, w, b = (np.asarray(given_by_lesson(attempt, name), "float64") for name in "xwb")
    layer = the_pair(attempt)
    at, values = {layer: "the layer"}, {"layer": layer}
    unfit = f"size {x.shape[0]} is different from {w.shape[1]}"  # as in w @ x
    if attempt.answer is None and unfit in str(attempt.error):
        return Mistake("turned", at, n=w.shape[0], **values)
    out = numbers_in(attempt.answer)
    sums = x @ w
    wanted = np.maximum(sums + b, 0)
    if out is None:
        return unforeseen(at, **values)
    if is_close(out, wanted):
        return None
    if is_close(out, wanted.T):
        return Mistake("turned", at, n=w.shape[0], **values)
    early = np.maximum(x, 0) @ w
    foreseen: dict[str, tuple[Array, ...]] = {
        "relu_first": (early, early + b, np.maximum(early, 0), np.maximum(early + b, 0)),
        "no_bias": (sums, np.maximum(sums, 0)),
        "bias_late": (np.maximum(sums, 0) + b,),
        "no_relu": (sums + b,),
    }
    names = [name for name, others in foreseen.items() if any(is_close(out, o) for o in others)]
    name = names[0] if names else ""
    first = np.atleast_2d(out)[0]
    values |= {"found": shown(first), "given": shown(first), "wanted": shown(wanted[0]), "k": 1}
    values["part"] = "the first row"
    if out.shape != wanted.shape:
        given, whole = (f"an array of shape {one.shape}" for one in (out, wanted))
        values |= {"given": given, "wanted": whole, "part": "all rows"}
    elif is_close(first, wanted[0]):
        k = int((~np.isclose(out, wanted, atol=1e-4)).any(1).argmax())
        values |= {"given": shown(out[k]), "wanted": shown(wanted[k]), "part": f"row {k + 1}"}
        values |= {"found": shown(out[k]), "k": k + 1}
    if name == "relu_first":
        values["k"] = 1 + int((x < 0).any(1).argmax())
    if name == "no_relu":
        values |= {"k": 1 + int((out < 0).any(1).argmax()), "found": shown(out[out < 0][:1])}
    return Mistake(name, at, **values)


def given_by_lesson(attempt: Attempt, name: str) -> Any:
    """A variable as the lesson set it, whatever the lines have made of it."""
    names = attempt.given()
    if name not in names:
        raise NotThere(name)
    return names[name]


def the_pair(attempt: Attempt) -> Node | Operation:
    return first_call(given_by_lesson(attempt, "pair"))


def numbers_in(value: Any) -> Array | None:
    """A value as an array of numbers; None for anything else."""
    try:
        return np.asarray(value, "float64")
    except (TypeError, ValueError):
        return None


def is_close(some: Array, others: Array) -> bool:
    return some.shape == others.shape and np.allclose(some, others, atol=1e-4)


def shown(row: Array) -> str:
    """A few numbers of a row, as a message shows them."""
    numbers = [f"{number:.3g}".replace("-", "−") for number in np.ravel(row)[:4]]
    return ", ".join(numbers) + (", …" if np.size(row) > 4 else "")


# layer.B
@judge("layer.B", lit=lambda attempt: [unit_of(attempt) or known(attempt, "judge").outputs[0].node])
def a_unit_by_hand(attempt: Attempt) -> Mistake | None:
    """Weights that tell zeros from ones, unseen, with sums above 0 for zeros."""
    unit = unit_of(attempt)
    if unit is None:
        kind = type(attempt.answer).__name__
        return unforeseen(kind=kind) if attempt.answer is not None else unforeseen()
    at, values = {unit: "your weights"}, {"layer": unit}
    given = attempt.given_to("set_weights", "weights")
    if attempt.error is not None and given is not None:
        wanted, found = (" and ".join(str(np.shape(x)) for x in w)
                         for w in (unit.get_weights(), given))  # fmt: skip
        return Mistake("wrong_shape", at, wanted=wanted, found=found, **values)
    if attempt.error is not None:
        return unforeseen()
    images, zero = unseen_zeros_and_ones()
    sums = np.asarray(unit(images))
    if sums.shape != (len(images), 1):
        return unforeseen(at, **values)
    parts = unit.get_weights()
    if is_learned(attempt, parts[0].ravel()):
        return Mistake("learned", at, **values)
    if len(parts) < 2:
        return unforeseen(at, found=f"{told(unit)} holds 64 weights and no bias: use_bias is False")
    if ((sums[:, 0] > 0) == zero).mean() >= ENOUGH_BY_HAND:
        return None
    return not_held(attempt, unit) or not_apart(unit, sums[:, 0], zero)


def not_held(attempt: Attempt, unit: Any) -> Mistake | None:
    """The mistake of a unit that holds no weights of the student's, or what is no number."""
    at, [kernel, bias] = {unit: "your weights"}, unit.get_weights()
    if attempt.source and not re.search(SETS, attempt.source):
        yours = "your `w` and `b`" if "w" in attempt.new else "weights of yours"
        return unforeseen(at, found=f"{told(unit)} does not hold {yours}: nothing sets them")
    if not np.isfinite(kernel).all():
        return unforeseen(at, found=f"Not all weights of {told(unit)} are numbers: nan", sets="w")
    if not np.isfinite(bias).all():
        return unforeseen(at, found=f"The bias of {told(unit)} is no number: nan", sets="b")
    return None


def not_apart(unit: Any, sums: Array, zero: Array) -> Mistake:
    """What keeps a unit from telling zeros from ones, with its sums for images."""
    said, at = sums > 0, {unit: "your weights"}
    share = float((said == zero).mean())
    kernel, [bias] = (part.ravel() for part in unit.get_weights())
    values = {"layer": unit, "accuracy": share, "bias": f"{bias:.3g}".replace("-", "−")}
    values["share"] = float(max(said.mean(), 1 - said.mean()))
    values |= {"sets": "w", "found": f"{told(unit)} is right for {told(share)} of unseen images"}
    if share <= TURNED:
        return Mistake("sign_turned", at, **values)
    best = best_share(sums, zero)
    if best >= ENOUGH_BY_HAND:
        return Mistake("no_shift", at, **{**values, "sets": "b"})
    if any(is_multiple(kernel, mean) for mean in mean_images()):
        return Mistake("one_kind", at, **values)
    one_sign = kernel.any() and ((kernel >= 0).all() or (kernel <= 0).all())
    return Mistake("counts_ink" if one_sign and best < INK_ALONE else "", at, **values)


def unit_of(attempt: Attempt) -> Any:
    """The student's layer, or the last layer of a model in its place; None for anything else."""
    if attempt.model is not None:
        return attempt.model.outputs[0].node.operation
    return attempt.answer if isinstance(attempt.answer, Dense) and attempt.answer.built else None


def is_learned(attempt: Attempt, kernel: Array) -> bool:
    """Whether weights were trained, or are those that the lesson's model has learned. After the
    exercise, the lesson gives its model the difference of both means, which counts as chosen."""
    if ".fit(" in attempt.source:
        return True
    kept = [known(attempt, "judge").get_weights(), attempt.names.get("learned")]
    zeros, ones = mean_images()
    trained = [w[0].ravel() for w in kept if isinstance(w, list) and len(w)]
    return any(
        is_multiple(kernel, w) for w in trained if w.any() and not is_multiple(w, zeros - ones)
    )


def unseen_zeros_and_ones() -> tuple[Array, Array]:
    """Test images, and whether each is a zero."""
    _, (x, y) = digits.load_data()
    return (x[y < 2].reshape(-1, 64) / 16).astype("float32"), y[y < 2] == 0


def mean_images() -> Iterator[Array]:
    """The mean zero and the mean one among the training images."""
    (x, y), _ = digits.load_data()
    return (x[y == kind].reshape(-1, 64).mean(0) for kind in (0, 1))


def best_share(sums: Array, zero: Array) -> float:
    """The share that is right with the best bias for these sums."""
    flips = np.append(sums, sums.min() - 1)
    return float(max(((sums > flip) == zero).mean() for flip in flips))


def is_multiple(some: Array, other: Array) -> bool:
    """Whether two lists of numbers differ by a factor only."""
    lengths = np.linalg.norm(some) * np.linalg.norm(other)
    return bool(lengths and abs(some @ other) > 0.9999 * lengths)


# layer.C
@judge("layer.C", lit=lambda attempt: first_sums(attempt.model or known(attempt, "straight")))
def a_bend_between_two_sums(attempt: Attempt) -> Mistake | None:
    """A model of two coordinates that tells disc from ring after training."""
    model = attempt.model
    lost = no_way_from_point(attempt)
    if model is None or lost is not None:
        return lost or unforeseen()
    if not weighted_calls(model):
        found = "`model` has no layer with weights"
        return unforeseen({model.outputs[0].node: "no weights"}, found=found)
    if activation_of(model.outputs[0].node) == "softmax" and model.outputs[0].shape == (None, 1):
        last = model.outputs[0].node
        return Mistake("softmax_of_one", {last: "softmax of one"}, layer=last)
    if model.outputs[0].shape != (None, 1) or len(model.outputs) > 1:
        found = f"`model` gives {listed([told(tensor.shape) for tensor in model.outputs])}"
        return unforeseen({model.outputs[0].node: "the end"}, found=found)
    share = share_after_training(model)
    bending = [node for node in before_last_sum(model) if bends(node)]
    if (bending or share >= ENOUGH) and not gives_probability(model):
        return not_a_probability(model)
    if share >= ENOUGH:
        return None
    if bending:
        return bent_in_vain(model, bending[-1], after_training(share))
    return straight_border(model, share)


def straight_border(model: Functional, share: float) -> Mistake:
    """What leaves a model without a bend before its last sum."""
    [*calls, end], values = weighted_calls(model), {"model": model, "accuracy": share}
    after = [node for node in calls_of(model) if node not in before_last_sum(model)]
    bent = [node for node in after if bends(node) and (node is not end or not is_sigmoid(node))]
    large = [node for node in calls if units(node) > UNITS]
    if bent:
        return Mistake("only_at_the_end", {bent[-1]: "behind all sums"}, layer=bent[-1], **values)
    if len(calls) > 2:
        at = dict.fromkeys(calls, "a sum")
        return Mistake("more_layers", at, layer=calls[0], n=len(calls) + 1, **values)
    if large:
        return Mistake("more_units", {large[0]: "a larger sum"}, layer=large[0],
                       n=units(large[0]), **values)  # fmt: skip
    applied = [x for x in before_last_sum(model) if isinstance(x.operation, Activation)]
    straight = applied or calls
    if straight:
        return Mistake("linear", {straight[0]: "linear"}, layer=straight[0], **values)
    return unforeseen({end: "one sum"}, found=after_training(share))


def bent_in_vain(model: Functional, bend: Node, found: str) -> Mistake:
    """The mistake of a model that bends before its last sum, perhaps too early, and to no avail."""
    nodes = calls_of(model)
    if nodes.index(bend) < nodes.index(weighted_calls(model)[0]):
        found += f": {told(bend)} bends the inputs, before the first sum"
        return unforeseen({bend: "before the first sum"}, found=found)
    return unforeseen({model.outputs[0].node: "the answer"}, found=found)


def after_training(share: float) -> str:
    """What a model has learned, for a message."""
    return f"After training, the model is right for {told(share)} of the unseen points"


def no_way_from_point(attempt: Attempt) -> Mistake | None:
    """The mistake of a model that does not read the two coordinates."""
    point = given_by_lesson(attempt, "point")
    if attempt.model is None:
        made = attempt.given_to_model
        missing = not_given(attempt)
        if made is None or not missing:
            return None
        other = next(iter(made[0]), None)
        start = getattr(other, "node", missing[0].node)
        return Mistake("lost_input", {missing[0].node: "not given to Model"}, model="The model",
                       other=start)  # fmt: skip
    inputs = attempt.model.inputs
    if len(inputs) == 1 and inputs[0].shape == point.shape:  # one's own Input does as well
        return None
    others = [x for x in inputs if x.shape != point.shape] or list(inputs[1:])
    at = {others[0].node: "read by the model"}
    return Mistake("lost_input", at, model=attempt.model, other=others[0].node)


def hidden(model: Functional) -> list[Any]:
    """The calls with weights before the last one."""
    return weighted_calls(model)[:-1]


def before_last_sum(model: Functional) -> list[Node]:
    """The calls on the way to the last call with weights."""
    nodes = calls_of(model)
    last = nodes.index(weighted_calls(model)[-1]) if weighted_calls(model) else 0
    return nodes[:last]


def gives_probability(model: Functional) -> bool:
    """Whether a model ends in sigmoid, or in something else from 0 to 1 for any point."""
    if is_sigmoid(chain_to(model.outputs[0])[0]):
        return True
    points = np.random.default_rng(0).normal(size=(500, 2)) * 100
    out = np.asarray(fresh_copy(model).predict(points, verbose=0))
    one = activation_of(model.outputs[0].node) == "softmax"
    return not one and bool((out >= 0).all() and (out <= 1).all())


def not_a_probability(model: Functional) -> Mistake:
    """The mistake of a model that does not end in one number from 0 to 1."""
    last = model.outputs[0].node
    shape, activation = model.outputs[0].shape, activation_of(last)
    return Mistake("not_a_probability", {last: activation}, layer=last, shape=shape,
                   activation=activation)  # fmt: skip


def is_sigmoid(node: Node) -> bool:
    return activation_of(node) == "sigmoid"


def units(node: Any) -> int:
    return int(node.output_tensors[0].shape[-1] or 0)


def share_after_training(model: Functional) -> float:
    """The share of unseen points that a copy gets right, trained from a fixed seed."""
    (x, y), (x_test, y_test) = spots.load_data("circles")
    settings: dict[str, Any] = {"epochs": EPOCHS, "optimizer": optimizers.Adam(0.01)}
    copy = trained_copy(model, x, y, loss="binary_crossentropy", **settings)
    return accuracy(copy, x_test, y_test)


# layer.D
@judge("layer.D", lit=lambda attempt: weighted_calls(attempt.model or known(attempt, "straight")))
def few_numbers(attempt: Attempt) -> Mistake | None:
    """Disc and ring with 33 numbers."""
    model = attempt.model
    lost = no_way_from_point(attempt)
    if model is None or lost is not None:
        return starts_elsewhere(lost) if lost else unforeseen()
    calls, total = weighted_calls(model), model.count_params()
    if model.outputs[0].shape != (None, 1):
        return not_a_probability(model)
    if total > BUDGET:
        held = {node: node.operation.count_params() for node in calls}
        parts = listed(few([f"{n} in {placed(node, attempt)}" for node, n in held.items()], 3))
        at = {node: f"{n} numbers" for node, n in held.items()}
        return Mistake("too_many", at, model=model, total=total, parts=parts)
    if not gives_probability(model):
        return not_a_probability(model)
    share = share_after_training(model)
    return None if share >= ENOUGH else why_so_few_right(model, share)


def starts_elsewhere(lost: Mistake) -> Mistake:
    """The mistake of a model that does not read the two coordinates."""
    found = f"The model reads {told(lost.values['other'])}, not two numbers for each point"
    return unforeseen(lost.at, found=found)


def why_so_few_right(model: Functional, share: float) -> Mistake:
    """What keeps a small model from closing a border around the disc."""
    values: dict[str, Any] = {"model": model, "accuracy": share}
    calls, inner = weighted_calls(model), hidden(model)
    end = calls[-1] if calls else model.outputs[0].node
    if not any(bends(node) for node in before_last_sum(model)):
        at = (inner or [end])[0]
        return Mistake("no_activation", {at: "a sum"}, layer=at, **values)
    flat = [node for node in calls if getattr(node.operation, "use_bias", True) is False]
    if flat:
        return Mistake("no_bias", {flat[-1]: "no bias"}, layer=flat[-1], **values)
    small = [node for node in inner if units(node) < FEW]
    if small:
        n = f"{units(small[0])} unit{'s' * (units(small[0]) > 1)}"
        return Mistake("too_few", {small[0]: n}, layer=small[0], n=n, **values)
    return unforeseen({end: "the answer"}, found=after_training(share))
