"""Weights capsules: beside the calls of their layer, tied to each by a dotted line."""

from __future__ import annotations

from funclab.view.scene import Box, Group, Points, Scene

DISTANCE, BETWEEN = 48, 14

Span = tuple[float, float]


def place_capsules(scene: Scene) -> None:
    """Put each capsule next to the picture, level with the middle of its calls."""
    boxes = {box.key: box for box in scene.boxes}
    sideways = scene.direction == "LR"
    placed: list[Group] = []
    for group in scene.groups:
        if group.width:
            calls = [boxes[key] for key in group.calls]
            _beside(scene, group, calls, placed, sideways)
            group.ties = [_tie(group, box, sideways) for box in calls]
            placed.append(group)


def level(one: Box | Group, sideways: bool) -> Span:
    """Where something begins and ends along the flow."""
    return (one.x, one.x + one.width) if sideways else (one.y, one.y + one.height)


def _beside(
    scene: Scene, group: Group, calls: list[Box], placed: list[Group], sideways: bool
) -> None:
    spans = [level(box, sideways) for box in calls]
    size = group.width if sideways else group.height
    start = sum(first + last for first, last in spans) / (2 * len(spans)) - size / 2
    for other in sorted(placed, key=lambda one: level(one, sideways)):
        first, last = level(other, sideways)
        if start < last + BETWEEN and first < start + size + BETWEEN:
            start = last + BETWEEN
    low = min([start, *(first for first, _ in spans)])
    high = max([start + size, *(last for _, last in spans)])
    free = _free_side(scene, (low, high), sideways) + DISTANCE
    group.x, group.y = (start, free) if sideways else (free, start)


def _free_side(scene: Scene, span: Span, sideways: bool) -> float:
    """How far everything reaches that stands within a span of the flow."""
    low, high = span
    reached = [0.0]
    for item in scene.items():
        first, last = level(item, sideways)  # type: ignore[arg-type]
        if first < high and last > low:
            reached.append(item.y + item.height if sideways else item.x + item.width)
    for edge in scene.edges:
        for x, y in edge.path:
            along, across = (x, y) if sideways else (y, x)
            if low < along < high:
                reached.append(across)
    return max(reached)


def _tie(group: Group, box: Box, sideways: bool) -> Points:
    """A dotted line from the side of a call to the capsule."""
    if sideways:
        start = (box.x + box.width / 2, box.y + box.height)
        end = (group.x + group.width / 2, group.y)
        bend = (start[1] + end[1]) / 2
        return [start, (start[0], bend), (end[0], bend), end]
    start = (box.x + box.width, box.y + box.height / 2)
    end = (group.x, group.y + group.height / 2)
    bend = (start[0] + end[0]) / 2
    return [start, (bend, start[1]), (bend, end[1]), end]
