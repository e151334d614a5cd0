"""The signs of shared layers, drawn as paths so that no font need know them."""

from __future__ import annotations

import math


def mark_path(mark: str, x: float, y: float, size: float = 6) -> str:
    """The outline of a mark around a point."""
    if mark == "circle":
        return _circle(x, y, size * 0.9)
    return _closed([(x + size * u, y + size * v) for u, v in _CORNERS[mark]])


def _around(count: int, turn: float = 0, inner: float = 1) -> list[tuple[float, float]]:
    corners = []
    for i in range(count):
        angle = 2 * math.pi * i / count - math.pi / 2 + turn
        reach = inner if i % 2 else 1.0
        corners.append((reach * math.cos(angle), reach * math.sin(angle)))
    return corners


_ARM = 0.34
_CORNERS = {
    "diamond": [(0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0)],
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "triangle": [(0.0, -1.05), (1.05, 0.85), (-1.05, 0.85)],
    "star": [(1.15 * u, 1.15 * v) for u, v in _around(10, inner=0.45)],
    "hexagon": _around(6),
    "cross": [
        *[(-_ARM, -1.0), (_ARM, -1.0), (_ARM, -_ARM), (1.0, -_ARM), (1.0, _ARM), (_ARM, _ARM)],
        *[(_ARM, 1.0), (-_ARM, 1.0), (-_ARM, _ARM), (-1.0, _ARM), (-1.0, -_ARM), (-_ARM, -_ARM)],
    ],
}


def _closed(corners: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + "Z"


def _circle(x: float, y: float, radius: float) -> str:
    k = radius * 0.5523
    corners = [(-radius, -k), (-k, -radius), (0.0, -radius), (k, -radius), (radius, -k)]
    corners += [(radius, 0.0), (radius, k), (k, radius), (0.0, radius), (-k, radius)]
    corners += [(-radius, k), (-radius, 0.0)]
    points = [f"{x + u:.2f},{y + v:.2f}" for u, v in corners]
    curves = "".join(f"C{' '.join(points[i : i + 3])}" for i in range(0, 12, 3))
    return f"M{x - radius:.2f},{y:.2f}{curves}Z"


def lock_path(x: float, y: float) -> str:
    """A small closed lock, whose upper left corner is given: its body, then its shackle."""
    body = _closed([(x, y + 6), (x + 12, y + 6), (x + 12, y + 14), (x, y + 14)])
    shackle = [(2, 6), (2, 2), (4, 0), (8, 0), (10, 2), (10, 6), (8, 6), (8, 3), (7, 2), (5, 2)]
    return body + _closed([(x + u, y + v) for u, v in [*shackle, (4, 3), (4, 6)]])
