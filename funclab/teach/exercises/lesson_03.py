"""Lesson 3: how does it get better?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any

import numpy as np

from funclab.callbacks.base import History
from funclab.errors import DataError, NotCompiledError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional
from funclab.shape_math import Array
from funclab.teach.answers import plain_answer, same_answer, shape_and_weights
from funclab.teach.attempt import Attempt, flat
from funclab.teach.graphs import (
    activation_of,
    calls_of,
    chain_to,
    maker,
    trained_copy,
    weighted_calls,
)
from funclab.teach.judging import Mistake, judge, known, lights

PARTS = ("gradient", "weight", "loss")
WEIGHT, X, Y, RATE = 2.0, 3.0, 3.0, 0.1
"""The model and the sample of exercise 3A, and the rate of its optimizer."""
LOW_LOSS, ENOUGH, EPOCHS = 0.5, 0.8, 20
CROSSENTROPIES = ("sparse_categorical_crossentropy", "categorical_crossentropy")


# 3A
@judge("3A")
def one_step(attempt: Attempt) -> Mistake | None:
    """The gradient, the new weight, and the loss with the new weight."""
    layer = the_slope(attempt)
    given = attempt.answer
    if isinstance(given, Mapping):
        given = [given.get(part) for part in PARTS]
    given = plain_answer(given.tolist() if isinstance(given, np.ndarray) else given)
    if not isinstance(given, tuple) or len(given) != len(PARTS):
        return Mistake("")
    error = WEIGHT * X - Y
    gradient = 2 * error * X
    weight = WEIGHT - RATE * gradient
    foreseen = {
        "gradient": {"error_without_path": (error, 2 * error)},
        "weight": {
            "without_rate": (WEIGHT - gradient,),
            "from_zero": (-RATE * gradient,),
            "stayed": (WEIGHT,),
        },
        "loss": {"loss_before": (error**2,)},
    }
    for part, value, wanted in zip(PARTS, given, (gradient, weight, (weight * X - Y) ** 2)):
        if not same_answer(value, wanted):
            names = [name for name, values in foreseen[part].items()
                     if any(same_answer(value, other) for other in values)]  # fmt: skip
            values = {"layer": layer, "part": part, "given": f"{value}"}
            return Mistake([*names, ""][0], {layer: "the weight"}, **values)
    return None


@lights("3A")
def the_layer_with_the_weight(attempt: Attempt) -> list[Node | Operation]:
    return [the_slope(attempt)]


def the_slope(attempt: Attempt) -> Node:
    """The call of the lesson's model that has one weight."""
    return weighted_calls(known(attempt, "one_weight"))[0]


# 3B
@judge("3B")
def trained_twice_and_judged(attempt: Attempt) -> Mistake | None:
    """One reader, compiled, fitted twice, and then evaluated on unseen digits."""
    model = attempt.model
    if model is None:
        return Mistake("")
    end = maker(model.outputs[0])
    runs = {name: attempt.new.get(name) for name in ("first", "second")}
    learned = [run for run in runs.values() if isinstance(run, History)]
    others = [run.model for run in learned if run.model is not model]
    if others:
        values = {"first": others[0].name, "second": model.name}
        return Mistake("built_anew", {end: "knows nothing yet"}, **values)
    if isinstance(attempt.error, NotCompiledError):
        return Mistake("not_compiled", {end: "no loss yet"}, model=model)
    for name, run in runs.items():
        if isinstance(run, np.ndarray):
            at = {end: "not moved"}
            return Mistake("predict_for_fit", at, variable=name, layer=end)
    frozen = frozen_calls(model)
    if frozen:
        _, n = shape_and_weights(frozen[0])
        return Mistake("frozen", {frozen[0]: "does not learn"}, layer=frozen[0], n=n)
    if len(learned) < 2 or attempt.error is not None:
        return Mistake("", {end: "the end"}, model=model)
    return badly_measured(attempt, model, {end: "the answers"})


def badly_measured(attempt: Attempt, model: Functional, at: dict[Node, str]) -> Mistake | None:
    """Whether none of the numbers that the lines keep is the score on unseen digits."""
    losses = [*numbers(attempt.new)]
    for name, digits in (("", "test"), ("judged_on_training", "train")):
        x, y = (known(attempt, f"{axis}_{digits}") for axis in "xy")
        loss, share = measured(model, x, y)
        if any(np.isclose(loss, other, rtol=1e-4) for other in losses):
            return Mistake(name, at, model=model, accuracy=share) if name else None
    score = score_of(attempt)
    if score is None:
        return Mistake("", at, model=model)
    return Mistake("judged_too_early", at, model=model, accuracy=score[1])


def numbers(names: Mapping[str, Any]) -> Iterator[float]:
    """The numbers in some variables; of a training run, the last losses in validation."""
    for value in names.values():
        if isinstance(value, History):
            value = value.history.get("val_loss", [])[-1:]
        yield from (float(x) for x in flat(value) if isinstance(x, (float, np.floating)))


@lights("3B")
def the_last_layer(attempt: Attempt) -> list[Node | Operation]:
    return the_end(attempt)


# 3C
@judge("3C")
def softmax_once(attempt: Attempt) -> Mistake | None:
    """Softmax once on the way to the loss, which then falls."""
    model = attempt.model
    if model is None or model.compiled_state is None:
        return Mistake("")
    output, loss = model.outputs[0], loss_of(model)
    end, name = maker(output), loss.fn.__name__
    if name not in CROSSENTROPIES or isinstance(attempt.error, DataError):
        at = {end: str(output.shape)}
        return Mistake("shapes_differ", at, a=(None,), b=output.shape, layer=end)
    taken = last_softmaxes(output)
    logits = bool(loss.settings.get("from_logits"))
    if len(taken) + logits > 1:
        return still_twice(model, taken, "the loss" if logits else taken[0].operation)
    if not taken and not logits:
        x, _ = digits_of("train")
        value = f"{float(np.asarray(model(x[:1])).sum()):.2f}"
        return Mistake("softmax_nowhere", {end: "no softmax"}, layer=end, value=value)
    if attempt.error is not None or output.shape != (None, 10):
        return Mistake("")
    final = loss_after_training(model, name)
    if final < LOW_LOSS:
        return None
    return Mistake("", {end: "the end"}, model=model, value=f"{final:.2f}")


def still_twice(model: Functional, taken: list[Node], second: Any) -> Mistake:
    """Softmax twice, perhaps beside a change that could not help."""
    compiled, end = model.compiled_state, taken[-1]
    at = dict.fromkeys(taken, "softmax")
    losses = model.history.history["loss"] if model.history is not None else []
    if len(losses) > EPOCHS:
        values = {"n": len(losses), "value": f"{losses[-1]:.2f}", "layer": end}
        return Mistake("more_epochs", at, model=model, **values)
    if compiled.plain_metrics != ["accuracy"]:
        optimizer = type(compiled.optimizer).__name__
        return Mistake("changed_metrics", at, optimizer=optimizer, layer=end)
    return Mistake("softmax_twice", at, layer=end, second=second)


def last_softmaxes(output: Tensor) -> list[Node]:
    """The calls at the end of a graph that take softmax, one right after another, the last first.

    A Dense layer whose activation is softmax ends the walk: what it reads is not probabilities.
    """
    chain = [node for node in chain_to(output) if not node.is_input]
    taken = list(takewhile(lambda node: activation_of(node) == "softmax", chain))
    inner = [i for i, node in enumerate(taken) if getattr(node.operation, "weights", None)]
    return taken[: inner[0] + 1] if inner else taken


def loss_after_training(model: Functional, name: str) -> float:
    """The loss of a copy that learned from the digits for 20 epochs from a fixed start."""
    x, y = digits_of("train")
    targets = y if name.startswith("sparse") else np.eye(10, dtype="float32")[y]
    copy: Any = trained_copy(model, x, targets, loss=loss_of(model), epochs=EPOCHS)
    return float(copy.evaluate(x, targets, verbose=0))


@lights("3C")
def the_last_call(attempt: Attempt) -> list[Node | Operation]:
    return the_end(attempt)


# 3D
@judge("3D")
def raw_pixels(attempt: Attempt) -> Mistake | None:
    """80 % of the unseen digits, measured on the numbers that the reader learned from."""
    model = attempt.model
    if model is None or model.compiled_state is None:
        return Mistake("")
    end, first = maker(model.outputs[0]), calls_of(model)[0]
    loss = loss_of(model).fn.__name__
    if loss not in CROSSENTROPIES:
        return Mistake("loss_misfit", {end: "ten probabilities"}, loss=loss, layer=end)
    score = score_of(attempt)
    if attempt.error is not None or score is None or model.history is None:
        return Mistake("", {end: "the answers"}, model=model, accuracy="unknown")
    values = {"model": model, "accuracy": score[1], "layer": first}
    frozen = frozen_calls(model)
    if frozen:  # with or without 80 %: that depends on the first weights
        return Mistake("frozen", {frozen[0]: "does not learn"}, **{**values, "layer": frozen[0]})
    y = known(attempt, "y_test")
    unseen = [measured(model, x, y) for x in images(attempt, "test")]
    if not is_among(score, unseen):
        y = known(attempt, "y_train")
        if is_among(score, (measured(model, x, y) for x in images(attempt, "train"))):
            return Mistake("judged_on_training", {first: "its own digits"}, **values)
        return Mistake("", {end: "the answers"}, **values)
    least = min(loss for loss, _ in unseen)
    if least < score[0] / 2 and score[1] > 0.5:
        sizes = {"value": f"{score[0]:.2f}", "other": f"{least:.2f}"}
        return Mistake("scaled_one_side", {first: "two sizes"}, **values, **sizes)
    return None if score[1] >= ENOUGH else too_few(model, values, first)


def too_few(model: Functional, values: dict[str, Any], first: Node) -> Mistake:
    """Why a reader gets too few digits right."""
    at, epochs = {first: "reads the pixels"}, len(model.history.epoch)
    if epochs > EPOCHS:
        return Mistake("more_epochs", at, n=epochs, **values)
    rate = float(model.optimizer.learning_rate)
    return Mistake("" if np.isclose(rate, RATE) else "other_rate", at, rate=f"{rate:g}", **values)


def images(attempt: Attempt, digits: str) -> list[Array]:
    """The images of the training or the test digits, in each size that the variables have."""
    shape = known(attempt, f"x_{digits}").shape
    arrays = [x for x in attempt.names.values() if isinstance(x, np.ndarray) and x.shape == shape]
    return list({float(np.sum(x)): x for x in arrays}.values())


def is_among(score: list[float], scores: Iterable[tuple[float, float]]) -> bool:
    return any(np.allclose(score, other, rtol=1e-4, atol=1e-6) for other in scores)


@lights("3D")
def what_reads_the_pixels(attempt: Attempt) -> list[Node | Operation]:
    return [calls_of(attempt.model or known(attempt, "reader"))[0]]


# What several of these ask.
def the_end(attempt: Attempt) -> list[Node | Operation]:
    """The call that ends the model of a try, or before one that of the lesson's reader."""
    return [maker((attempt.model or known(attempt, "reader")).outputs[0])]


def frozen_calls(model: Functional) -> list[Any]:
    return [node for node in weighted_calls(model) if not node.operation.trainable_weights]


def loss_of(model: Functional) -> Any:
    """The loss that a model was compiled with."""
    return model.compiled_state.outputs[0].loss


def score_of(attempt: Attempt) -> list[float] | None:
    """What `evaluate` returned: the loss and the accuracy; None when there is no such list."""
    score = attempt.new.get("score", attempt.names.get("score"))
    if not isinstance(score, (list, tuple)) or len(score) != 2:
        return None
    return [float(value) for value in score]


def measured(model: Functional, x: Array, y: Array) -> tuple[float, float]:
    """The loss and the accuracy of a model as it is now."""
    scores: Any = model.evaluate(x, y, verbose=0)
    loss, share = scores[:2]
    return float(loss), float(share)


def digits_of(which: str) -> tuple[Array, Array]:
    """The images of digits, from 0 to 1, and the digits that they show."""
    from funclab.datasets import digits

    train, test = digits.load_data()
    x, y = train if which == "train" else test
    return x.reshape(-1, 64) / 16, y
