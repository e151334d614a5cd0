"""Paths made of lines, rounded corners and soft turns, all kept as cubic curves.

A point is a complex number here, so that lengths and directions are plain arithmetic: its real part
runs across the flow and its imaginary part along it (in a picture, right and down).
"""

from __future__ import annotations

from itertools import pairwise

from funclab.view.draw.area import Points

KAPPA = 0.5523
"""How far the handles of a cubic curve reach that looks like a quarter of a circle."""


class Pen:
    """Draws one path: a start, then three points for each curve."""

    def __init__(self, start: complex) -> None:
        self.points = [start]

    @property
    def here(self) -> complex:
        return self.points[-1]

    def line(self, end: complex) -> None:
        step = (end - self.here) / 3
        if step:
            self.curve(self.here + step, end - step, end)

    def curve(self, first: complex, second: complex, end: complex) -> None:
        self.points += [first, second, end]

    def turn(self, end: complex) -> None:
        """To `end`, leaving and arriving along the flow."""
        way = end - self.here
        if way.real:
            step = 0.5j * way.imag
            self.curve(self.here + step, end - step, end)
        else:
            self.line(end)

    def corners(self, corners: list[complex], radius: float) -> None:
        """Lines through all corners but the last, where the path ends; each corner is rounded."""
        for corner, after in pairwise(corners):
            before = self.here - corner
            behind = after - corner
            reach = min(radius, abs(before) / 2, abs(behind) / 2)
            back = of_length(before, reach)
            ahead = of_length(behind, reach)
            self.line(corner + back)
            self.curve(
                corner + back * (1 - KAPPA),
                corner + ahead * (1 - KAPPA),
                corner + ahead,
            )
        self.line(corners[-1])

    def pairs(self, swapped: bool) -> Points:
        """The path in x and y; `swapped` when the flow runs along x."""
        if swapped:
            return [(point.imag, point.real) for point in self.points]
        return [(point.real, point.imag) for point in self.points]


def of_length(direction: complex, length: float) -> complex:
    return direction / abs(direction) * length if direction else 0j


def written(point: complex) -> str:
    """A point in SVG's words."""
    return f"{point.real:.2f},{point.imag:.2f}"


def polyline(points: list[complex]) -> str:
    """Straight lines in SVG's words."""
    return "M" + "L".join(map(written, points))


def closed(corners: list[complex]) -> str:
    """A polygon in SVG's words."""
    return f"{polyline(corners)}Z"


def curved(points: list[complex]) -> str:
    """A path of cubic curves in SVG's words."""
    words = list(map(written, points))
    curves = [" ".join(words[i : i + 3]) for i in range(1, len(words), 3)]
    return "C".join([f"M{words[0]}", *curves])


def quarter(corner: complex, start: complex, end: complex) -> str:
    """A quarter of a circle from `start` to `end`, beside their common corner."""
    first = start + (corner - start) * KAPPA
    second = end + (corner - end) * KAPPA
    return f"C{written(first)} {written(second)} {written(end)}"


def round_outline(middle: complex, radius: float) -> str:
    """A circle of four cubic curves."""
    turns = (1, 1j, -1, -1j, 1)
    ends = [middle + radius * turn for turn in turns]
    arcs = [quarter(start + end - middle, start, end) for start, end in pairwise(ends)]
    return f"M{written(ends[0])}{''.join(arcs)}Z"


def rounded_left(corner: complex, width: float, height: float, radius: float) -> str:
    """A bar whose left corners are rounded."""
    below = corner + 1j * height
    down = 1j * radius
    upper = quarter(corner, corner + radius, corner + down)
    lower = quarter(below, below - down, below + radius)
    top = polyline([corner + width, corner + radius])
    return f"{top}{upper}L{written(below - down)}{lower}L{written(below + width)}Z"
