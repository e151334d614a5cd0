"""A chart: where curves, dots and names are drawn, found again by the numbers at its axes."""

from __future__ import annotations

import math
import re

import pytest

from funclab.view.draw.canvas import Font, Paint
from funclab.view.draw.chart import (
    FAINT,
    HEIGHT,
    LABEL,
    SPACING,
    Axis,
    Chart,
    Line,
    Plot,
    apart,
    axis_of,
    brief,
    log_ticks,
    mean,
    stretches,
    ticks,
)
from funclab.view.draw.geometry import COLOURS, Area, area
from tests.view.measures import Texts, overlap

NAN = math.nan


class Sheet(Texts):
    """A canvas that notes what is drawn and where."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[tuple[list[complex], Paint]] = []
        self.fonts: list[tuple[complex, str, Font]] = []
        self.papers: list[Area] = []

    def rect(self, area_: Area, paint: Paint, radius: float = 0) -> None:
        self.papers.append(area_)

    def path(self, data: str, paint: Paint) -> None:
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", data)]
        points = [complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        self.paths.append((points, paint))

    def text_line(self, start: complex, text: str, font: Font) -> None:
        super().text_line(start, text, font)
        self.fonts.append((start, text, font))


class Drawn:
    """A chart that was drawn, and the values at places in it, by the numbers at its axes."""

    def __init__(self, *lines: Line, epochs: int = 0, **settings) -> None:
        count = epochs or max(len(line.values) for line in lines)
        self.chart = Chart("loss", list(range(1, count + 1)), list(lines), **settings)
        self.sheet = Sheet()
        Plot(self.sheet, self.chart, 3 + 5j).draw()
        self.paper = area(3 + 5j, self.chart.width, self.chart.height)
        soft = [(start, text) for start, text, font in self.sheet.fonts if font.ink == "label"]
        values = [(start.imag - 4, float(text)) for start, text in soft
                  if start.real < self.paper.x + self.chart.left - 5]  # fmt: skip
        base = max(start.imag for start, text in soft if text == "epoch") - 16
        along = [(start.real, float(text)) for start, text in soft
                 if start.imag == base + 16 and text != "epoch"]  # fmt: skip
        self.ticks, self.base, self.epochs = [value for _, value in values], base, along
        (self.y0, v0), (self.y1, v1) = values[0], values[-1]
        self.v0, self.v1 = (math.log(v) if self.chart.log else v for v in (v0, v1))
        (self.x0, self.e0), (self.x1, self.e1) = along[0], along[-1]

    def place(self, epoch: float, value: float) -> complex:
        value = math.log(value) if self.chart.log else value
        x = self.x0 + (epoch - self.e0) / (self.e1 - self.e0) * (self.x1 - self.x0)
        y = self.y0 + (value - self.v0) / (self.v1 - self.v0) * (self.y1 - self.y0)
        return complex(x, y)

    def curves(self, colour: str = "ink") -> list[tuple[list[complex], Paint]]:
        """What is drawn as a line in a colour: more than two points, or a dash."""
        return [(points, paint) for points, paint in self.sheet.paths
                if paint.stroke == colour and not paint.fill]  # fmt: skip

    def marks(self, colour: str = "ink") -> list[tuple[complex, Paint]]:
        """The middles of the marks within the frame."""
        marks = [(points, paint) for points, paint in self.sheet.paths
                 if paint.fill and paint.stroke == colour]  # fmt: skip
        middles = [((min(p.real for p in points) + max(p.real for p in points)) / 2, paint)
                   for points, paint in marks]  # fmt: skip
        right = self.paper.x + self.chart.left + self.chart.wide
        return [(x, paint) for x, paint in middles if x < right]


def near(found: list[complex], wanted: list[complex]) -> bool:
    return len(found) == len(wanted) and all(
        abs(a - b) < 0.2 for a, b in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("back", [0.0, 0.5])
def test_a_curve_runs_through_its_values_as_the_axes_say(log, back):
    values = [9.0, 5.0, 2.5, 1.0, 0.6]
    drawn = Drawn(Line("training", values, back=back), log=log)

    [(points, paint)] = drawn.curves()

    assert near(points, [drawn.place(i + 1 - back, value) for i, value in enumerate(values)])
    assert (paint.width, paint.dash, paint.opacity) == (2, "", 1)
    inside = [drawn.paper.x < p.real < drawn.paper.right and p.imag < drawn.base for p in points]
    assert all(inside)


def test_lines_are_told_apart_by_colour_dash_and_mark():
    values = [3.0, 2.0, 1.0]
    drawn = Drawn(
        Line("a", values), Line("b", [v + 1 for v in values], 1, dashed=True),
        Line("c", [v + 2 for v in values], 2, faint=True),
        Line("d", [v + 3 for v in values], COLOURS, faint=True),
    )  # fmt: skip

    assert [paint.dash for _, paint in drawn.curves("group1")] == ["5 4"]
    assert {paint.fill for _, paint in drawn.marks()} == {"ink"}
    assert {paint.fill for _, paint in drawn.marks("group1")} == {"paper"}
    faint = [paint for points, paint in drawn.curves("line") if len(points) == 3]
    assert [paint.dash for paint in faint] == [FAINT[2], FAINT[COLOURS % len(FAINT)]]
    assert {paint.width for paint in faint} == {1.2}
    assert drawn.marks("line") == []
    first = [points for points, paint in drawn.sheet.paths if paint.fill]
    shapes = {len(points) for points in first}
    assert len(shapes) > 1  # a circle and another mark


def test_a_curve_is_broken_at_what_is_no_number_and_goes_on_over_what_was_not_measured():
    values = [4.0, NAN, 3.0, 2.0, NAN, 1.0]

    pieces = Drawn(Line("a", values)).curves()
    joined = Drawn(Line("a", values, sparse=True)).curves()

    assert [len(points) for points, _ in pieces] == [1, 2, 1]
    assert [len(points) for points, _ in joined] == [4]


@pytest.mark.parametrize(("count", "lines"), [(3, 1), (16, 1), (17, 1), (100, 1), (100, 12)])
def test_marks_are_few_and_one_is_at_the_end(count, lines):
    every = [Line(str(i), [count - j for j in range(count)], min(i, 1)) for i in range(lines)]
    drawn = Drawn(*every)

    xs = [x for x, _ in drawn.marks()]

    most = min(16, 90 // lines)
    assert min(count, most // 2) <= len(xs) <= most
    assert max(xs) == pytest.approx(drawn.place(count, 1).real, abs=0.3)
    gaps = {round(b - a, 1) for a, b in zip(xs, xs[1:])}
    assert len(gaps) <= 2


def test_a_smoothed_curve_is_the_mean_of_its_neighbours_over_a_thin_one_with_the_values():
    values = [8.0, 2.0, 6.0, NAN, 4.0, 1.0]
    drawn = Drawn(Line("a", values), window=3)

    (thin, faded), (thick, paint), *rest = (
        sorted(drawn.curves(), key=lambda curve: (curve[1].width, -len(curve[0])))[0],
        sorted(drawn.curves(), key=lambda curve: (-curve[1].width, -len(curve[0])))[0],
    )

    assert not rest
    assert (faded.width, faded.opacity, paint.width, paint.opacity) == (1, 0.45, 2, 1)
    assert near(thin, [drawn.place(i + 1, v) for i, v in enumerate(values[:3])])
    means = [5.0, 16 / 3, 4.0]
    assert near(thick, [drawn.place(i + 1, v) for i, v in enumerate(means)])
    smooth = Line("a", values).smoothed(3)
    assert smooth[4:] == [2.5, 2.5] and math.isnan(smooth[3])


def test_dots_are_batches_where_they_were_and_those_above_are_arrowheads():
    dots = [(0.1 * i, 2.0) for i in range(1, 40)] + [(2.0, 90.0), (3.0, NAN)]
    drawn = Drawn(Line("a", [2.5, 2.0, 1.5, 1.0]), dots=dots)

    [(points, paint)] = [(p, s) for p, s in drawn.sheet.paths if s.opacity == 0.4 and s.stroke]
    [(head, beyond)] = [(p, s) for p, s in drawn.sheet.paths if s.opacity == 0.4 and s.fill]

    middles = [(a + b) / 2 for a, b in zip(points[::2], points[1::2], strict=True)]
    assert near(middles, [drawn.place(x, y) for x, y in dots[:39]])
    assert {round(abs(a - b), 1) for a, b in zip(points[::2], points[1::2], strict=True)} == {3}
    assert paint.stroke == beyond.fill == "ink"
    assert min(p.imag for p in head) > drawn.paper.y
    middle = (min(p.real for p in head) + max(p.real for p in head)) / 2
    assert middle == pytest.approx(drawn.place(2.0, 1).real, abs=1)


def test_a_band_goes_from_the_lowest_to_the_highest_value():
    band = [(1.0, 3.0), (1.5, 2.5), (0.5, 2.0)]
    drawn = Drawn(Line("a", [2.0, 2.0, 1.0], band=band))

    [points] = [p for p, paint in drawn.sheet.paths if paint.opacity == 0.18]

    low = [drawn.place(i + 1, pair[0]) for i, pair in enumerate(band)]
    high = [drawn.place(i + 1, pair[1]) for i, pair in enumerate(band)]
    assert near(points[:6], [*low, *reversed(high)])


def test_names_stand_at_the_ends_in_the_order_of_their_values_and_never_overlap():
    ends = [1.0, 1.01, 5.0, 1.02, NAN]
    lines = [Line(f"a long name {i}", [6.0, end], i) for i, end in enumerate(ends)]
    drawn = Drawn(*lines)

    names = [(start, text) for start, text, _ in drawn.sheet.fonts if text.startswith("a long")]
    numbers = [text for _, text, font in drawn.sheet.fonts
               if font.anchor == "end" and font.size == LABEL]  # fmt: skip

    order = [int(text[-1]) for _, text in sorted(names, key=lambda name: name[0].imag)]
    assert order == [4, 2, 3, 1, 0] or order == [2, 4, 3, 1, 0]
    assert sorted(numbers) == sorted(["1", "1.01", "5", "1.02", "nan"])
    places = [text.area for text in drawn.sheet.texts if text.words.startswith("a long")]
    assert not any(overlap(a, b) for i, a in enumerate(places) for b in places[:i])
    assert all(area.right < drawn.paper.right for area in places)
    assert all(text.area.right <= drawn.paper.right for text in drawn.sheet.texts)
    assert all(text.area.x >= drawn.paper.x for text in drawn.sheet.texts)


def test_the_name_of_a_line_stands_beside_the_place_where_it_ends():
    drawn = Drawn(Line("a", [4.0, 1.0]), Line("b", [4.0, 3.0], 1))

    for name, value in (("a", 1.0), ("b", 3.0)):
        [start] = [start for start, text, _ in drawn.sheet.fonts if text == name]
        assert start.imag - 4 == pytest.approx(drawn.place(2, value).imag, abs=0.2)
        assert 20 < start.real - drawn.place(2, value).real < 50


def test_many_lines_make_a_chart_as_tall_as_their_names():
    few, many = (Drawn(*[Line(f"{i}", [1.0, 2.0 + i]) for i in range(n)]) for n in (3, 40))

    assert few.paper.height == few.chart.height
    assert many.paper.height - few.paper.height == 40 * SPACING - HEIGHT
    names = [start.imag for start, text, font in many.sheet.fonts if font.size == LABEL
             and not font.anchor and text.isdigit()]  # fmt: skip
    assert min(b - a for a, b in zip(sorted(names), sorted(names)[1:])) >= SPACING - 0.01
    assert many.paper.y + 30 < min(names) and max(names) < many.base + 10


def test_a_note_is_written_across_in_the_middle_in_the_colour_of_faults():
    drawn = Drawn(Line("a", [2.0, 1.0]), note="nan since epoch 2")

    [(start, font)] = [(s, f) for s, text, f in drawn.sheet.fonts if text == "nan since epoch 2"]

    assert (font.ink, font.anchor, font.bold) == ("fault", "middle", True)
    assert start.real == pytest.approx((drawn.x0 + drawn.x1) / 2, abs=1)
    assert drawn.paper.y < start.imag < drawn.base


def test_a_long_title_is_cut_and_a_chart_is_as_wide_as_its_title():
    drawn = Chart("a" * 200, [1, 2], [Line("a", [1.0, 2.0])])

    assert len(drawn.heading) <= 60 and "…" in drawn.heading
    assert drawn.width > Chart("a", [1, 2], [Line("a", [1.0, 2.0])]).width


@pytest.mark.parametrize(
    ("values", "settings", "low", "high"),
    [
        ([1.0, 2.0], {}, 0.94, 2.06),
        ([0.01, 2.0], {}, 0, 2.1194),
        ([-1.0, 1.0], {}, -1.12, 1.12),
        ([3.0], {}, 1.32, 4.68),
        ([0.0], {}, 0, 0.56),
        ([-4.0], {}, -6.24, -1.76),
        ([], {}, 0, 1.06),
        ([0.5, 0.99], {"limit": 1}, 0.4706, 1.01),
        ([1.0, 10.0], {"log": True}, -0.138155, 2.44074),
        ([2.0], {"log": True}, 0.245147, 1.141147),
    ],
)
def test_an_axis_has_a_margin_and_no_place_for_what_cannot_be(values, settings, low, high):
    axis = axis_of(values, **settings)

    assert (axis.low, axis.high) == pytest.approx((low, high), rel=1e-4)
    assert axis.log == settings.get("log", False)


def test_a_fraction_of_an_axis_is_linear_or_logarithmic():
    assert [Axis(0, 4).fraction(v) for v in (0, 1, 4)] == [0, 0.25, 1]
    assert Axis(0, math.log(100), True).fraction(10) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("low", "high", "most", "wanted"),
    [
        (0, 10, 5, [0, 2, 4, 6, 8, 10]),
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-1, 1, 5, [-1, -0.5, 0, 0.5, 1]),
        (3, 3.11, 5, [3, 3.025, 3.05, 3.075, 3.1]),
        (0, 12, 5, [0, 2.5, 5, 7.5, 10]),
        (1, 40, 8, [5, 10, 15, 20, 25, 30, 35, 40]),
        (95000, 105000, 5, [96000, 98000, 100000, 102000, 104000]),
    ],
)
def test_numbers_at_an_axis_are_round_and_evenly_spread(low, high, most, wanted):
    assert ticks(low, high, most) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (1, 1e6, [1, 10, 100, 1e3, 1e4, 1e5, 1e6]),
        (1, 100, [1, 3, 10, 30, 100]),
        (1, 10, [1, 1.5, 2, 3, 5, 7, 10]),
        (0.05, 0.2, [0.05, 0.07, 0.1, 0.15, 0.2]),
        (1.1, 1.45, [1.2, 1.4]),
    ],
)
def test_numbers_at_a_logarithmic_axis_are_powers_of_ten_and_some_between(low, high, wanted):
    assert log_ticks(low, high) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("value", "figures", "told"),
    [
        (0, 3, "0"), (1e-3, 3, "0.001"), (9.99e-4, 3, "1e-3"), (99999, 3, "1e+05"),
        (1e5, 3, "1e5"), (-0.00012345, 3, "-1.2e-4"), (math.inf, 3, "inf"),
        (12345.678, 6, "12345.7"),
    ],
)  # fmt: skip
def test_a_number_is_told_in_few_figures(value, figures, told):
    assert brief(value, figures) == told


def test_names_are_moved_apart_and_stay_within_limits_if_they_fit():
    assert apart([5, 5, 5], 10, 0, 100) == [5, 15, 25]
    assert apart([95, 96, 97], 10, 0, 100) == [80, 90, 100]
    assert apart([-5, 3], 10, 0, 100) == [0, 10]
    assert apart([40, 60], 10, 0, 100) == [40, 60]
    assert apart([], 10, 0, 100) == []


def test_stretches_and_means_leave_out_what_is_no_number():
    assert stretches([NAN, 1, 2, NAN, NAN, 3], math.isfinite) == [[(1, 1), (2, 2)], [(5, 3)]]
    assert mean([1, NAN, 3]) == 2 and math.isnan(mean([NAN]))
    line = Line("a", [1.0, 0.5, NAN])
    assert (line.last, line.end) == (0.5, "nan")
    assert Line("a", [1.0, 0.5, NAN], sparse=True).end == "0.5"
    assert math.isnan(Line("a", [NAN]).last)


def test_the_axis_of_epochs_begins_where_the_first_is_drawn_and_ends_where_it_is_told():
    line = Line("a", [1.0, 2.0, 3.0])
    assert Chart("loss", [1, 2, 3], [line]).along == (1, 3)
    assert Chart("loss", [1, 2, 3], [Line("a", [1.0, 2.0], back=0.5)]).along == (0, 3)
    assert Chart("loss", [1, 2, 3], [line], until=8).along == (1, 8)
    assert Chart("loss", [1, 2, 3], [line], dots=[(0.2, 1.0)]).along == (0.2, 3)
