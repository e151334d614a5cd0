"""The paths of edges: soft turns between ranks, straight past them, hooks at the rows of layers."""

from __future__ import annotations

from funclab.view.geometry import Pen, Point, swapped
from funclab.view.layering import Key, Layered, Link
from funclab.view.ports import LANE, TAB, has_tabs, is_beside, lane, offset, row_offset
from funclab.view.scene import Box, Edge, End, Plate, Scene

RADIUS = 8


class Router:
    """Draws edges in the coordinates (across, along), for both directions of flow."""

    def __init__(
        self, scene: Scene, at: dict[Key, float], starts: list[float], ends: list[float]
    ) -> None:
        self.scene, self.at, self.starts, self.ends = scene, at, starts, ends
        self.items = {item.key: item for item in scene.items()}
        self.loops: dict[str, int] = {}

    def path(self, edge: Edge, link: Link, layout: Layered, chain: list[Key]) -> Pen:
        rows = self.scene.face == "layers"
        if rows and edge.source.key == edge.target.key:
            return self._loop(edge)
        steps = chain[::-1] if link.backward else chain
        pen = Pen(self._port(edge.source, True))
        if rows:
            self._leave(pen, edge, link)
        for one, other in zip(steps, steps[1:], strict=False):
            near, far = (self.starts, self.ends) if link.backward else (self.ends, self.starts)
            here, there = near[layout.rank_of[one]], far[layout.rank_of[other]]
            last = other == steps[-1]
            across = self.at[other] + (link.target_offset if last else 0)
            if not rows:  # numbered ports stand out from the rank
                here = max(here, pen.here[1])
                there = min(there, self._port(edge.target, False)[1]) if last else there
            pen.line((pen.here[0], here))
            pen.turn((across, there))
        if rows:
            self._arrive(pen, edge, link)
        else:
            pen.line(self._port(edge.target, False))
        return pen

    def _bounds(self, key: str) -> tuple[float, float, float]:
        """Middle across the flow, start and end along it."""
        item = self.items[key]
        if self.scene.direction == "LR":
            return item.y + item.height / 2, item.x, item.x + item.width
        return item.x + item.width / 2, item.y, item.y + item.height

    def _port(self, end: End, leaving: bool) -> Point:
        """The very point where an edge meets a box or plate."""
        item = self.items[end.key]
        middle, start, finish = self._bounds(end.key)
        if isinstance(item, Plate):
            return middle, finish if leaving else start
        if is_beside(self.scene):
            side = item.width / 2 if leaving else -item.width / 2
            return middle + side, (start + finish) / 2 + row_offset(item, end)
        if self.scene.face == "layers":
            return middle + row_offset(item, end), finish if leaving else start
        tab = TAB / 2 if has_tabs(item, end.count) else 0
        across = middle + offset(self.scene, item, end, leaving, False)
        return across, finish + tab if leaving else start - tab

    def _leave(self, pen: Pen, edge: Edge, link: Link) -> None:
        """From a row's port to where the path leaves the rank."""
        item = self.items[edge.source.key]
        if isinstance(item, Plate):
            return
        _, start, finish = self._bounds(item.key)
        away = self.at[item.key] + link.source_offset
        if is_beside(self.scene):
            edge_of_rank = start - 1 if link.backward else finish + 1
            pen.corners([(away, pen.here[1]), (away, edge_of_rank)], RADIUS)
        elif link.backward:
            out = finish + lane(item, edge.source, True)
            pen.corners([(pen.here[0], out), (away, out), (away, start)], RADIUS)

    def _arrive(self, pen: Pen, edge: Edge, link: Link) -> None:
        item = self.items[edge.target.key]
        port = self._port(edge.target, False)
        if isinstance(item, Plate):
            pen.line(port)
            return
        away = pen.here[0]
        if is_beside(self.scene):
            pen.corners([(away, port[1]), port], RADIUS)
        elif link.backward:
            out = self._bounds(item.key)[1] - lane(item, edge.target, False)
            pen.corners([(away, out), (port[0], out), port], RADIUS)
        else:
            pen.line(port)

    def _loop(self, edge: Edge) -> Pen:
        """From a row around the box to another row of the same layer."""
        item = self.items[edge.source.key]
        assert isinstance(item, Box)
        start, end = self._port(edge.source, True), self._port(edge.target, False)
        number = self.loops.get(item.key, 0)
        self.loops[item.key] = number + 1
        out, back = lane(item, edge.source, True), lane(item, edge.target, False)
        pen = Pen(start)
        middle, first, last = self._bounds(item.key)
        if is_beside(self.scene):
            below = last + LANE * (number + 1) + 2
            right, left = start[0] + out, end[0] - back
            corners = [(right, start[1]), (right, below), (left, below), (left, end[1]), end]
        else:
            below = middle + item.height / 2 + LANE * (number + 1) + 2
            right, left = last + out, first - back
            corners = [(start[0], right), (below, right), (below, left), (end[0], left), end]
        pen.corners(corners, RADIUS)
        return pen


def route(
    scene: Scene,
    layout: Layered,
    links: list[Link],
    at: dict[Key, float],
    starts: list[float],
    ends: list[float],
) -> None:
    """Draw the path of every edge."""
    router = Router(scene, at, starts, ends)
    for edge, link, chain in zip(scene.edges, links, layout.chains, strict=True):
        points = router.path(edge, link, layout, chain).points
        edge.path = swapped(points) if scene.direction == "LR" else points
