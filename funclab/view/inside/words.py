"""What becomes of the answer without each word that attention looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.inside.attention import POSITIONS, pushes, without, words_of
from funclab.view.learned.answers import CLASSES, NUMBERS

if TYPE_CHECKING:
    from funclab.view.inside.facts import Inner


@dataclass
class Table:
    """For each word: the mean weight that it receives from the words, by head; its push, the
    gradient of the answer's score times the word's vector; and the answer without it, with whether
    it is another one."""

    words: list[str]
    received: Array
    push: Array
    answers: list[str]
    changed: list[bool]
    answer: str

    def stored(self) -> dict[str, Any]:
        return {
            "words": self.words,
            "received": np.round(self.received, 4).tolist(),
            "push": [float(f"{value:.4g}") for value in self.push],
            "answers": self.answers,
            "changed": self.changed,
            "answer": self.answer,
        }


def table_of(inner: Inner, sample: int, weights: Array) -> Table | None:
    """The table of a sample's words; None where there are no words, or no single answer."""
    answers, length = inner.answers, weights.shape[2]
    if answers is None or length > POSITIONS:
        return None
    words = words_of(inner.look, length)
    if words is None or not words.places:
        return None
    end = inner.padding(sample, length)
    rows = slice(0, end) if weights.shape[1] == length else slice(None)
    push = pushes(inner.look, [sample], words, inner.answered)[0]
    others = without(inner.look, sample, words)[inner.answered.output]
    if answers.kind == CLASSES:
        given: Array = others.argmax(axis=1)
    else:
        given = others.reshape(len(others), -1)[:, 0]
        given = given if answers.kind == NUMBERS else (given >= 0.5).astype(int)
    now = answers.given[sample]
    return Table(
        inner.words(sample, length)[:end],
        weights[:, rows].mean(axis=1)[:, :end],
        push[:end],
        [answers.said(answer) for answer in given[:end]],
        [bool(answer != now) for answer in given[:end]],
        answers.said(now),
    )
