"""Weights capsules: beside the calls of their layer, tied to each by a dotted line."""

from __future__ import annotations

from typing import NamedTuple

from funclab.view.scene import Area, Box, Group, Points, Scene

DISTANCE, BETWEEN = 48, 14


class Span(NamedTuple):
    """A stretch along the flow."""

    start: float
    end: float

    def meets(self, other: Span, margin: float = 0) -> bool:
        return self.start < other.end + margin and other.start < self.end + margin


def place_capsules(scene: Scene) -> None:
    """Put each capsule next to the picture, level with the middle of its calls."""
    boxes = {box.key: box for box in scene.boxes}
    placed: list[Group] = []
    for group in scene.groups:
        if group.width:
            calls = [boxes[key] for key in group.calls]
            _beside(scene, group, calls, placed)
            group.ties = [_tie(group, box, scene.direction == "LR") for box in calls]
            placed.append(group)


def span(area: Area, sideways: bool) -> Span:
    return Span(area.x, area.right) if sideways else Span(area.y, area.bottom)


def _beside(scene: Scene, group: Group, calls: list[Box], placed: list[Group]) -> None:
    sideways = scene.direction == "LR"
    size = group.width if sideways else group.height
    spans = [span(box, sideways) for box in calls]
    middle = sum(one.start + one.end for one in spans) / (2 * len(spans))
    own = Span(middle - size / 2, middle + size / 2)
    for other in sorted(span(one, sideways) for one in placed):
        if own.meets(other, BETWEEN):
            start = other.end + BETWEEN
            own = Span(start, start + size)
    spans.append(own)
    whole = Span(min(one.start for one in spans), max(one.end for one in spans))
    free = _reach(scene, whole, sideways) + DISTANCE
    group.x, group.y = (own.start, free) if sideways else (free, own.start)


def _reach(scene: Scene, level: Span, sideways: bool) -> float:
    """How far everything reaches that stands on a stretch of the flow."""
    reached = [0.0]
    for item in scene.items():
        if span(item, sideways).meets(level):
            reached.append(item.bottom if sideways else item.right)
    for edge in scene.edges:
        points = [(x, y) if sideways else (y, x) for x, y in edge.path]
        reached += [across for along, across in points if level.start < along < level.end]
    return max(reached)


def _tie(group: Group, box: Box, sideways: bool) -> Points:
    """A dotted line from the side of a call to the capsule."""
    if sideways:
        start, end = box.bottom, group.y
        first, last = box.middle.real, group.middle.real
    else:
        start, end = box.right, group.x
        first, last = box.middle.imag, group.middle.imag
    bend = (start + end) / 2
    points = [(start, first), (bend, first), (bend, last), (end, last)]
    return [(y, x) for x, y in points] if sideways else points
