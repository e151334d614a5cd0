"""The signs of shared layers, drawn as paths so that no font need know them."""

from __future__ import annotations

from funclab.view.draw.geometry import closed, round_outline

# Corners around the middle, in parts of the size.
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
"""How many colours shared layers go through; with seven marks, 35 pairs are all different."""


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
