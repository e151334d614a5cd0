"""The points of path data, for tests of what is drawn."""

from __future__ import annotations

import re

import numpy as np


def chains(data):
    """The points (n, 2) of each part of a path of `M`, `L` and `l`."""
    parts = []
    for letter, text in re.findall(r"([MLl])([^MLlZ]*)", data):
        points = np.array(re.findall(r"(-?[\d.]+),(-?[\d.]+)", text), float).reshape(-1, 2)
        if letter == "M":
            parts.append(points)
        else:
            last = parts[-1][-1] if letter == "l" else 0
            parts[-1] = np.vstack(
                [parts[-1], last + (points.cumsum(0) if letter == "l" else points)]
            )
    return parts
