"""Areas, the marks of shared layers, and paths, all kept as cubic curves.

A point is a complex number here, so that lengths and directions are plain arithmetic: its real part
runs across the flow and its imaginary part along it (in a picture, right and down).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

Points = list[tuple[float, float]]
KAPPA = 0.5523
"""How far the handles of a cubic curve reach to approximate a quarter of a circle."""
# Corners around the middle, as fractions of the size.
_OUTLINES = {
    "diamond": "0,-1.1 1.1,0 0,1.1 -1.1,0",
    "square": "-.85,-.85 .85,-.85 .85,.85 -.85,.85",
    "triangle": "0,-1.05 1.05,.85 -1.05,.85",
    "star": "0,-1.15 .3,-.42 1.09,-.36 .49,.16 .68,.93 0,.52 -.68,.93 -.49,.16 -1.09,-.36 -.3,-.42",
    "hexagon": "0,-1 .87,-.5 .87,.5 0,1 -.87,.5 -.87,-.5",
    "cross": "-.34,-1 .34,-1 .34,-.34 1,-.34 1,.34 .34,.34 "
    ".34,1 -.34,1 -.34,.34 -1,.34 -1,-.34 -.34,-.34",
}
_LOCK = "0,6 12,6 12,14 0,14"
_SHACKLE = "2,6 2,2 4,0 8,0 10,2 10,6 8,6 8,3 7,2 5,2 4,3 4,6"

MARKS = ("diamond", "circle", "square", "triangle", "star", "hexagon", "cross")
COLOURS = 5
"""How many colours shared layers cycle through; with seven marks, 35 pairs are all different."""


@dataclass(kw_only=True)
class Area:
    """A rectangle in a picture, which the layout fills in. A point is x + 1j * y."""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def corner(self) -> complex:
        return complex(self.x, self.y)

    @property
    def middle(self) -> complex:
        return complex(self.x + self.width / 2, self.y + self.height / 2)

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def grown(self, margin: float) -> Area:
        """The area with a margin around it."""
        width, height = self.width + 2 * margin, self.height + 2 * margin
        return Area(x=self.x - margin, y=self.y - margin, width=width, height=height)

    def meets(self, other: Area) -> bool:
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def contains(self, other: Area) -> bool:
        across = self.x <= other.x and other.right <= self.right
        return across and self.y <= other.y and other.bottom <= self.bottom


def next_to(part: Area, width: float, height: float, others: list[Area]) -> Area:
    """A place at a corner of a part that overlaps no other, or else to the right of the part."""
    left, right = part.x + 6, part.right - width - 6
    for corner in (
        complex(right, part.bottom),
        complex(left, part.bottom),
        complex(right, part.y),
        complex(left, part.y),
    ):
        place = area(corner - height / 2 * 1j, width, height)
        if not any(place.meets(other) for other in others):
            return place
    return area(complex(part.right + 4, part.middle.imag - height / 2), width, height)


def area(corner: complex, width: float, height: float) -> Area:
    return Area(x=corner.real, y=corner.imag, width=width, height=height)


def rounded(corners: list[complex], radius: float = 0) -> list[complex]:
    """The path along some corners, rounded between its ends: a start, then three points for each
    cubic curve."""
    path = [corners[0]]

    def line(end: complex) -> None:
        step = (end - path[-1]) / 3
        if step:
            path.extend([path[-1] + step, end - step, end])

    for corner, after in pairwise(corners[1:]):
        before, behind = path[-1] - corner, after - corner
        reach = min(radius, abs(before) / 2, abs(behind) / 2)
        back, ahead = of_length(before, reach), of_length(behind, reach)
        line(corner + back)
        path += [corner + back * (1 - KAPPA), corner + ahead * (1 - KAPPA), corner + ahead]
    line(corners[-1])
    return path


def pairs(path: list[complex], swapped: bool = False) -> Points:
    """A path in x and y; `swapped` when the flow runs along x."""
    if swapped:
        return [(point.imag, point.real) for point in path]
    return [(point.real, point.imag) for point in path]


def of_length(direction: complex, length: float) -> complex:
    return direction / abs(direction) * length if direction else 0j


def written(point: complex) -> str:
    """A point in SVG syntax."""
    return f"{point.real:.2f},{point.imag:.2f}"


def polyline(points: list[complex]) -> str:
    """Straight lines in SVG syntax."""
    return "M" + "L".join(map(written, points))


def closed(corners: list[complex]) -> str:
    """A polygon in SVG syntax."""
    return f"{polyline(corners)}Z"


def curved(points: list[complex]) -> str:
    """A path of cubic curves in SVG syntax."""
    words = list(map(written, points))
    curves = [" ".join(words[i : i + 3]) for i in range(1, len(words), 3)]
    return "C".join([f"M{words[0]}", *curves])


def quarter(corner: complex, start: complex, end: complex) -> str:
    """A quarter of a circle from `start` to `end`, which rounds the corner between them."""
    first = start + (corner - start) * KAPPA
    second = end + (corner - end) * KAPPA
    return f"C{written(first)} {written(second)} {written(end)}"


def round_outline(middle: complex, radius: float) -> str:
    """A circle of four cubic curves."""
    turns = (1, 1j, -1, -1j, 1)
    ends = [middle + radius * turn for turn in turns]
    arcs = [quarter(start + end - middle, start, end) for start, end in pairwise(ends)]
    return f"M{written(ends[0])}{''.join(arcs)}Z"


def mark_path(mark: str, middle: complex, size: float = 6) -> str:
    """The outline of a mark around a point."""
    if mark == "circle":
        return round_outline(middle, size * 0.9)
    return closed([middle + size * corner for corner in _corners(_OUTLINES[mark])])


def lock_path(origin: complex) -> str:
    """A small closed lock, whose upper left corner is given."""
    parts = (_LOCK, _SHACKLE)
    return "".join(closed([origin + corner for corner in _corners(part)]) for part in parts)


def _corners(text: str) -> list[complex]:
    pairs = [pair.split(",") for pair in text.split()]
    return [complex(float(x), float(y)) for x, y in pairs]
