"""Weights capsules: beside the calls of their layer, tied to each by a dotted line."""

from __future__ import annotations

from typing import NamedTuple

from funclab.view.draw.geometry import Area, Points
from funclab.view.scene.scene import Box, Group, Scene

DISTANCE, BETWEEN = 30, 14
ASIDE, CORNER = 7, 16
"""How far from a box a line runs that must not seem to start at the boxes behind it."""


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
            group.ties = _ties(scene, group, calls)
            placed.append(group)


def span(area: Area, sideways: bool) -> Span:
    return Span(area.x, area.right) if sideways else Span(area.y, area.bottom)


def _beside(scene: Scene, group: Group, calls: list[Box], placed: list[Group]) -> None:
    sideways = scene.direction == "LR"
    size = group.width if sideways else group.height
    spans = [span(box, sideways) for box in calls]
    middle = sum(stretch.start + stretch.end for stretch in spans) / (2 * len(spans))
    own = Span(middle - size / 2, middle + size / 2)
    for other in sorted(span(capsule, sideways) for capsule in placed):
        if own.meets(other, BETWEEN):
            start = other.end + BETWEEN
            own = Span(start, start + size)
    spans.append(own)
    whole = Span(min(stretch.start for stretch in spans), max(stretch.end for stretch in spans))
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


def _ties(scene: Scene, group: Group, calls: list[Box]) -> list[Points]:
    """Dotted lines from the calls to the capsule; on one level, each goes to the next call."""
    sideways = scene.direction == "LR"
    levels = {box.key: _level(scene, group, box) for box in calls}
    ties = []
    for box in calls:
        level, own, size = levels[box.key], span(box, sideways), span(box, not sideways)
        middle = (own.start + own.end) / 2
        after = [
            span(other, not sideways)
            for other in calls
            if levels[other.key] == level and span(other, not sideways).start > size.end
        ]
        points = _start(level, middle, own, size)
        if after:
            following = min(after)
            stop = following.start if level == middle else following.end - CORNER
            points += [points[-1], (stop, level), (stop, level)]
        else:
            points += _over(group, level, points[-1], sideways)
        ties.append([(y, x) for x, y in points] if sideways else points)
    return ties


def _level(scene: Scene, group: Group, box: Box) -> float:
    """Where a line runs past the picture: on the level of the call, where nothing but other calls
    of its layer stands in the way; else close under or over it, so that no other box seems tied.
    """
    sideways = scene.direction == "LR"
    own, size = span(box, sideways), span(box, not sideways)
    edge = (group.y if sideways else group.x) - DISTANCE
    middle = (own.start + own.end) / 2
    for level in (middle, own.end + ASIDE, own.start - ASIDE):
        if not _in_the_way(scene, group, level, Span(size.end, edge)):
            return level
    return middle


def _over(group: Group, level: float, start: tuple[float, float], sideways: bool) -> Points:
    """Along a level to the edge of the picture, and over to the capsule."""
    last = group.middle.real if sideways else group.middle.imag
    end = group.y if sideways else group.x
    edge, bend = end - DISTANCE, end - DISTANCE / 2
    return [start, (edge, level), (edge, level), (bend, level), (bend, last), (end, last)]


def _start(level: float, middle: float, own: Span, size: Span) -> Points:
    """From the side of a call; for a level beside it, round its corner."""
    if level == middle:
        return [(size.end, middle)]
    side = own.end if level > middle else own.start
    corner = (size.end - CORNER, level)
    return [(size.end - CORNER, side), corner, corner, (size.end, level)]


def _in_the_way(scene: Scene, group: Group, level: float, across: Span) -> bool:
    sideways = scene.direction == "LR"
    return any(
        span(item, sideways).meets(Span(level, level), 2) and span(item, not sideways).meets(across)
        for item in scene.items()
        if not (isinstance(item, Box) and item.key in group.calls)
    )
