"""Weights capsules: beside the calls of their layer, tied to each by a dotted line."""

from __future__ import annotations

from funclab.view.scene import Box, Group, Points, Scene

DISTANCE, BETWEEN = 56, 16


def place_capsules(scene: Scene) -> None:
    """Put each capsule next to the picture, at the height of its calls."""
    boxes = {box.key: box for box in scene.boxes}
    placed: list[Group] = []
    for group in scene.groups:
        if group.width:
            calls = [boxes[key] for key in group.calls]
            _beside(scene, group, calls, placed)
            group.ties = [_tie(group, box) for box in calls]
            placed.append(group)


def _beside(scene: Scene, group: Group, calls: list[Box], placed: list[Group]) -> None:
    middle = sum(box.y + box.height / 2 for box in calls) / len(calls)
    group.y = middle - group.height / 2
    top = min([group.y, *(box.y for box in calls)])
    bottom = max([group.y + group.height, *(box.y + box.height for box in calls)])
    nearby = [one for one in scene.items() if one.y < bottom and one.y + one.height > top]
    edges = [x for edge in scene.edges for x, y in edge.path if top < y < bottom]
    group.x = max([*(one.x + one.width for one in nearby), *edges]) + DISTANCE
    for other in placed:
        apart = group.y > other.y + other.height + BETWEEN or (
            group.y + group.height + BETWEEN < other.y
        )
        if not apart and group.x < other.x + other.width + BETWEEN:
            group.y = other.y + other.height + BETWEEN


def _tie(group: Group, box: Box) -> Points:
    """From the right side of a call to the left side of the capsule."""
    start = (box.x + box.width, box.y + box.height / 2)
    end = (group.x, group.y + group.height / 2)
    bend = (start[0] + end[0]) / 2
    return [start, (bend, start[1]), (bend, end[1]), end]
