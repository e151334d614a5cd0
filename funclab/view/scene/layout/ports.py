"""Where edges meet boxes: on the sides that face the flow, or at the rows of a layer."""

from __future__ import annotations

from funclab.view.scene import sizes
from funclab.view.scene.layout.ranks import Link
from funclab.view.scene.scene import Box, Edge, End, Plate, Row, Scene

SPREAD = 26
"""Distance between ports on one side of a box."""
LANE, FIRST_LANE = 12, 14
"""Distances of the lines that run beside a box to and from its rows."""
CLOSEST = 24
"""The room of all lines that turn in a gap from left to right."""
TAB = 14


def links_of(scene: Scene) -> list[Link]:
    """The edges as the layout sees them."""
    boxes = {box.key: box for box in scene.boxes}
    order = {box.key: i for i, box in enumerate(scene.boxes)}
    return [_link(scene, edge, boxes, order) for edge in scene.edges]


def _link(scene: Scene, edge: Edge, boxes: dict[str, Box], order: dict[str, int]) -> Link:
    source, target = edge.source, edge.target
    known = source.key in order and target.key in order
    backward = known and order[source.key] >= order[target.key]
    link = Link(source.key, target.key, backward=backward)
    if source.key in boxes:
        link.source_offset = offset(scene, boxes[source.key], source, True, backward)
    if target.key in boxes:
        link.target_offset = offset(scene, boxes[target.key], target, False, backward)
    return link


def has_tabs(box: Box, count: int) -> bool:
    """Whether ports are drawn: where the order of several matters, and on open frames."""
    return count > 1 or (box.inside is not None and count > 0)


def is_beside(scene: Scene) -> bool:
    """Whether edges meet boxes at sides that do not face the flow: rows, from top to bottom."""
    return scene.face == "layers" and scene.direction == "TB"


def offset(scene: Scene, box: Box, end: End, leaving: bool, backward: bool) -> float:
    """How far from the middle of the box, across the flow, a link meets or passes it."""
    if is_beside(scene):
        reach = box.width / 2 + lane(box, end, leaving)
        return reach if leaving else -reach
    if scene.face == "layers":
        if backward:
            return box.height / 2 + lane(box, end, leaving)
        return row_offset(box, end)
    room = (box.height if scene.direction == "LR" else box.width) - 20
    step = min(SPREAD, room / max(1, end.count))
    return (end.index - (end.count - 1) / 2) * step


def row_offset(box: Box, end: End) -> float:
    """How far below the middle of a box a row's port lies."""
    row = end.row or 0
    if not box.rows:
        return 0
    spread = (end.index - (end.count - 1) / 2) * sizes.LINE
    return sizes.row_centres(box)[row] - box.height / 2 + spread


def lane(box: Box, end: End, leaving: bool) -> float:
    """The distance of a tensor's line from the box beside which it runs: each has its own, and
    those of several rows do not cross."""
    here = end.row or 0
    if leaving:
        outer = end.count - 1 - end.index
        number = outputs_of(box.rows[here + 1 :]) + max(0, outer)
    else:
        number = inputs_of(box.rows[:here]) + end.index
    return FIRST_LANE + LANE * number


def inputs_of(rows: list[Row]) -> int:
    """How many tensors come in at some rows."""
    return sum(len(row.inputs) for row in rows)


def outputs_of(rows: list[Row]) -> int:
    """How many tensors go out at some rows."""
    return sum(len(row.outputs) for row in rows)


def close_lane(box: Box, end: End, leaving: bool) -> float:
    """The same between boxes that follow each other from left to right, where room is scarce."""
    lanes = lane(box, end, leaving) - FIRST_LANE
    ways = inputs_of(box.rows) + outputs_of(box.rows)
    most = LANE * max(1, ways)
    return FIRST_LANE + lanes * min(1, CLOSEST / most)


def margins(scene: Scene, item: Box | Plate) -> tuple[float, float, float]:
    """Room to be kept free around an item: before and after it across the flow, and below it."""
    if isinstance(item, Plate) or scene.face != "layers":
        return 0, 0, 0
    ways = max(inputs_of(item.rows), outputs_of(item.rows))
    lanes = FIRST_LANE + LANE * ways
    loops = sum(edge.source.key == edge.target.key == item.key for edge in scene.edges)
    if is_beside(scene):
        return lanes, lanes, (loops + 1) * LANE if loops else 0
    backward = any(item.key in (edge.source.key, edge.target.key) for edge in scene.edges)
    return 0, lanes if backward else 0, 0
