"""`diagnose`: what is measured of a model on data, for the conditions of `diagnosis`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.layers.weights import layers_within
from funclab.models.model import Model
from funclab.training.compiled import require
from funclab.training.data.batches import prepare
from funclab.training.diagnosis.conditions import Evidence, Finding, findings
from funclab.training.diagnosis.evidence import broken_layer, faulty_data, of_history
from funclab.training.evaluating import predict
from funclab.training.logits import BELONGS, last_activations
from funclab.training.measures import alive_units, relus, square
from funclab.training.one_batch import filled_step
from funclab.training.targets import out_of_reach

MOST = 500
"""The most samples that are looked at, the first ones."""
SCALING = (
    "Normalization", "BatchNormalization", "LayerNormalization", "Rescaling", "Embedding",
    "CategoryEncoding", "Discretization", "Hashing", "IntegerLookup", "StringLookup",
)  # fmt: skip
"""Layers that scale what they read, or that read indices."""
NO_RUN = "No training run is known: only the model and the data were looked at."


class Diagnosis(list[Finding]):
    """What may be wrong with a model or its training, the surest first."""

    def __init__(self, found: Iterable[Finding] = (), of_a_run: bool = True) -> None:
        super().__init__(found)
        self.of_a_run = of_a_run

    def __repr__(self) -> str:
        lines = [f"{name}: {sentence} Try: {fix}" for name, sentence, fix in self]
        nothing = ["Nothing was found; that does not prove that nothing is wrong."]
        return "\n".join((lines or nothing) + [NO_RUN] * (not self.of_a_run))


def diagnose(
    model: Model, x: Any, y: Any = None, validation_data: Any = None, history: Any = None
) -> Diagnosis:
    """What may be wrong with a compiled model, its data or its training: a list of findings.

    model: a compiled model; nothing in it changes.
    x, y: the data that it was trained on, as `fit` takes them; the first 500 samples are read.
    validation_data: (x, y), as in `fit`.
    history: what `fit` returned; the model's last one unless given.

    A finding has a `name`, a `sentence` with what was measured, and a `fix` to try. What is not
    certain says "may"; an empty list does not prove that nothing is wrong.
    Raises: NotCompiledError; DataError and ShapeError for data that do not fit.
    """
    compiled = require(model)
    history = getattr(model, "history", None) if history is None else history
    evidence = of_history(model, history)
    data = prepare(model, compiled, x, y)
    data = data.cut(0, min(len(data), MOST))
    evidence.samples = len(data)
    evidence.trained = sum(weight.array.size for weight in model.trainable_weights)
    evidence.broken = broken_layer(model)
    evidence.faulty = faulty_data(model, [*data.inputs], [*data.targets])
    evidence.finite = not (evidence.faulty or evidence.broken)
    if evidence.finite and model.inputs is not None:
        measure_model(evidence, model, x, y)
        measure_data(evidence, model, data.inputs, data.targets, validation_data)
    return Diagnosis(findings(evidence), bool(evidence.training))


def measure_model(evidence: Evidence, model: Model, x: Any, y: Any) -> None:
    """The losses, gradients and silent units on the data."""
    with filled_step(model, x, y, None, None, True, batch=MOST) as (step, compiled):
        step.plan.run()
        assert compiled is not None
        evidence.in_training = float(compiled.loss_mean.result())
        for layer in layers_within(model):
            held = [] if getattr(layer, "sublayers", []) else layer.weights
            own = [w for w in held if w in step.plan.grads and len(w.shape) > 1]
            grads = [step.plan.grads[weight] for weight in own]
            if grads:
                evidence.gradients[layer.name] = root_mean_square(grads)
                evidence.sizes[layer.name] = root_mean_square([w.numpy() for w in own])
        alive = alive_units(relus(step.plan), {})
    for name, masks in alive.items():
        units = np.concatenate([*masks.values()])
        evidence.silent[name] = int((~units).sum()), units.size


def root_mean_square(arrays: list[Array]) -> float:
    return math.sqrt(sum(map(square, arrays)) / sum(array.size for array in arrays))


def measure_data(
    evidence: Evidence, model: Model, inputs: Any, targets: Any, validation_data: Any
) -> None:
    """What a model with one input and one output makes of the data, and the data themselves."""
    outputs = [*(require(model).outputs or [])]
    if [len(part) for part in (inputs, targets, outputs)] != [1, 1, 1] or targets[0] is None:
        return
    x, y, output = np.asarray(inputs[0]), np.asarray(targets[0]), outputs[0]
    answers = predict(model, x, verbose=0)
    evidence.loss = loss_of(output, y, answers)
    kind = kind_of(output)
    labels = labels_of(y, kind)
    evidence.baseline = loss_of(output, y, constant(y, answers, output, kind))
    if labels is not None:
        evidence.classes = commonest(labels, answers)
    evidence.alike = neighbours(x, labels)
    if not scales_first(model):
        evidence.range, evidence.spreads = spread(x)
    evidence.telling = telling_column(x, y, labels)
    evidence.outside = unreachable(model, output, y, kind)
    if validation_data is not None:
        checked = prepare(model, require(model), *validation_data[:2])
        rows, wanted = (np.asarray(part[0])[:MOST] for part in (checked.inputs, checked.targets))
        evidence.validated = loss_of(output, wanted, predict(model, rows, verbose=0))
        evidence.repeated = repeated(x, rows)


def kind_of(output: Any) -> str:
    """The crossentropy of an output; "" for other losses."""
    name = getattr(getattr(output.loss, "fn", None), "__name__", "")
    return name if name in BELONGS else ""


def loss_of(output: Any, y: Array, answers: Array) -> float | None:
    """The loss of answers, without what regularizers add."""
    if y.ndim == answers.ndim - 1 and not kind_of(output).startswith("sparse"):
        y = y[..., None]
    value = float(np.mean(np.asarray(output.loss(y.astype(y.dtype), answers))))
    return value if math.isfinite(value) else None


def labels_of(y: Array, kind: str) -> Array | None:
    """The class of each sample, for a crossentropy of one answer a sample."""
    if not kind or y.ndim > 2:
        return None
    if kind.startswith("categorical"):
        return y.argmax(-1)
    return y.reshape(-1).astype(int) if y.size == len(y) else None


def constant(y: Array, answers: Array, output: Any, kind: str) -> Array:
    """The best answer that is the same for every sample, for each of them."""
    if kind.startswith("sparse"):
        mean = np.bincount(y.reshape(-1).astype(int), minlength=answers.shape[-1]) / y.size
    else:
        mean = (np.median if "absolute" in str(output.loss).lower() else np.mean)(y, axis=0)
    if kind and bool(getattr(output.loss, "settings", {}).get("from_logits")):
        part = np.clip(mean, 1e-7, 1 - 1e-7)
        mean = np.log(part / (1 - part)) if kind.startswith("binary") else np.log(part)
    flat = np.broadcast_to(np.reshape(mean, (1, *np.shape(answers)[1:])), np.shape(answers))
    return np.ascontiguousarray(flat, np.asarray(answers).dtype)


def commonest(labels: Array, answers: Array) -> tuple[str, int, int]:
    """The commonest class, how many samples are of it, and how many are answered with it."""
    names, counts = np.unique(labels, return_counts=True)
    most = names[counts.argmax()]
    flat = answers.reshape(len(answers), -1)
    given = flat.argmax(-1) if flat.shape[-1] > 1 else (flat[:, 0] > 0.5).astype(int)
    return str(most), int(counts.max()), int((given == most).sum())


def scales_first(model: Model) -> bool:
    """Whether a layer that reads an input scales it, or takes it for indices."""
    readers = [
        node.operation
        for tensor in model.inputs or []
        for node in model.graph.nodes
        if tensor in node.arguments.tensors
    ]
    return any(type(reader).__name__ in SCALING for reader in readers) or not readers


def spread(x: Array) -> tuple[tuple[float, float], tuple[float, float] | None]:
    """The least and greatest number; the least and greatest spread of columns that have one."""
    ends = float(x.min()), float(x.max())
    spreads = x.std(axis=0).reshape(-1) if x.ndim == 2 and x.shape[1] > 1 else np.zeros(0)
    spreads = spreads[spreads > 0]
    return ends, (float(spreads.min()), float(spreads.max())) if spreads.size else None


def neighbours(x: Array, labels: Array | None) -> tuple[int, float] | None:
    """For how many samples the nearest other one has the same class, and how many chance gives."""
    if labels is None or len(x) < 30:
        return None
    flat = x.reshape(len(x), -1).astype("float64")
    flat = (flat - flat.mean(0)) / np.where(flat.std(0) > 0, flat.std(0), 1)
    squares = (flat**2).sum(1)
    far = squares[:, None] + squares - 2 * flat @ flat.T
    np.fill_diagonal(far, np.inf)
    parts = np.unique(labels, return_counts=True)[1] / len(labels)
    return int((labels[far.argmin(1)] == labels).sum()), len(x) * float((parts**2).sum())


def telling_column(x: Array, y: Array, labels: Array | None) -> str:
    """A column, of several, by which the samples can be sorted so that each class is in one piece,
    or to which the target is proportional."""
    if x.ndim != 2 or x.shape[1] < 2 or len(x) < 30:
        return ""
    for column, values in enumerate(x.T.astype("float64")):
        if labels is not None:
            order = np.lexsort((labels, values))
            turns = int((np.diff(labels[order]) != 0).sum())
            pieces = [values[labels == name] for name in np.unique(labels)]
            ends = sorted((piece.min(), piece.max()) for piece in pieces)
            apart = all(before[1] < after[0] for before, after in zip(ends, ends[1:]))
            if len(pieces) > 1 and turns == len(pieces) - 1 and apart:
                return f"Column {column} of the input"
        elif y.size == len(y) and proportional(values, y.reshape(-1)):
            return f"Column {column} of the input"
    return ""


def proportional(values: Array, y: Array) -> bool:
    varies = values.std() > 0 and y.std() > 0
    return bool(varies and abs(np.corrcoef(values, y)[0, 1]) > 0.9999)


def unreachable(model: Model, output: Any, y: Array, kind: str) -> str:
    """Which targets an output cannot reach with its last activation."""
    tensor = model.outputs[0]
    if tensor.shape[-1] == 1 and last_activations(tensor)[0] == "softmax":
        return f"{output.name} is a softmax of one unit, which is 1 for every sample"
    return "" if kind else out_of_reach(output, y, tensor)


def repeated(x: Array, rows: Array) -> tuple[int, int] | None:
    """How many validation samples are training samples, unless such are repeated there, too."""
    known = {row.tobytes() for row in x}
    if len(known) < 0.95 * len(x):
        return None  # few different samples exist, so that repetitions are no surprise
    rows = rows.astype(x.dtype)
    return sum(row.tobytes() in known for row in rows), len(rows)
