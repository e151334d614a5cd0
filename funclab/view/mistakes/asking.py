"""What ask mode asks before it shows a table, a chart or the most frequent mistake."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.view.draw.sentences import question, say
from funclab.view.learned.answers import NUMBERS
from funclab.view.mistakes.sureness import bin_in_words, span
from funclab.view.mistakes.table import between, percent
from funclab.view.mistakes.telling import Told, overlap

MORE = 100
"""How many more samples a question imagines."""
Question = dict[str, Any]


def questions_of(told: Told) -> dict[str, Question]:
    """The questions by what they come before: "overview", "confidence" and "often"."""
    if told.answers.kind == NUMBERS:
        return {"overview": _of_bands(told)}
    asked = {"confidence": _of_sureness(told)}
    cells = told.counted[told.main].mistakes()
    if cells:
        asked["overview"] = _of_column(told, cells[0])
    if len(cells) > 1:
        asked["often"] = _of_chance(told, cells[0], cells[1])
    return asked


def _of_column(told: Told, most: tuple[int, int]) -> Question:
    """Which class is most often taken for one; the script covers its column."""
    counted = told.counted[told.main]
    picture, column = counted.picture(), most[1]
    counts = counted.table.counts[:, column].copy()
    counts[column] = -1
    options = [picture.name(i) for i in np.argsort(-counts, kind="stable")[:4] if counts[i] >= 0]
    asked = question(
        "mistakes overview",
        say("mistakes_ask_column", given=picture.name(column)),
        sorted(options),
        picture.name(most[0]),
        picture.cell_in_words(*most),
    )
    return {**asked, "column": column}


def _of_sureness(told: Told) -> Question:
    """How many of the answers of one bin, the fullest, are right."""
    each = max(told.bins, key=lambda each: each.n)
    right = each.share
    shares = [right, *(share for share in (1.0, 0.9, 0.75, 0.5) if abs(share - right) > 0.04)][:4]
    return question(
        "mistakes confidence",
        say("mistakes_ask_sureness", span=span(each)),
        [percent(share) for share in sorted(shares)],
        percent(right),
        bin_in_words(each),
    )


def _of_chance(told: Told, first: tuple[int, int], second: tuple[int, int]) -> Question:
    """Whether more samples would settle which of two mistakes is more frequent."""
    table, picture = told.counted[told.main].table, told.counted[told.main].picture()
    n = int(table.counts.sum())
    grown = [
        tuple(
            round(count * (n + MORE) / n) for count in (table.counts[cell], table.totals[cell[0]])
        )
        for cell in (first, second)
    ]
    told_of = {
        f"{word}{i}": text
        for i, cell in enumerate((first, second), 1)
        for word, text in (
            ("truth", picture.name(cell[0])),
            ("given", picture.name(cell[1])),
            ("n", int(table.counts[cell])),
            ("interval", between(int(table.counts[cell]), table.totals[cell[0]])),
        )
    }
    open_still = overlap(grown[0], grown[1])
    return question(
        "mistakes often",
        say("mistakes_ask_chance", more=MORE, **told_of),
        [say("yes"), say("no")],
        say("no") if open_still else say("yes"),
        say("mistakes_overlap" if open_still else "mistakes_apart", **told_of),
    )


def _of_bands(told: Told) -> Question:
    n = len(told.answers.values)
    near = len(told.residuals.bands[2]) / n
    shares = [near, *(share for share in (0.95, 0.75, 0.5, 0.25) if abs(share - near) > 0.06)][:4]
    return question(
        "mistakes overview",
        say("mistakes_ask_bands"),
        [percent(share) for share in sorted(shares)],
        percent(near),
        told.scatter.band_in_words(2),
    )
