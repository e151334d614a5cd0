"""Paths made of lines, rounded corners and soft turns, all kept as cubic curves."""

from __future__ import annotations

from funclab.view.scene import Points

Point = tuple[float, float]


class Pen:
    """Draws one path: a start, then three points for each curve."""

    def __init__(self, start: Point) -> None:
        self.points: Points = [start]

    @property
    def here(self) -> Point:
        return self.points[-1]

    def line(self, end: Point) -> None:
        if end != self.here:
            self.curve(between(self.here, end, 1 / 3), between(self.here, end, 2 / 3), end)

    def curve(self, first: Point, second: Point, end: Point) -> None:
        self.points += [first, second, end]

    def turn(self, end: Point) -> None:
        """To `end`, leaving and arriving with the flow: along the second axis."""
        across, along = self.here
        middle = (along + end[1]) / 2
        if across == end[0]:
            self.line(end)
        else:
            self.curve((across, middle), (end[0], middle), end)

    def corners(self, corners: list[Point], radius: float) -> None:
        """Lines through all corners but the last, where the path ends, each corner rounded."""
        for corner, after in zip(corners, corners[1:], strict=False):
            reach = min(radius, distance(self.here, corner) / 2, distance(corner, after) / 2)
            self.line(toward(corner, self.here, reach))
            out = toward(corner, after, reach)
            self.curve(between(self.here, corner, 0.55), between(out, corner, 0.55), out)
        self.line(corners[-1])


def between(start: Point, end: Point, part: float) -> Point:
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def distance(start: Point, end: Point) -> float:
    return ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5


def toward(start: Point, end: Point, reach: float) -> Point:
    """The point `reach` away from `start` on the way to `end`."""
    whole = distance(start, end)
    return start if not whole else between(start, end, reach / whole)


def swapped(points: Points) -> Points:
    """The same path with the two axes exchanged."""
    return [(along, across) for across, along in points]
