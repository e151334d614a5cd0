"""Lesson 3: how does it get better?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np

from funclab.callbacks.base import History
from funclab.datasets import digits
from funclab.errors import DataError, NotCompiledError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.losses import SparseCategoricalCrossentropy
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, flat
from funclab.teach.graphs import (
    accuracy, activation_of, calls_of, chain_to, trained_copy, weighted_calls,
)  # fmt: skip
from funclab.teach.judging import Mistake, judge, judge_model, known, unforeseen
from funclab.teach.advice.naming import told
from funclab.teach.records.answers import plain_answer, same_answer, shape_and_weights
from funclab.training.compiled import require
from funclab.training.targets import function_of

PARTS = ("gradient", "weight", "loss")
WEIGHT, X, Y, RATE = 2.0, 3.0, 3.0, 0.1
"""The model and the sample of exercise 3A, and the rate of its optimizer."""
ROUNDED = {"gradient": 0.005, "weight": 0.005, "loss": 0.05}
"""How far an answer may be off: a loss may have one decimal."""
LOW_LOSS, ENOUGH, EPOCHS = 0.5, 0.8, 20
FITTING = 0.01
"""A rate with which raw pixels are read."""
TOO_GOOD = 0.94
"""More than the accuracy of any reader on digits by people whose writing it has not seen."""
CROSSENTROPIES = ("sparse_categorical_crossentropy", "categorical_crossentropy")


# 3A
@judge("3A", lit=lambda attempt: [the_slope(attempt)])
def one_step(attempt: Attempt) -> Mistake | None:
    """The gradient, the new weight, and the loss with the new weight."""
    layer = the_slope(attempt)
    given = attempt.answer
    if isinstance(given, Mapping):
        others = iter([value for key, value in given.items() if key not in PARTS])
        given = [given[part] if part in given else next(others, None) for part in PARTS]
    given = plain_answer(given)
    if not isinstance(given, tuple) or len(given) != len(PARTS):
        return unforeseen()
    error = WEIGHT * X - Y
    gradient = 2 * error * X
    weight = WEIGHT - RATE * gradient
    foreseen = {
        "gradient": {"error_without_path": (2 * error,), "error_alone": (error,)},
        "weight": {
            "without_rate": (WEIGHT - gradient,),
            "from_zero": (-RATE * gradient,),
            "stayed": (WEIGHT,),
        },
        "loss": {"loss_before": (error**2,)},
    }
    for part, value, wanted in zip(PARTS, given, (gradient, weight, (weight * X - Y) ** 2)):
        if not same_answer(value, wanted, ROUNDED[part]):
            names = [name for name, values in foreseen[part].items()
                     if any(same_answer(value, other) for other in values)]  # fmt: skip
            values = {"layer": layer, "part": part, "given": f"{value}"}
            return Mistake([*names, ""][0], {layer: "the weight"}, **values)
    return None


def the_slope(attempt: Attempt) -> Node:
    """The call of the lesson's model that has one weight."""
    return weighted_calls(known(attempt, "one_weight"))[0]


# 3B
@judge_model("3B", lit=lambda attempt: the_end(attempt))
def trained_twice_and_judged(attempt: Attempt, model: Functional) -> Mistake | None:
    """One reader, compiled, fitted twice, and then evaluated on unseen digits."""
    end = model.outputs[0].node
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
        return unforeseen({end: "the end"}, model=model)
    return badly_measured(attempt, model, {end: "the answers"})


def badly_measured(attempt: Attempt, model: Functional, at: dict[Node, str]) -> Mistake | None:
    """The mistake if none of the numbers that the lines keep is the score on unseen digits."""
    losses = [*numbers(attempt.new)]
    for name, part in (("", "test"), ("judged_on_training", "train")):
        x, y = (known(attempt, f"{axis}_{part}") for axis in "xy")
        loss, share = measured(model, x, y)
        if any(np.isclose(loss, other, rtol=1e-4) for other in losses):
            return Mistake(name, at, model=model, accuracy=share) if name else None
    score = score_of(attempt)
    if score is None:
        return unforeseen(at, model=model)
    return Mistake("judged_too_early", at, model=model, accuracy=score[-1])


def numbers(names: Mapping[str, Any]) -> Iterator[float]:
    """The numbers in some variables; for a training run, the last validation losses."""
    for value in names.values():
        if isinstance(value, History):
            value = value.history.get("val_loss", [])[-1:]
        yield from (float(x) for x in flat(value) if isinstance(x, (float, np.floating)))


# 3C
@judge_model("3C", lit=lambda attempt: the_end(attempt))
def softmax_once(attempt: Attempt, model: Functional) -> Mistake | None:
    """Softmax once on the way to the loss, which then falls."""
    output = model.outputs[0]
    end = output.node
    if model.compiled_state is None:
        return unforeseen({end: "no loss yet"}, model=model, value="was not compiled")
    loss = loss_of(model)
    if loss is None:
        return unforeseen({end: "no loss yet"}, model=model, value="was compiled without a loss")
    name, logits = loss_name(loss), takes_logits(loss)
    own = not str(getattr(function_of(loss), "__module__", "")).startswith("funclab.")
    if own and logits is None:
        value = f"has the loss {name}, which is not a crossentropy"
        return unforeseen({end: "the end"}, model=model, value=value)
    untried = name == "categorical_crossentropy" and model.history is None
    other_targets = isinstance(attempt.error, DataError) and not name.startswith("sparse")
    if logits is None or other_targets or untried:
        at = {end: str(output.shape)}
        return Mistake("shapes_differ", at, a=(None,), b=output.shape, layer=end)
    taken = last_softmaxes(output)
    if len(taken) + logits > 1:
        return still_twice(model, taken, "the loss" if logits else taken[0].operation)
    if not taken and not logits:
        x, _ = digits_of("train")
        value = f"{float(np.asarray(model(x[:1])).sum()):.2f}"
        return Mistake("softmax_nowhere", {end: "no softmax"}, layer=end, value=value)
    if attempt.error is not None or output.shape != (None, 10):
        value = f"gives {told(output.shape)}"
        return unforeseen({end: "the end"}, model=model, value=value)
    final = loss_after_training(model, name)
    if final < LOW_LOSS:
        return None
    value = f"ends with a loss of {final:.2f} when `check` trains it for {EPOCHS} epochs"
    return unforeseen({end: "the end"}, model=model, value=value)


def takes_logits(loss: Any) -> bool | None:
    """Whether a crossentropy applies softmax itself; None for a loss that is not a crossentropy.

    For a student's own function, the numbers that it returns decide.
    """
    if loss_name(loss) in CROSSENTROPIES:
        return bool(loss.settings.get("from_logits"))
    classes, given = np.array([0, 2]), np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]], "float32")
    for logits in (False, True):
        wanted = SparseCategoricalCrossentropy(from_logits=logits)(classes, given)
        try:
            if np.allclose(loss(classes, given), wanted, atol=1e-4):
                return logits
        except Exception:  # a loss for targets of another shape
            return None
    return None


def still_twice(model: Functional, taken: list[Node], second: Any) -> Mistake:
    """Softmax twice, perhaps with a change that could not help."""
    compiled, end = require(model), taken[-1]
    at = dict.fromkeys(taken, "softmax")
    losses = model.history.history["loss"] if model.history is not None else []
    if len(losses) > EPOCHS:
        values = {"n": len(losses), "value": f"{losses[-1]:.2f}", "layer": end}
        return Mistake("more_epochs", at, model=model, **values)
    if compiled.plain_metrics and compiled.plain_metrics != ["accuracy"]:
        optimizer = type(compiled.optimizer).__name__
        return Mistake("changed_metrics", at, optimizer=optimizer, layer=end)
    return Mistake("softmax_twice", at, layer=end, second=second)


def last_softmaxes(output: Tensor) -> list[Node]:
    """The calls at the end of a graph that apply softmax, directly after each other, last first.

    A Dense layer whose activation is softmax ends the walk: what it reads is not probabilities.
    """
    chain = [node for node in chain_to(output) if not node.is_input]
    taken = list(takewhile(lambda node: activation_of(node) == "softmax", chain))
    inner = [i for i, node in enumerate(taken) if getattr(node.operation, "weights", None)]
    return taken[: inner[0] + 1] if inner else taken


def loss_after_training(model: Functional, name: str) -> float:
    """The loss of a copy trained for 20 epochs from a fixed seed, with the same optimizer."""
    x, y = digits_of("train")
    targets = np.eye(10, dtype="float32")[y] if name.startswith("categorical") else y
    theirs = model.optimizer
    optimizer = type(theirs).from_config(theirs.get_config())
    settings = {"loss": loss_of(model), "epochs": EPOCHS, "optimizer": optimizer}
    copy: Any = trained_copy(model, x, targets, **settings)
    return float(copy.evaluate(x, targets, verbose=0))


# 3D
@judge("3D", lit=lambda attempt: [calls_of(attempt.model or known(attempt, "reader"))[0]])
def raw_pixels(attempt: Attempt) -> Mistake | None:
    """80 % of the unseen digits, measured on the numbers that the reader learned from."""
    model = attempt.model
    if model is None or model.compiled_state is None:
        return unforeseen()
    end, first = model.outputs[0].node, calls_of(model)[0]
    loss = loss_name(loss_of(model))
    if loss not in CROSSENTROPIES:
        return Mistake("loss_misfit", {end: "ten probabilities"}, loss=loss, layer=end)
    score = score_of(attempt) or []
    unseen = measured_on(attempt, model, "test")
    best = max(one.share for one in unseen)
    values = {"model": model, "accuracy": best, "layer": first, "score": shown(score)}
    if model.history is None:
        values["where"] = "your lines: none of them trains it"
    elif best >= ENOUGH:
        values["where"] = "what `evaluate` gets, and at where it stands"
    frozen = frozen_calls(model)
    if frozen:  # with or without 80 %: that depends on the initial weights
        return Mistake("frozen", {frozen[0]: "does not learn"}, **{**values, "layer": frozen[0]})
    trained = measured_on(attempt, model, "train")
    found, own = alike(score, unseen), alike(score, trained)
    if own and not found:
        values["accuracy"] = own[0].share
        return Mistake("judged_on_training", {first: "its own digits"}, **values)
    if not found:
        return unforeseen({end: "the answers"}, **values)
    judged, learned = min(found), min(trained)
    values["accuracy"] = judged.share
    ahead = judged.share - max(one.share for one in trained)
    better = judged.share >= ENOUGH and ahead > 0.03  # than on its own; below, it may be chance
    if better or (judged.share > TOO_GOOD and ahead > -0.03):
        return Mistake("learned_unseen", {first: "knows them"}, **values)
    least, one_size = min(unseen).loss, 0.8 < judged.size / learned.size < 1.25
    if least < judged.loss / 2 and judged.share > 0.5 and not one_size:
        sizes = {"value": f"{judged.loss:.2f}", "other": f"{least:.2f}"}
        return Mistake("scaled_one_side", {first: "two sizes"}, **values, **sizes)
    return None if judged.share >= ENOUGH else too_few(model, values, first)


def too_few(model: Functional, values: dict[str, Any], first: Node) -> Mistake:
    """Why a reader gets too few digits right."""
    at, epochs = {first: "reads the pixels"}, len(model.history.epoch) if model.history else 0
    rate = float(model.optimizer.learning_rate)
    if epochs > EPOCHS and rate >= RATE:
        return Mistake("more_epochs", at, n=epochs, **values)
    if 0 < epochs < EPOCHS:
        return Mistake("fewer_epochs", at, n=epochs, **values)
    changed = "larger_rate" if rate > RATE else "other_rate"
    name = "" if np.isclose(rate, RATE) or not epochs else changed
    if name and reads_raw_pixels(model):  # so it is not the rate
        name, values["where"] = "", "what `fit` and `evaluate` get"
    if name == "other_rate":
        short = rate < FITTING
        values["where"] = "the rates between this one and 0.1" if short else "smaller rates"
    return Mistake(name, at, rate=f"{rate:g}", **values)


def reads_raw_pixels(model: Functional) -> bool:
    """Whether a model learns to read raw pixels with its own optimizer and the right labels."""
    (x, y), (x_test, y_test) = ((16 * x, y) for x, y in map(digits_of, ("train", "test")))
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    copy = trained_copy(model, x, y, loss=loss_of(model), epochs=EPOCHS, optimizer=optimizer)
    return accuracy(copy, x_test, y_test) >= ENOUGH


class Measured(NamedTuple):
    """The loss and the accuracy of a model on images, and the spread of their pixels."""

    loss: float
    share: float
    size: float


def measured_on(attempt: Attempt, model: Functional, digits: str) -> list[Measured]:
    """A model's results on the training or the test digits, in each scale of the pixels."""
    y = known(attempt, f"y_{digits}")
    return [Measured(*measured(model, x, y), x.std()) for x in images(attempt, digits)]


def images(attempt: Attempt, digits: str) -> list[Array]:
    """The images of the training or the test digits, in each scale that the variables have, and in
    two that are often computed within a call: from -1 to 1, and standardized."""
    x, y = known(attempt, f"x_{digits}"), known(attempt, "x_train")
    arrays = [z for z in attempt.names.values() if isinstance(z, np.ndarray) and z.shape == x.shape]
    arrays += [2 * x - 1, (x - y.mean()) / y.std()]
    return list({float(np.sum(z)): z for z in arrays}.values())


def alike(score: Sequence[float], scores: Iterable[Measured]) -> list[Measured]:
    """The losses and accuracies that equal a score: both, or the accuracy alone."""
    n = len(score)
    return [one for one in scores if n and np.allclose(score, one[2 - n : 2], rtol=1e-4, atol=1e-6)]


def shown(score: Sequence[float]) -> str:
    """How a message shows a score."""
    return f"{score[-1]:.2f}" if score else "not what evaluate returns"


# Shared by several exercises.
def the_end(attempt: Attempt) -> list[Node | Operation]:
    """The last call of the attempt's model, or before an attempt that of the lesson's reader."""
    return [((attempt.model or known(attempt, "reader")).outputs[0]).node]


def frozen_calls(model: Functional) -> list[Any]:
    calls = weighted_calls(model)
    return [x for x in calls if not (x.operation.trainable_weights or x.operation.trainable)]


def loss_of(model: Functional) -> Any:
    """The loss that a model was compiled with."""
    return (require(model).outputs or [])[0].loss


def loss_name(loss: Any) -> str:
    """The name of a loss function; for an object not made from one, the name of its class."""
    return getattr(function_of(loss), "__name__", type(loss).__name__)


def score_of(attempt: Attempt) -> list[float] | None:
    """What `evaluate` returned: the loss and the accuracy, or what was kept of them; else None."""
    score = attempt.new.get("score", attempt.names.get("score"))
    if isinstance(score, (list, tuple, Mapping, float, np.ndarray, np.generic)):
        values = np.ravel([*score.values()] if isinstance(score, Mapping) else score)
        return [float(value) for value in values] if values.size in (1, 2) else None
    return None


def measured(model: Functional, x: Array, y: Array) -> tuple[float, float]:
    """The loss and the accuracy of a model as it is now."""
    loss = np.ravel(model.evaluate(x, y, verbose=0))[0]
    return float(loss), accuracy(model, x, y)


def digits_of(which: str) -> tuple[Array, Array]:
    """The images of digits, from 0 to 1, and the digits that they show."""
    train, test = digits.load_data()
    x, y = train if which == "train" else test
    return x.reshape(-1, 64) / 16, y
