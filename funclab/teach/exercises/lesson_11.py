"""Lesson 11: how do I write my own?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from funclab import layers, optimizers
from funclab.datasets import bikes
from funclab.errors import ArgumentError, LossError, TensorTypeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array, show
from funclab.graph.value import Variable
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt
from funclab.teach.graphs import calls_of, fresh_copy, reads, trained_copy, weighted_calls
from funclab.teach.judging import (
    Mistake, function_of, judge, judge_model, known, lights, stopped, unforeseen, without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told
from funclab.teach.predicting import judge_predictions

HOURS = 24
ENOUGH, BATCHES, EPOCHS = (0.78, 0.82), 273, 5
"""The share of hours that 11D asks for; the batches per epoch, and the epochs, of its training."""
RATE, LIMIT = 0.01, 0.05
"""The learning rate, and the longest step, in 11E."""


# 11A
def weights_built(node: Node) -> int:
    """How many weights a call builds: none, unless it is the first call of its layer."""
    layer: Any = node.operation
    return layer.count_params() if layer.inbound_nodes[0] is node else 0


def not_so_many(node: Node, given: Any) -> Mistake:
    """What is wrong with the answer for a call."""
    layer, [read] = node.operation, node.arguments.tensors
    at = dict.fromkeys(reads(node), f"{layer.name} reads this")
    values: dict[str, Any] = {"layer": node, "given": given}
    if not weights_built(node):
        return Mistake("built_again" if given else "", at, **values)
    if given == 0:
        return Mistake("not_yet", at, **values)
    if isinstance(layer, layers.Dense):
        flat = layer.units * (HOURS * int(read.shape[-1] or 1) + 1)
        return Mistake("flattened" if given == flat else "", at, **values)
    if given == HOURS:
        return Mistake("rows_only", at, **values)
    return Mistake("same_class" if given == 2 * HOURS else "", at, **values)


judge_predictions("11A", weights_built, not_so_many)


# 11B
@judge_model("11B")
def last_hour_and_a_share_of_the_rise(attempt: Attempt, model: Functional) -> Mistake | None:
    """One trainable number, initially 0, in a layer that computes the same as before."""
    node = model.outputs[0].node
    layer: Any = node.operation
    weights = layer.weights if layer.is_layer else []
    size = sum(weight.numpy().size for weight in weights)
    at, values = {node: "the share"}, {"layer": node, "model": model, "n": size}
    if not weights:
        share = getattr(layer, "share", None)
        kind = "an array" if isinstance(share, np.ndarray) else "a plain number"
        return Mistake("not_a_weight" if share is not None else "", at, kind=kind, **values)
    if size > 1:
        return Mistake("per_hour", at, **values)
    if not layer.trainable_weights:
        return Mistake("fixed", at, **values)
    x, copy = windows(), fresh_copy(model)
    copy(x)
    if len(copy.get_weights()) > 1:
        return Mistake("made_in_call", at, **values)
    [share], last, before = copy.get_weights(), x[:, -1], x[:, -2]
    if share.item() != 0:
        return Mistake("random_start", at, value=f"{share.item():.2f}", **values)
    for number in (0.0, 0.5):
        copy.set_weights([np.full_like(share, number)])
        if not same(copy(x), last + number * (last - before)):
            return unforeseen(at, **values)
    return None


@without_model("11B")
def not_built(attempt: Attempt) -> Mistake:
    """A layer that failed in `build`, or in `call` because `build` had not stored something."""
    error = attempt.error
    layer = attempt.given_to("call", "self") or attempt.given_to("build", "self")
    if not isinstance(layer, Operation):
        return unforeseen()
    shape = attempt.given_to("_new_variable", "shape")
    if isinstance(error, ArgumentError) and shape is not None and None in shape:
        return Mistake("open_shape", {layer: str(shape)}, layer=layer, shape=tuple(shape))
    if isinstance(error, AttributeError) and error.name and attempt.given_to("call", "self"):
        return Mistake("not_kept", {layer: f"no {error.name}"}, layer=layer, missing=error.name)
    sizes = [weight.numpy().size for weight in getattr(layer, "weights", [])]
    if sum(sizes) > 1:
        return Mistake("per_hour", {layer: "too many"}, layer=layer, n=sum(sizes))
    return unforeseen()


@lights("11B")
def the_call_with_the_share(attempt: Attempt) -> list[Any]:
    model = attempt.model or known(attempt, "forecast")
    return (weighted_calls(model) or calls_of(model))[:1]


# 11C
@judge_model("11C", lit=lambda attempt: [calls_of(attempt.model or known(attempt, "forecast"))[0]])
def a_way_back_to_fade(attempt: Attempt, model: Functional) -> Mistake | None:
    """The same outputs, and a training step that changes the weight before them."""
    node, *others = calls_of(model)
    layer: Any = node.operation
    weights = layer.weights if layer.is_layer else []
    size = sum(weight.numpy().size for weight in weights)
    at, values = {node: "no way back"}, {"layer": node, "n": size}
    if not weights or not others:
        return Mistake("no_weight" if others else "", {node: "no weight"}, **values)
    [made] = node.output_tensors
    if made.shape != (None, 1):
        return unforeseen({node: f"makes {show(made.shape)}"}, **values)
    if not layer.trainable_weights:
        return Mistake("frozen", {node: "not trainable"}, **values)
    if size > 1:
        return Mistake("per_hour", {node: f"{size} weights"}, **values)
    copy: Any = fresh_copy(model)
    position = [id(weight) for weight in model.weights].index(id(weights[0]))
    start = copy.get_weights()[position].item()
    copy.compile(optimizers.Adam(0.01), "mse")
    copy.train_on_batch(windows(), windows()[:, -1])
    if copy.get_weights()[position].item() == start:
        return Mistake("still_numpy", at, value=f"{start:g}", **values)
    for fade in (0.5, 1.0):
        arrays = [np.ones_like(array) for array in copy.get_weights()]
        arrays[position][...] = fade
        copy.set_weights(arrays)
        shares = np.exp(-fade * np.arange(HOURS)[::-1, None])
        if not same(copy(windows()), (windows() * (shares / shares.sum())).sum(1) + 1):
            return unforeseen({node: "other numbers"}, **values)
    return None


@without_model("11C")
def numpy_in_call(attempt: Attempt) -> Mistake:
    error: Any = attempt.error
    layer = attempt.given_to("call", "self")
    if isinstance(error, TensorTypeError) and isinstance(layer, Operation):
        method = isinstance(error, AttributeError)
        function = f".{error.name}" if method else function_of(error)
        at = {layer: f"{function} of a tensor"}
        return Mistake("numpy_op", at, layer=layer, function=function, line=attempt.stopped_at)
    return unforeseen()


# 11D
@judge("11D", lit=lambda attempt: [known(attempt, "forecast").outputs[0].node])
def enough_in_four_of_five_hours(attempt: Attempt) -> Mistake | None:
    """A loss with which the lesson's model has enough bikes in 80 % of the hours of 2011."""
    charge = attempt.answer
    model: Functional = known(attempt, "forecast")
    end = model.outputs[0].node
    values: dict[str, Any] = {"charge": getattr(charge, "__name__", "charge"), "layer": end}
    if not callable(charge) or isinstance(charge, (type, Operation)):
        found = f"`charge` is of the kind {type(charge).__name__}, not a function"
        return unforeseen({end: "the forecasts"}, found=found, **values)
    try:
        if charge(*(np.ones((1, 1), "float32"),) * 2) is None:
            found = "`charge` returns None, and that is not a number"
            return unforeseen({end: "no loss"}, found=found, **values)
        share = share_with_enough(model, charge)
        returned = np.size(price(charge, [10, 10, 10], [9, 10, 11]))
        few, fewer, many = (float(np.mean(price(charge, [10], [x]))) for x in (0, 5, 20))
    except TensorTypeError:
        return Mistake("numpy", {end: "no gradient"}, **values)
    except LossError as error:
        name = "counts" if "slope" in str(error) else "numpy"
        return Mistake(name, {end: "no gradient"}, **values)
    except Exception as error:  # a student's function can do anything
        found = stopped("`charge`", error)
        return unforeseen({end: "no loss"}, found=found, **values)
    if returned > 3:
        return Mistake("every_pair", {end: "(None, 1)"}, n=returned, **values)
    at, values = {end: f"{told(share)} have enough"}, {**values, "share": share}
    if min(few, many) < 0:
        return Mistake("below_zero", at, value=signed(min(few, many)), **values)
    if many == 0:
        return Mistake("free", at, **values)
    if few == fewer:
        found = f"`{values['charge']}` is the same for 5 missing bikes and for 10"
        return unforeseen(at, found=found, **values)
    if few < many:
        return Mistake("wrong_side", at, **values)
    if ENOUGH[0] <= share <= ENOUGH[1]:
        return None
    found = f"With `{values['charge']}`, {told(share)} of the hours of 2011 have enough"
    return unforeseen(at, found=found, **values)


def share_with_enough(model: Functional, charge: Callable[..., Any]) -> float:
    """The share of hours of 2011 with enough bikes, after training with a loss and a fixed seed."""
    x, y = hours_of_2011()
    rate = optimizers.schedules.CosineDecay(0.1, BATCHES * EPOCHS)
    copy: Any = trained_copy(
        model, x, y, loss=charge, epochs=EPOCHS, optimizer=optimizers.Adam(rate)
    )
    return float((copy.predict(x, batch_size=512, verbose=0) >= y).mean())


def price(charge: Callable[..., Any], wanted: list[int], forecast: list[int]) -> Array:
    """What a loss returns for some hours."""
    y, answer = (np.array(numbers, "float32")[:, None] for numbers in (wanted, forecast))
    return np.asarray(charge(y, answer))


# 11E
@judge("11E", lit=lambda attempt: [known(attempt, "forecast").outputs[0].node])
def a_step_that_is_never_long(attempt: Attempt) -> Mistake | None:
    """A custom step: that of SGD if it is short, else 0.05, in both directions."""
    step = attempt.answer
    node = known(attempt, "forecast").outputs[0].node
    at, still = {node: "moved by this"}, {node: "not moved"}
    values: dict[str, Any] = {"step": type(step).__name__, "layer": node}
    if not isinstance(step, optimizers.Optimizer):
        kind = "a class" if isinstance(step, type) else f"of the kind {type(step).__name__}"
        found = f"`step` is {kind}, not an optimizer"
        return unforeseen(still, found=found, **values)
    rate = float(step.learning_rate)
    products = np.array([0.02, -0.03, 4, -5])
    weight = Variable(np.ones(4, "float32"))
    try:
        step.apply([(products / rate).astype("float32")], [weight])
    except Exception as error:  # a student's method can do anything
        return unforeseen(still, found=stopped("The step", error), **values)
    moved = 1 - weight.numpy()
    wanted = np.clip(products, -LIMIT, LIMIT)
    if np.allclose(moved, wanted, atol=1e-4):
        return another_optimizer(step, rate, at, values)
    longest = np.abs(moved).max()
    values["moved"] = f"{longest:.2g}"
    if not moved.any():
        return Mistake("not_assigned", still, **values)
    if np.allclose(weight.numpy(), -products, atol=1e-4) or same(weight.numpy(), -wanted):
        return Mistake("replaced", at, after=signed(weight.numpy()[0]), **values)
    if np.allclose(moved, products, rtol=1e-3):
        return Mistake("no_limit", at, **values)
    if (np.isclose(moved, products, rtol=1e-3) | np.isclose(moved, wanted, atol=1e-4)).all():
        return Mistake("one_side", at, **values)
    if longest < LIMIT / 2 and np.sign(moved[2]) == 1:
        return Mistake("limited_before", at, **values)
    if same(moved, LIMIT * np.sign(products)):
        return Mistake("always_full", at, **values)
    worst = int(np.abs(moved - wanted).argmax())
    after, product = signed(weight.numpy()[worst]), signed(products[worst])
    found = f"`{values['step']}` moves a weight from 1 to {after} where rate times gradient is "
    return unforeseen(at, found=found + product, **values)


def another_optimizer(step: Any, rate: float, at: Any, values: dict[str, Any]) -> Mistake | None:
    """What else is wrong with an optimizer that moves weights as required."""
    found = ""
    if type(step).__module__.startswith("funclab."):
        found = f"`step` is the ready-made {values['step']}"
    elif not np.isclose(rate, RATE):
        found = f"`step` has a rate of {rate:g}"
    return unforeseen(at, found=found, **values) if found else None


# Shared by several exercises.
def signed(number: float) -> str:
    return f"{number:.3g}".replace("-", "−")


def same(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-4, atol=1e-4)


@cache
def hours_of_2011() -> tuple[Array, Array]:
    return bikes.load_hours()[0]


def windows() -> Array:
    """Eight windows of 24 hours, in thousands of bikes."""
    return hours_of_2011()[0][::1000][:8] / 1000
