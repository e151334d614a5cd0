"""What is said of each part of the view: cells, bins, bands and samples, with their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.chart import brief
from funclab.view.draw.sentences import say
from funclab.view.learned.answers import CLASSES, NUMBERS, YES_NO, Answers
from funclab.view.mistakes.counting import (
    OTHER,
    Bin,
    Residuals,
    Table,
    bins_of,
    cells_of,
    interval,
    residuals_of,
    share_of_loss,
    table_of,
    worst_first,
)
from funclab.view.mistakes.scatter import ScatterPicture
from funclab.view.mistakes.sureness import (
    LARGE,
    LOW,
    SMALL,
    SurenessPicture,
    bin_in_words,
    off_by,
    span,
)
from funclab.view.mistakes.table import TablePicture, between, name_of, percent

THRESHOLDS = [round(0.05 * i, 2) for i in range(1, 20)]
RARE = [0.04, 0.03, 0.025, 0.02, 0.015, 0.01, 0.005, 0.002, 0.001, 5e-4, 2e-4, 1e-4]
"""Thresholds for what is so rare that its probability stays below the others."""
LISTED = 24
"""How many samples of a cell are stored; a kernel has the others."""
Part = dict[str, Any]


@dataclass
class Counted:
    """The answers at one threshold: their table, its picture, and the samples of each cell."""

    answers: Answers
    title: str
    low: bool = False
    table: Table = field(init=False)
    samples: dict[tuple[int, int], Array] = field(init=False)

    def __post_init__(self) -> None:
        self.table = table_of(self.answers)
        self.samples = cells_of(self.answers, self.table)

    def picture(self, percent: bool = False, look: str = "auto") -> TablePicture:
        return TablePicture(self.title, self.table, self.answers.names, percent, self.low, look)

    @property
    def rows(self) -> range:
        return range(len(self.table.classes))

    def mistakes(self) -> list[tuple[int, int]]:
        """The cells of mistakes, those with the most of them first."""
        cells = [(i, j) for i in self.rows for j in self.rows if i != j and self.table.counts[i, j]]
        return sorted(cells, key=lambda cell: (-self.table.counts[cell], cell))

    def part(self, cell: tuple[int, int]) -> Part:
        """What the panel says of a cell."""
        drawn = self.picture()
        row, column = cell
        truth, given = drawn.name(row), drawn.name(column)
        same = row == column
        mixed = same and self.table.classes[row] == OTHER
        title = (
            "mistakes_cell_others" if mixed else "mistakes_cell_right" if same else "mistakes_cell"
        )
        wrong = self.table.totals[row] - self.table.right[row]
        row_words = say(
            "mistakes_row",
            truth=truth,
            wrong=wrong,
            total=self.table.totals[row],
            interval=between(wrong, self.table.totals[row]),
        )
        samples = self.samples.get(cell, np.zeros(0, int))
        return part(
            say(title, truth=truth, given=given),
            [drawn.cell_in_words(row, column), row_words],
            samples,
        )


def part(title: str, words: Sequence[str], samples: Array) -> Part:
    """A cell, bin or band: its title, its sentences, and its samples."""
    return {"title": title, "words": list(words), "n": len(samples), "samples": samples}


@dataclass
class Told:
    """Answers beside the truth, and all that is said of them."""

    answers: Answers
    index: Array
    """The index in x of each sample: some may have been left out."""
    title: str = ""
    low: bool = False
    """Whether there is little room, as on a projector."""

    @cached_property
    def worst(self) -> Array:
        return worst_first(self.answers)

    @cached_property
    def surest(self) -> int:
        """The mistake with the largest loss; -1 if there is none, or if numbers are off."""
        return int(self.worst[0]) if self.answers.wrong.any() else -1

    @cached_property
    def counted(self) -> dict[str, Counted]:
        """The tables by threshold, as text; for classes, there is one, by ""."""
        kind = self.answers.kind
        if kind == NUMBERS:
            return {}
        if kind == CLASSES:
            return {"": Counted(self.answers, self.title, self.low)}
        return {
            written(t): Counted(replace(self.answers, threshold=t), self.title, self.low)
            for t in self.thresholds
        }

    @cached_property
    def thresholds(self) -> list[float]:
        """Those to choose from, from where each true yes is found, if that is above 1e-4."""
        told = self.answers
        yes = told.values[told.truth == 1] if told.kind == YES_NO else np.ones(1)
        needed = [t for t, above in zip(RARE, THRESHOLDS[:1] + RARE) if (yes < above).any()]
        return needed[::-1] + THRESHOLDS

    @cached_property
    def bins(self) -> list[Bin]:
        return [] if self.answers.kind == NUMBERS else bins_of(self.answers)

    @cached_property
    def residuals(self) -> Residuals:
        return residuals_of(self.answers)

    @cached_property
    def scatter(self) -> ScatterPicture:
        told = self.answers
        assert told.truth is not None
        return ScatterPicture(self.title, told.truth, told.values, self.residuals, self.low)

    def sureness(self, alone: bool, low: bool = False) -> SurenessPicture:
        size = (LOW if low or self.low else LARGE) if alone else SMALL
        return SurenessPicture(self.title, self.bins, size)

    @property
    def main(self) -> str:
        """The threshold of the model's own answers, as a key of `counted`."""
        return written(self.answers.threshold) if self.answers.kind == YES_NO else ""

    @property
    def first(self) -> list[int]:
        """The part that is opened first: the cell with the most mistakes, or the middle band."""
        if self.answers.kind == NUMBERS:
            return [2]
        cells = self.counted[self.main].mistakes()
        return list(cells[0]) if cells else [0, 0]

    # What the panel says.
    def parts(self) -> dict[str, Part]:
        """All cells, bins and bands by their keys, and the list of mistakes; their samples are
        indices in x."""
        return {
            key: {**each, "samples": self.index[each["samples"][:LISTED]].tolist()}
            for key, each in self._parts()
        }

    def samples_of(self, key: str) -> list[int]:
        """All samples of a part, by its key, as indices in x."""
        return self.index[dict(self._parts())[key]["samples"]].tolist()

    def _parts(self) -> Iterator[tuple[str, Part]]:
        for threshold, counted in self.counted.items():
            for i in counted.rows:
                for j in counted.rows:
                    yield f"cell {threshold} {i} {j}", counted.part((i, j))
        sure = self.answers.sureness
        for i, each in enumerate(self.bins):
            which = np.clip((sure * len(self.bins) + 1e-9).astype(int), 0, 9) == i
            here = self.answers.surest_first
            yield f"bin {i}", part(span(each), [bin_in_words(each)], here[which[here]])
        if self.answers.kind == NUMBERS:
            for i, band in enumerate(self.residuals.bands):
                title = say(
                    f"mistakes_{('far_below', 'below', 'near', 'above', 'far_above')[i]}_brief"
                )
                yield f"band {i}", part(title, [self.scatter.band_in_words(i)], band)
        yield "surest", part(self.surest_title, [self.surest_words], self.worst)

    @property
    def surest_title(self) -> str:
        return say("mistakes_farthest" if self.answers.kind == NUMBERS else "mistakes_surest")

    @property
    def surest_words(self) -> str:
        share = percent(share_of_loss(self.answers))
        return say("mistakes_surest_words", n=min(10, len(self.answers.values)), share=share)

    def whole(self) -> dict[str, list[list[str]]]:
        """Labels and values about all samples; of yes or no, for each threshold."""
        told, n = self.answers, len(self.answers.values)
        if told.kind == NUMBERS:
            found = self.residuals
            pairs = ("rmse", found.typical), ("mae", found.absolute), ("bias", found.mean)
            return {"": [[say(f"mistakes_{name}"), signed(value)] for name, value in pairs]}
        if told.kind == CLASSES:
            right = n - int(told.wrong.sum())
            return {
                "": [
                    [say("mistakes_right"), shared(right, n)],
                    [say("mistakes_loss"), f"{told.losses.mean():.3f}"],
                    [say("mistakes_off_by"), say("mistakes_points", n=off_by(self.bins))],
                ]
            }
        return {key: _yes_or_no(each.table) for key, each in self.counted.items()}

    def counts(self) -> str:
        """How many samples there are, and how many of them are wrong."""
        n, wrong = len(self.answers.values), int(self.answers.wrong.sum())
        key = "mistakes_counts_numbers" if self.answers.kind == NUMBERS else "mistakes_counts"
        return say(key, n=n, wrong=wrong)

    def limits(self, threshold: str | None = None) -> str:
        """What the view does not show, with a number of this model, at one of its thresholds (as a
        key of `counted`); without one, at the model's own."""
        told, n = self.answers, len(self.answers.values)
        if told.kind == NUMBERS:
            middle = brief(float(np.median(np.abs(self.residuals.values))))
            unit = brief(self.residuals.typical)
            return say("mistakes_limits_numbers", typical=unit, middle=middle)
        counted = self.counted[self.main if threshold is None else threshold]
        wrong, cells, table = int(counted.answers.wrong.sum()), counted.mistakes(), counted.table
        if not cells:
            return say("mistakes_limits_none", n=n, interval=between(0, n))
        count, total = int(table.counts[cells[0]]), table.totals[cells[0][0]]
        around = between(count, total)
        return say(
            "mistakes_limits", wrong=wrong, n=count, total=total,
            share=percent(count / total), interval=around,
        )  # fmt: skip

    # Samples.
    def sample(self, i: int) -> dict[str, Any]:
        """What is said of a sample, by its index in x: a label, a sentence, and where it is."""
        told, number = self.answers, i
        i = int(np.searchsorted(self.index, number))
        assert told.truth is not None
        truth, given = told.truth[i], told.given[i]
        if told.kind == NUMBERS:
            pair = signed(float(truth)), signed(float(given))
            label, off = "→".join(pair), signed(float(given - truth))
            words = say("mistakes_sample_number", i=number, truth=pair[0], given=pair[1], off=off)
            band = next(k for k, each in enumerate(self.residuals.bands) if i in each)
            place = self.scatter.point(i)
            return {
                "label": label,
                "brief": label,
                "words": words,
                "at": [band],
                "place": [round(place.real, 1), round(place.imag, 1)],
            }
        names = name_of(int(truth), told.names), name_of(int(given), told.names)
        wrong = bool(told.wrong[i])
        table = self.counted[self.main].table
        common = {
            "look": say("mistakes_look", truth=names[0], given=names[1]) if wrong else "",
            "at": [table.row_of(int(truth)), table.row_of(int(given))],
        }
        if told.kind == YES_NO:  # where the threshold is, decides what its answer is
            sure, yes = percent(float(told.values[i])), told.names[1]
            words = say("mistakes_sample_yes", i=number, truth=names[0], yes=yes, sure=sure)
            short = _short(float(told.values[i]))
            return {**common, "label": names[0], "brief": names[0], "sure": short, "words": words}
        return {**common, **self._of_class(i, number, names)}

    def _of_class(self, i: int, number: int, names: tuple[str, str]) -> dict[str, Any]:
        """What is said of a sample with these names of its truth and its answer."""
        told, wrong = self.answers, bool(self.answers.wrong[i])
        sure, of_truth = (
            percent(float(share)) for share in (told.sureness[i], np.exp(-told.losses[i]))
        )
        key = "mistakes_sample" if wrong else "mistakes_sample_right"
        words = say(key, i=number, truth=names[0], given=names[1], sure=sure, share=of_truth)
        label, short = "→".join(names) if wrong else names[0], _short(float(told.sureness[i]))
        surest = i == self.surest
        return {
            "label": label,
            "brief": f"{label} {short.removesuffix(' %')}",
            "sure": short,
            "surest": say("mistakes_surest_of_all") if surest else "",
            "words": say("mistakes_sample_surest", words=words) if surest else words,
        }


def _short(share: float) -> str:
    """A probability for a card, which has room for two digits."""
    return percent(min(share, 0.989))


def written(threshold: float) -> str:
    return f"{threshold:.2f}" if round(threshold, 2) == threshold else f"{threshold:g}"


def shared(count: int, total: int) -> str:
    """A count with its share and the interval of that."""
    if not total:
        return "0"
    return f"{count:,} · {percent(count / total)} ({between(count, total)})"


def signed(value: float) -> str:
    return brief(value).replace("-", "−")


def _yes_or_no(table: Table) -> list[list[str]]:
    """Both kinds of mistakes, what was found, and what a yes is worth."""
    (right_no, false_yes), (missed, found) = table.counts.tolist()
    return [
        [say("mistakes_right"), shared(right_no + found, int(table.counts.sum()))],
        [say("mistakes_found"), shared(found, found + missed)],
        [say("mistakes_called"), shared(found, found + false_yes)],
        [say("mistakes_missed"), f"{missed:,}"],
        [say("mistakes_false"), f"{false_yes:,}"],
    ]


def overlap(first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether the intervals of two shares, each a count and a total, overlap."""
    a, b = interval(first[0], first[1]), interval(second[0], second[1])
    return a[0] <= b[1] and b[0] <= a[1]
