"""A model's answers beside the truth: classes, yes or no, or numbers, and how far each is off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.errors import DataError
from funclab.graph.shape_math import Array, show
from funclab.models.inputs import as_array
from funclab.models.model import Model
from funclab.training.logits import BELONGS
from funclab.view.draw.sentences import say
from funclab.view.learned.look import Look

CLASSES, YES_NO, NUMBERS = "classes", "yes_no", "numbers"


@dataclass
class Answers:
    """One output's answers for some samples, and the truth, if it is known.

    `kind` is "classes" (`values` are the probabilities of each class), "yes_no" (`values` are
    one probability for each sample) or "numbers" (`values` are the predictions). `truth` has the
    number of a class, 0 or 1, or a number for each sample. Of yes or no, the answer is yes from the
    probability `threshold`. `names` are those of the classes; of numbers, what the truth counts, if
    names were given.
    """

    kind: str
    values: Array
    truth: Array | None
    names: list[str] = field(default_factory=list)
    threshold: float = 0.5

    @property
    def given(self) -> Array:
        """The answer to each sample: a class, 0 or 1, or a number."""
        if self.kind == CLASSES:
            return self.values.argmax(axis=1)
        return (self.values >= self.threshold).astype(int) if self.kind == YES_NO else self.values

    @property
    def sureness(self) -> Array:
        """The probability of the answer that is given."""
        if self.kind == CLASSES:
            return self.values.max(axis=1)
        return np.where(self.given == 1, self.values, 1 - self.values)

    @property
    def wrong(self) -> Array:
        """Whether each answer is wrong; none is if the truth is unknown, or a number."""
        if self.truth is None or self.kind == NUMBERS:
            return np.zeros(len(self.values), bool)
        return self.given != self.truth

    @property
    def losses(self) -> Array:
        """How far each answer is off: minus the logarithm of the probability that it gives to the
        truth, as in training, where no probability is raised to 1e-7; of numbers, the squared
        difference."""
        assert self.truth is not None
        if self.kind == NUMBERS:
            return np.square(self.values.astype("float64") - self.truth)
        if self.kind == CLASSES:
            p = self.values[np.arange(len(self.values)), self.truth.astype(int)]
        else:
            p = np.where(self.truth == 1, self.values, 1 - self.values)
        return -np.log(np.maximum(p, np.finfo("float32").tiny, dtype="float64"))

    @property
    def surest_first(self) -> Array:
        """All samples: the mistakes, with the largest loss first, then the right answers, with the
        smallest first. The model is surest of a mistake where it gives the truth the least."""
        return np.lexsort((np.where(self.wrong, -self.losses, self.losses), ~self.wrong))

    def said(self, answer: Any) -> str:
        """An answer or a truth in words."""
        if self.kind == NUMBERS:
            counted = np.asarray(answer).dtype.kind in "biu"
            return (str(int(answer)) if counted else f"{answer:z.3f}").replace("-", "−")
        return self.names[int(answer)]

    def truly(self, index: int) -> str:
        """The truth of a sample in words: also of numbers, if each of them counts a class."""
        assert self.truth is not None
        truth = self.truth[index]
        counts = self.kind == NUMBERS and set(self.truth.tolist()) <= {*range(len(self.names))}
        return self.names[int(truth)] if counts else self.said(truth)


def several_answers(name: str, values: Array, why: str) -> DataError:
    """The error for an output with several answers per sample."""
    return DataError(
        f"{name} has the shape {show((None, *values.shape[1:]))}: several answers per sample.",
        why=why,
        fix="pass a model that ends in one answer: Model(model.input, output[:, 0]).",
    )


def answers_of(look: Look, y: Any, output: int = 0, column: int = 0, labels: Any = None) -> Answers:
    """A model's answers for the data of a look, and the truth `y`: numbers of classes, one-hot
    rows, zeros and ones, or numbers, one for each sample (of the output's `column`, if it has
    several that are no classes). `labels` are names of the classes.

    Raises: DataError for a `y` that does not fit, and for an output with axes between samples and
    classes.
    """
    values = look.outputs()[output]
    name = look.model.output_names[output]
    if values.ndim > 2:
        why = "this view compares one answer of each sample with the truth."
        raise several_answers(name, values, why)
    kind, values = kind_of(look, output, values)
    if kind != CLASSES:
        values = values[:, column] if values.ndim == 2 else values
    truth = None if y is None else _truth(kind, values, as_array(y), name, column)
    count = values.shape[1] if kind == CLASSES else 2
    names = list(map(str, labels)) if labels is not None else _names(kind, count)
    if kind != NUMBERS and len(names) < count:
        raise DataError(
            f"{len(names)} labels for the {count} classes of {name}.",
            why="each class needs a name.",
            fix=f"pass {count} labels, in the order of the classes.",
        )
    return Answers(kind, values, truth, names)


def of_output(given: Any, model: Model, output: int) -> Any:
    """What is given for one of a model's outputs: by name or in a list, if it has several."""
    names = model.output_names
    if isinstance(given, Mapping):
        return given.get(names[output])
    if len(names) == 1:
        return given
    return given[output] if isinstance(given, (list, tuple)) and len(given) == len(names) else None


def _names(kind: str, count: int) -> list[str]:
    if kind == NUMBERS:
        return []
    return [say("no"), say("yes")] if kind == YES_NO else [str(i) for i in range(count)]


def kind_of(look: Look, output: int, values: Array) -> tuple[str, Array]:
    """The kind of an output, from its last activation or its loss, and its values: scores become
    probabilities."""
    activation = look.activation(output)
    compiled = look.model.compiled_state
    if not activation and compiled and compiled.outputs:
        loss = compiled.outputs[output].loss
        wanted, _ = BELONGS.get(getattr(getattr(loss, "fn", None), "__name__", ""), ("", ""))
        if wanted and getattr(loss, "settings", {}).get("from_logits"):
            activation, values = wanted, _PROBABILITIES[wanted](values)
    if activation == "softmax" and values.shape[-1] > 1:
        return CLASSES, values
    return (YES_NO if activation == "sigmoid" else NUMBERS), values


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


_PROBABILITIES = {"softmax": _softmax, "sigmoid": lambda scores: np.exp(-np.logaddexp(0, -scores))}


def _truth(kind: str, values: Array, y: Array, name: str, column: int) -> Array:
    if len(y) != len(values):
        raise DataError(
            f"{len(values)} samples, and {len(y)} rows of y.",
            why="row i of y is the truth for sample i.",
            fix="pass x and y of one set, such as x_test and y_test.",
        )
    rows = y.reshape(len(y), -1)
    if kind == CLASSES and rows.shape[1] == values.shape[1]:
        return rows.argmax(axis=1)
    if kind != CLASSES and rows.shape[1] > column:
        rows = rows[:, column : column + 1]
    if rows.shape[1] != 1 or rows.dtype.kind not in "biuf":
        raise DataError(
            f"y of shape {show((None, *y.shape[1:]))} does not fit {name}.",
            why=f"{name} gives {'a number' if kind == NUMBERS else 'one class'} for each sample.",
            fix="pass one number for each sample, or one-hot rows.",
        )
    truth = rows[:, 0]
    most = values.shape[1] if kind == CLASSES else 2
    if kind != NUMBERS:
        off = truth[(truth != np.floor(truth)) | (truth < 0) | (truth >= most)]
        if len(off):
            raise DataError(
                f"y has the value {off[0].item()}, but the classes of {name} are 0 to {most - 1}.",
                why="y numbers the classes.",
                fix="pass numbers of classes, counted from 0.",
            )
        truth = truth.astype(int)
    return truth
