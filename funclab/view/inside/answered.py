"""A model's answers to its samples, output by output, and what is said of them."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from funclab.graph.meaning import Meaning
from funclab.graph.shape_math import Array
from funclab.graph.value import Value
from funclab.models.meaning import known_meaning
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.learned.answers import CLASSES, NUMBERS, Answers, answers_of, of_output
from funclab.view.learned.look import Look


class Answered:
    """The answers of each output with one answer for each sample; `y` is as for `fit`.

    `first` are those that samples are chosen and labelled by, of the output with the number
    `output`; None if no output has one answer for each sample.
    """

    def __init__(self, look: Look, y: Any) -> None:
        self.look = look
        answered = {
            number: _answers(look, y, number)
            for number, tensor in enumerate(look.model.outputs)
            if len(tensor.shape) <= 2
        }
        # Several numbers that are no classes are not one answer: whose would it be?
        self.by_output = {
            number: answers
            for number, answers in answered.items()
            if answers.kind == CLASSES or look.model.outputs[number].shape[1:] in ((), (1,))
        }
        self._truth = None if self.by_output else _one_of_each(y, answered)
        self.output = next(iter(self.by_output), 0)
        self.first = self.by_output.get(self.output)

    def named(self, index: int) -> str:
        """What a sample is, of a model without one answer for each; "" if that is unknown."""
        truth = self._truth
        return "" if truth is None else Answers(NUMBERS, truth, truth).said(truth[index])

    def says(self, index: int) -> str:
        """The answers to a sample with their probabilities, and the truth."""
        if known := self.named(index):
            return say("inside_truth", truth=known)
        several, parts = len(self.look.model.outputs) > 1, list[str]()
        for number, answers in self.by_output.items():
            said = _said(answers, index)
            name = clean(self.look.model.output_names[number])
            parts += [say("inside_output", name=name, says=", ".join(said))] if several else said
        return " · ".join(parts)

    def label(self, index: int) -> str:
        """What a sample is: its truth, or the answer."""
        if self.first is None:
            return self.named(index) or f"#{index}"
        if self.first.truth is None:
            return self.first.said(self.first.given[index])
        return self.first.truly(index)

    def names(self, value: Value) -> list[str]:
        """The names of the classes, if a value is an output that has them."""
        for number, output in enumerate(self.look.recorded().outputs):
            answers = self.by_output.get(number)
            if output is value and answers is not None and answers.kind == CLASSES:
                return answers.names[: answers.values.shape[1]]
            if output is value and answers is None:
                return self._names_at_each(number)
        return []

    def _names_at_each(self, number: int) -> list[str]:
        """The names of the classes of an output that has them at each position."""
        tensor = self.look.model.outputs[number]
        labels = _labels(known_meaning(tensor))
        return list(labels) if labels and len(labels) == tensor.shape[-1] else []


def _one_of_each(y: Any, answered: dict[int, Answers]) -> Array | None:
    """What is given as truth, if it is one number for each sample."""
    if y is None or not answered:
        return None
    given = np.asarray(y)
    one = given.dtype.kind in "biuf" and given.ndim and given.size == len(given)
    return given.reshape(-1) if one else None


def _said(answers: Answers, index: int) -> list[str]:
    """One answer, and the truth before it."""
    answer, parts = answers.said(answers.given[index]), list[str]()
    if answers.truth is not None:
        parts.append(say("inside_truth", truth=answers.truly(index)))
    if answers.kind == NUMBERS:
        parts.append(say("inside_answer", answer=answer))
    else:
        percent = f"{100 * answers.sureness[index]:.0f}"
        parts.append(say("inside_answer_sure", answer=answer, percent=percent))
    return parts


def _answers(look: Look, y: Any, number: int) -> Answers:
    """The answers of one output, and its truth, if it is known; of large data, for those read."""
    model, truth = look.model, of_output(y, look.model, number)
    truth = None if truth is None else np.asarray(truth)[: len(look)]
    return answers_of(look, truth, number, labels=_labels(known_meaning(model.outputs[number])))


def _labels(meant: Meaning | None) -> tuple[str, ...] | None:
    """The names of classes that are known one by one."""
    named = meant is not None and meant.kind == "classes" and isinstance(meant.labels, tuple)
    return cast(tuple[str, ...], meant.labels) if named and meant else None
