"""What is counted: the table of classes, bins of sureness, bands of errors; and intervals of
shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.learned.answers import NUMBERS, Answers

MOST_CLASSES, KEPT = 12, 10
"""Up to how many classes each have a row; of more, those with the most mistakes do."""
OTHER = -1
"""The number that stands for all classes without a row of their own."""
BINS = 10
FEW = 20
"""A share of fewer samples says little: its bar is pale."""
NORMAL = 1.96
"""How many standard deviations hold 95 % of a normal distribution."""


def interval(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share, count / total; from 0 to 1 for a share of nothing.

    Source: "Probable Inference, the Law of Succession, and Statistical Inference", Wilson 1927.

    >>> low, high = interval(4, 50)
    >>> f"{low:.3f} {high:.3f}"
    '0.032 0.188'
    """
    if total == 0:
        return 0.0, 1.0
    p, z = count / total, NORMAL
    middle = p + z * z / (2 * total)
    reach = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


@dataclass(frozen=True)
class Table:
    """How often each class, by its truth (rows), was given which answer (columns).

    `classes` are the numbers of the classes with a row, perhaps with OTHER at the end, where all
    others are counted together; `right` is how many of each row are right: in a row of others, a
    count on the diagonal may be of one taken for another.
    """

    classes: list[int]
    counts: Array
    right: list[int]

    @property
    def totals(self) -> list[int]:
        """How many samples each row has."""
        return [int(n) for n in self.counts.sum(axis=1)]

    def row_of(self, number: int) -> int:
        """The row, or column, of a class."""
        at = self.classes.index(number) if number in self.classes else -1
        return at if at >= 0 else len(self.classes) - 1


def table_of(answers: Answers) -> Table:
    """The table of answers that are classes, or yes or no, beside their truth."""
    truth, given = _both(answers)
    classes = list(range(len(answers.names)))
    if len(classes) > MOST_CLASSES:
        wrong = truth != given
        most = np.bincount(truth[wrong], minlength=len(classes))
        most += np.bincount(given[wrong], minlength=len(classes))
        classes = sorted(np.argsort(-most, kind="stable")[:KEPT].tolist())
        classes.append(OTHER)
    rows = np.full(len(answers.names), len(classes) - 1)
    rows[[number for number in classes if number != OTHER]] = range(
        len(classes) - (OTHER in classes)
    )
    counts = np.zeros((len(classes), len(classes)), int)
    np.add.at(counts, (rows[truth], rows[given]), 1)
    right = np.bincount(rows[truth[truth == given]], minlength=len(classes))
    return Table(classes, counts, right.tolist())


def cells_of(answers: Answers, table: Table) -> dict[tuple[int, int], Array]:
    """The samples of each cell that has some, by (row, column): mistakes with the largest loss
    first, right answers with the smallest. Where both are in a cell, mistakes come first."""
    truth, given = _both(answers)
    cells: dict[tuple[int, int], list[int]] = {}
    for i in answers.surest_first.tolist():
        cell = table.row_of(int(truth[i])), table.row_of(int(given[i]))
        cells.setdefault(cell, []).append(i)
    return {cell: np.array(samples) for cell, samples in cells.items()}


def _both(answers: Answers) -> tuple[Array, Array]:
    assert answers.truth is not None
    return answers.truth.astype(int), answers.given.astype(int)


def worst_first(answers: Answers) -> Array:
    """The mistakes by their loss, the largest first; of numbers, all samples."""
    if answers.kind == NUMBERS:
        return np.argsort(-answers.losses, kind="stable")
    return answers.surest_first[: answers.wrong.sum()]


def share_of_loss(answers: Answers, most: int = 10) -> float:
    """How much of the whole loss the samples with the largest losses hold: between 0 and 1."""
    losses = np.sort(answers.losses)[::-1]
    return float(losses[:most].sum() / (losses.sum() or 1.0))


@dataclass(frozen=True)
class Bin:
    """The answers whose sureness is between two tenths: how many, how many of them are right, and
    how sure they are on average."""

    low: float
    high: float
    n: int
    right: int
    sure: float

    @property
    def share(self) -> float:
        """How many of them are right, as a share."""
        return self.right / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        return interval(self.right, self.n)

    @property
    def few(self) -> bool:
        return self.n < FEW


def bins_of(answers: Answers) -> list[Bin]:
    """Ten bins of the probability of the answer that is given; a bin begins with its lower end,
    and 1 is in the last."""
    sure, right = answers.sureness.astype("float64"), ~answers.wrong
    which = np.clip((sure * BINS + 1e-9).astype(int), 0, BINS - 1)
    bins = []
    for i in range(BINS):
        here = which == i
        n = int(here.sum())
        mean = float(sure[here].mean()) if n else math.nan
        bins.append(Bin(i / BINS, (i + 1) / BINS, n, int(right[here].sum()), mean))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean, over samples, of the distance between how sure the
    answers of a bin are and how many of them are right.

    Source: "On Calibration of Modern Neural Networks", Guo et al. 2017.
    """
    total = sum(each.n for each in bins)
    return sum(each.n / total * abs(each.share - each.sure) for each in bins if each.n)


@dataclass(frozen=True)
class Residuals:
    """How far predictions are from the truth: prediction minus truth, in units of the target."""

    values: Array

    @cached_property
    def typical(self) -> float:
        """The root of the mean squared residual."""
        return float(np.sqrt(np.mean(np.square(self.values))))

    @property
    def mean(self) -> float:
        return float(self.values.mean())

    @property
    def absolute(self) -> float:
        """The mean of the residuals without their signs."""
        return float(np.abs(self.values).mean())

    @property
    def bands(self) -> list[Array]:
        """The samples in five bands, each with the farthest first: more than 2 typical residuals
        too low, 1 to 2 too low, within 1, 1 to 2 too high, more than 2 too high."""
        unit = self.typical or 1.0
        which = np.digitize(self.values / unit, (-2.0, -1.0, 1.0, 2.0))
        far = np.argsort(-np.abs(self.values), kind="stable")
        return [far[which[far] == band] for band in range(5)]


def residuals_of(answers: Answers) -> Residuals:
    """The residuals of answers that are numbers."""
    assert answers.truth is not None
    return Residuals(answers.values.astype("float64") - answers.truth)
