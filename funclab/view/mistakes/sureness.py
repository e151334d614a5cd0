"""Is an answer of 90 % right nine times in ten? A bar for each tenth of sureness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area, polyline
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import say, titles
from funclab.view.mistakes.counting import FEW, Bin, calibration_error
from funclab.view.mistakes.table import between, percent

LEFT, RIGHT, TOP, BOTTOM = 36, 12, 44, 52
SMALL, LARGE, LOW = (232, 236), (700, 420), (420, 270)
"""The size of the chart: beside a table, alone, and alone where there is little room."""
MORE = 36
"""How much higher the numbers below a chart are that is alone."""
LEGEND = 15
TICK = Font(11, "label", anchor="middle")
PALE = 0.4


@dataclass(repr=False)
class SurenessPicture(Picture):
    """Bars: how many answers of a bin are right, with the interval; lines: how sure they are."""

    title: str
    bins: list[Bin]
    size: tuple[float, float]
    look: str = "auto"
    numeric = True

    @property
    def description(self) -> str:
        return say("mistakes_sureness_words", bins=" ".join(map(bin_in_words, self.known)))

    @property
    def known(self) -> list[Bin]:
        return [each for each in self.bins if each.n]

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        rows = [
            (span(each), str(each.n), percent(each.share), between(each.right, each.n),
             percent(each.sure))
            for each in self.known
        ]  # fmt: skip
        return titles("mistakes_sureness_titles"), rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        width, height = self.size
        canvas.text_line(15j, say("mistakes_sureness_title"), Font(13, bold=True))
        legend = self._legend()
        for i, line in enumerate(legend):
            canvas.text_line(complex(0, 33 + LEGEND * i), line, Font(11, "soft"))
        base, across = height - BOTTOM - MORE * self.alone, width - LEFT - RIGHT
        tall = base - TOP - 8 - LEGEND * (len(legend) - 1)
        for level in (0, 0.5, 1):
            y = base - tall * level
            ends = [complex(LEFT, y), complex(width, y)]
            canvas.path(polyline(ends), Paint("", "rule" if level else "line"))
            start = complex(LEFT - 6, y + 4)
            canvas.text_line(start, f"{level * 100:.0f}", Font(11, "label", anchor="end"))
        step = across / len(self.bins)
        for i, each in enumerate(self.bins):
            self._draw_bin(canvas, i, each, complex(LEFT + step * i, base), step, tall)
        if self.alone:
            self._draw_numbers(canvas, base, step)
        middle = complex(LEFT + across / 2, height - 6)
        axis = "mistakes_sureness_percent" if self.alone else "mistakes_sureness_axis"
        canvas.text_line(middle, say(axis), TICK)
        return self.size

    def _legend(self) -> list[str]:
        """What bars and lines are, in one line if there is room; and what pale bars are, if any."""
        words = [say("mistakes_sureness_legend")]
        if any(each.n and each.few for each in self.bins):
            words.append(say("mistakes_sureness_pale", n=FEW))
        return ["; ".join(words)] if self.alone else words

    @property
    def alone(self) -> bool:
        return self.size != SMALL

    def _draw_numbers(self, canvas: Canvas, base: float, step: float) -> None:
        """Where the tenths are; and below them how many answers there are, and how many right."""
        for i in range(len(self.bins) + 1):
            canvas.text_line(complex(LEFT + step * i, base + 16), f"{10 * i}", TICK)
        for line, key in ((34, "mistakes_n"), (50, "mistakes_right")):
            canvas.text_line(
                complex(LEFT - 6, base + line), say(key), Font(11, "label", anchor="end")
            )
        for i, each in enumerate(self.bins):
            texts = (f"{each.n:,}", percent(each.share)) if each.n else ("–", "")
            for line, text in zip((34, 50), texts):
                start = complex(LEFT + step * (i + 0.5), base + line)
                canvas.text_line(start, text, Font(11, mono=True, anchor="middle"))

    def _draw_bin(
        self, canvas: Canvas, i: int, each: Bin, corner: complex, step: float, tall: float
    ) -> None:
        canvas.open(bin_in_words(each), "box", key=f"{i}")
        ground = area(corner - tall * 1j, step, tall)
        canvas.rect(ground, Paint("paper", opacity=0.01))
        if each.n:
            high = tall * each.share
            bar = area(corner + step * 0.14 - high * 1j, step * 0.72, high)
            canvas.rect(bar, Paint("output", opacity=PALE if each.few else 1))
            middle = corner.real + step / 2
            low, top = (corner.imag - tall * share for share in each.interval)
            canvas.path(
                polyline([complex(middle, low), complex(middle, top)]), Paint("", "ink", 1.2)
            )
            level = corner.imag - tall * each.sure
            ends = [
                complex(corner.real + step * 0.06, level),
                complex(corner.real + step * 0.94, level),
            ]
            canvas.path(polyline(ends), Paint("", "ink", 2.5))
        if not self.alone and each.n:
            # Long numbers would meet: every other one is lower.
            line = 27 if i % 2 and max(other.n for other in self.bins) > 99 else 15
            canvas.text_line(corner + step / 2 + line * 1j, f"{each.n:,}", TICK)
        canvas.close()


def span(each: Bin) -> str:
    """The sureness of a bin, from and to."""
    return say("mistakes_span", low=round(each.low * 100), high=round(each.high * 100))


def bin_in_words(each: Bin) -> str:
    """What a bin says."""
    if not each.n:
        return say("mistakes_bin_empty", span=span(each))
    return say(
        "mistakes_bin_words",
        span=span(each),
        n=each.n,
        right=each.right,
        share=percent(each.share),
        interval=between(each.right, each.n),
        sure=percent(each.sure),
    )


def off_by(bins: Sequence[Bin]) -> str:
    """The expected calibration error in percentage points."""
    return f"{calibration_error(bins) * 100:.1f}"
