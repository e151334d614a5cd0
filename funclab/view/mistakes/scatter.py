"""Predictions that are numbers, beside the truth; and how many are how far off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.chart import Axis, axis_of, brief
from funclab.view.draw.geometry import area, polyline
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import say, titles
from funclab.view.mistakes.counting import Residuals
from funclab.view.mistakes.table import between, percent

LEFT, TOP, BOTTOM, SIDE, GAP, BARS = 52, 28, 40, 364, 28, 270
LOW, LOW_GAP, LOW_BARS = 174, 12, 200
"""The side of the plot, and the rest across, where there is little room."""
BAND, LOW_BAND = 48, 38
"""How high a band is."""
MOST = 500
"""The most points that are drawn."""
BANDS = ("far_below", "below", "near", "above", "far_above")


@dataclass(repr=False)
class ScatterPicture(Picture):
    """A point for each sample: its truth to the right, its prediction upwards; on the diagonal they
    are equal. Beside it a bar for each band of residuals."""

    title: str
    truth: Array
    values: Array
    residuals: Residuals
    low: bool
    look: str = "auto"
    numeric = True

    @property
    def description(self) -> str:
        return " ".join(map(self.band_in_words, range(5)))

    @cached_property
    def bands(self) -> list[Array]:
        return self.residuals.bands

    @property
    def drawn(self) -> list[int]:
        """The samples that have a point: at most 500, spread over all of them."""
        n = len(self.truth)
        return np.unique(np.linspace(0, n - 1, min(n, MOST)).astype(int)).tolist()

    @cached_property
    def axis(self) -> Axis:
        return axis_of([*self.truth.tolist(), *self.values.tolist()])

    @property
    def side(self) -> float:
        return LOW if self.low else SIDE

    @property
    def gap(self) -> float:
        return LOW_GAP if self.low else GAP

    @property
    def across(self) -> float:
        """The width of the bars with what is written beside them."""
        return LOW_BARS if self.low else BARS

    @property
    def high(self) -> float:
        return LOW_BAND if self.low else BAND

    def point(self, i: int) -> complex:
        """Where a sample is drawn."""
        across, up = (self.axis.fraction(float(v[i])) for v in (self.truth, self.values))
        return complex(LEFT + self.side * across, TOP + self.side * (1 - up))

    def band_in_words(self, band: int) -> str:
        n, total = len(self.bands[band]), len(self.truth)
        far = brief(self.residuals.typical), brief(2 * self.residuals.typical)
        return say(
            f"mistakes_{BANDS[band]}",
            one=far[0],
            two=far[1],
            n=n,
            total=total,
            share=percent(n / total),
            interval=between(n, total),
        )

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        total = len(self.truth)
        rows = [
            (say(f"mistakes_{name}_brief"), str(len(band)), percent(len(band) / total),
             between(len(band), total))
            for name, band in zip(BANDS, self.bands)
        ]  # fmt: skip
        return titles("mistakes_bands_titles"), rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        self._draw_axes(canvas)
        shown = set(self.drawn)
        for i, band in enumerate(self.bands):
            canvas.open(self.band_in_words(i), "edge")
            for sample in band.tolist():
                if sample in shown:
                    colour = "output" if i == 2 else "fault"
                    canvas.circle(self.point(sample), 3, Paint(colour, opacity=0.6))
            canvas.close()
        corner = complex(LEFT + self.side + self.gap, TOP + 24)
        canvas.text_line(
            corner - 20j, say("mistakes_bands"), Font(12 if self.low else 13, bold=True)
        )
        most = max(map(len, self.bands))
        for i in reversed(range(5)):
            self._draw_band(canvas, i, corner, most)
            corner += 1j * self.high
        return LEFT + self.side + self.gap + self.across, max(TOP + self.side + BOTTOM, corner.imag)

    def _draw_axes(self, canvas: Canvas) -> None:
        side = self.side
        start = complex(LEFT, 14)
        canvas.text_line(start, say("mistakes_scatter_up"), Font(12, bold=True))
        for value, text in ((value, text.replace("-", "−")) for value, text in self.axis.ticks):
            at = self.axis.fraction(value) * side
            level = TOP + side - at
            canvas.path(
                polyline([complex(LEFT, level), complex(LEFT + side, level)]), Paint("", "rule")
            )
            canvas.text_line(complex(LEFT - 8, level + 4), text, Font(11, "label", anchor="end"))
            canvas.text_line(
                complex(LEFT + at, TOP + side + 16), text, Font(11, "label", anchor="middle")
            )
        middle = complex(LEFT + side / 2, TOP + side + 34)
        canvas.text_line(middle, say("mistakes_truth_axis"), Font(12, bold=True, anchor="middle"))
        reach = (self.axis.high - self.axis.low) or 1.0
        for units in (-2, -1, 0, 1, 2):
            off = units * self.residuals.typical / reach
            self._draw_line(
                canvas, off, Paint("", "line", 1.4 if not units else 1, "4 4" * bool(units))
            )

    def _draw_line(self, canvas: Canvas, off: float, paint: Paint) -> None:
        """Where predictions are as far off as this, as a share of the axis."""
        first, last = max(0.0, -off), min(1.0, 1 - off)
        if first < last:
            ends = [
                complex(LEFT + self.side * x, TOP + self.side * (1 - x - off))
                for x in (first, last)
            ]
            canvas.path(polyline(ends), paint)

    def _draw_band(self, canvas: Canvas, band: int, corner: complex, most: int) -> None:
        n, total = len(self.bands[band]), len(self.truth)
        canvas.open(self.band_in_words(band), "box", key=f"{band}")
        room = area(corner - 4, self.across + 2, self.high - 4)
        canvas.rect(room, Paint("paper", opacity=0.01), 6)
        name = say(f"mistakes_{BANDS[band]}_brief")
        canvas.text_line(corner + 14j, name, Font(12))
        bar = area(corner + 20j, max(1.0, (self.across - 140) * n / most), 14)
        canvas.rect(bar, Paint("output" if band == 2 else "fault"), 2)
        told = f"{n:,} · {percent(n / total)}"
        canvas.text_line(complex(bar.right + 8, bar.y + 11), told, Font(12, mono=True))
        end = corner + self.across - 4 + 14j
        canvas.text_line(end, between(n, total), Font(11, "label", anchor="end"))
        canvas.close()
