"""The signs of shared layers, drawn as paths so that no font need know them."""

from __future__ import annotations

import math


def mark_path(mark: str, x: float, y: float, size: float = 6) -> str:
    """The outline of a mark around a point."""
    if mark == "circle":
        radius, whole = size * 0.9, size * 1.8
        arc = f"a{radius:.1f},{radius:.1f} 0 1 0"
        return f"M{x - radius:.1f},{y:.1f}{arc} {whole:.1f},0{arc} -{whole:.1f},0z"
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
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + "z"


def lock_path(x: float, y: float) -> str:
    """A small closed lock, whose upper left corner is given."""
    return (
        f"M{x:.1f},{y + 6:.1f}h2v-2a4,4 0 0 1 8,0v2h2v8h-12z"
        f"M{x + 4:.1f},{y + 6:.1f}h4v-2a2,2 0 0 0 -4,0z"
    )
