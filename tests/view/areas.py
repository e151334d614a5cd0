"""What tests ask of a placed scene: which parts overlap, and which edges run over boxes."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from funclab.view.draw.geometry import Area, Points
from funclab.view.scene.scene import Edge, Scene

STEPS = 24


def areas(scene: Scene) -> dict[str, Area]:
    areas: dict[str, Area] = {item.key: item for item in scene.items()}
    return areas | {f"weights {group.name}": group for group in scene.groups if group.width}


def overlapping(scene: Scene) -> list[tuple[str, str]]:
    """Pairs of parts that share a place."""
    return [
        (first, second)
        for (first, a), (second, b) in combinations(areas(scene).items(), 2)
        if a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom
    ]


def points(curves: Points) -> list[complex]:
    """Points along the curves of an edge or tie."""
    path = [complex(x, y) for x, y in curves]
    along = []
    for i in range(0, len(path) - 1, 3):
        a, b, c, d = path[i : i + 4]
        for t in (step / STEPS for step in range(STEPS + 1)):
            u = 1 - t
            along.append(u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d)
    return along


def crossed_boxes(scene: Scene) -> list[tuple[str, str]]:
    """Edges with the parts that they run over, other than their own ends."""
    inner = {key: area.grown(-1) for key, area in areas(scene).items()}
    return [
        (f"{edge.source.key} -> {edge.target.key}", key)
        for edge in scene.edges
        for key, reached in zip(inner, reach(edge.path, list(inner.values())), strict=True)
        if reached
    ]


def reach(curves: Points, some: list[Area]) -> list[bool]:
    """For each of some areas, whether the curves run through it."""
    at = np.array(points(curves))[:, None]
    low = np.array([area.corner for area in some])
    high = np.array([complex(area.right, area.bottom) for area in some])
    x, y = at.real, at.imag
    within = (low.real < x) & (x < high.real) & (low.imag < y) & (y < high.imag)
    return within.any(axis=0).tolist()


def inside(point: complex, area: Area) -> bool:
    return area.x < point.real < area.right and area.y < point.imag < area.bottom


def stretches(edge: Edge) -> list[tuple[bool, float, float, float]]:
    """The straight parts of an edge: upright or not, where they lie, where they begin and end."""
    path, straight = edge.path, []
    for i in range(0, len(path) - 1, 3):
        xs, ys = zip(*path[i : i + 4], strict=True)
        if max(xs) - min(xs) < 0.1:
            straight.append((True, xs[0], min(ys), max(ys)))
        elif max(ys) - min(ys) < 0.1:
            straight.append((False, ys[0], min(xs), max(xs)))
    return straight


def side_by_side(scene: Scene, distance: float) -> list[tuple[str, str]]:
    """Edges of different tensors, parts of which run closer to each other than a distance."""
    return [
        (first.tensor, second.tensor)
        for first, second in combinations(scene.edges, 2)
        if first.tensor != second.tensor
        and any(
            a[0] == b[0] and abs(a[1] - b[1]) < distance and min(a[3], b[3]) - max(a[2], b[2]) > 4
            for a in stretches(first)
            for b in stretches(second)
        )
    ]
