"""The paths of edges: soft turns between ranks, straight past them, hooks at the rows of layers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from funclab.view.draw.geometry import Pen
from funclab.view.scene.layout.channels import LEVEL, Channels, Step
from funclab.view.scene.layout.ports import (
    LANE,
    TAB,
    close_lane,
    has_tabs,
    is_beside,
    lane,
    offset,
    row_offset,
)
from funclab.view.scene.layout.ranks import Key, Layered, Link
from funclab.view.scene.scene import Box, Edge, End, Plate, Scene

RADIUS = 8
DOUBLE = 4
"""How far the outer line of a wrapper stands off."""


@dataclass
class Ground:
    """Where items and ranks lie, and on which levels lines cross from rank to rank, if they do."""

    at: dict[Key, float]
    starts: list[float]
    ends: list[float]
    levels: Channels | None = None

    def height(self, rank: int, step: Step) -> float | None:
        """How far along the flow a step crosses the gap after a rank, where it has a level."""
        if self.levels is None:
            return None
        level = self.levels.level_of.get(step)
        if level is None:
            return None
        above, below = self.ends[rank], self.starts[rank + 1]
        middle = (self.levels.depth[rank] - 1) / 2
        return (above + below) / 2 + (level - middle) * LEVEL


class Router:
    """Draws edges. A point is across + 1j * along, for both directions of flow."""

    def __init__(self, scene: Scene, layout: Layered, ground: Ground) -> None:
        self.scene, self.layout, self.ground = scene, layout, ground
        self.at, self.starts, self.ends = ground.at, ground.starts, ground.ends
        self.items = {item.key: item for item in scene.items()}
        self.loops: dict[str, int] = {}
        self.rows = scene.face == "layers"
        self.beside = is_beside(scene)

    def path(self, number: int, edge: Edge, link: Link, chain: list[Key]) -> Pen:
        if self.rows and edge.source.key == edge.target.key:
            return self._loop(edge)
        pen = Pen(self._port(edge.source, True))
        self._leave(pen, edge, link)
        steps = chain[::-1] if link.backward else chain
        for i, (one, other) in enumerate(pairwise(steps)):
            last = other == steps[-1]
            across = self.at[other] + (link.target_offset if last else 0)
            down = len(steps) - 2 - i if link.backward else i
            upper = self.layout.rank_of[other if link.backward else one]
            height = self.ground.height(upper, (number, down))
            if height is None:
                self._pass_gap(pen, one, other, across, link.backward)
            else:
                end = self.ends[upper] if link.backward else self.starts[upper + 1]
                self._cross(pen, across, height, end)
        self._arrive(pen, edge, link)
        return pen

    def _pass_gap(self, pen: Pen, one: Key, other: Key, across: float, backward: bool) -> None:
        """From the rank of `one` to that of `other`, all turning done between the two."""
        near, far = (self.starts, self.ends) if backward else (self.ends, self.starts)
        leaving = near[self.layout.rank_of[one]]
        reaching = far[self.layout.rank_of[other]]
        if not self.rows:  # numbered ports stand out from the rank
            leaving = max(leaving, pen.here.imag)
            reaching -= TAB / 2 if isinstance(other, str) else 0
        pen.line(complex(pen.here.real, leaving))
        pen.turn(complex(across, reaching))

    @staticmethod
    def _cross(pen: Pen, across: float, height: float, end: float) -> None:
        """From rank to rank at a height that the line has for itself."""
        turns = [
            complex(pen.here.real, height),
            complex(across, height),
            complex(across, end),
        ]
        pen.corners(turns, RADIUS)

    def _bounds(self, key: str) -> tuple[float, float, float]:
        """Middle across the flow, start and end along it."""
        item = self.items[key]
        if self.scene.direction == "LR":
            return item.y + item.height / 2, item.x, item.x + item.width
        return item.x + item.width / 2, item.y, item.y + item.height

    def _port(self, end: End, leaving: bool) -> complex:
        """The very point where an edge meets a box or plate."""
        item = self.items[end.key]
        middle, start, finish = self._bounds(end.key)
        side = finish if leaving else start
        if isinstance(item, Plate):
            return complex(middle, side)
        if self.beside:
            half = item.width / 2 if leaving else -item.width / 2
            return complex(middle + half, (start + finish) / 2 + row_offset(item, end))
        if self.rows:
            return complex(middle + row_offset(item, end), side)
        out = TAB / 2 if has_tabs(item, end.count) else DOUBLE * item.wrapper
        across = middle + offset(self.scene, item, end, leaving, False)
        return complex(across, side + out if leaving else side - out)

    def _leave(self, pen: Pen, edge: Edge, link: Link) -> None:
        """From a row's port to where the path leaves the rank."""
        item = self.items[edge.source.key]
        if not self.rows or isinstance(item, Plate):
            return
        _, start, finish = self._bounds(item.key)
        away = self.at[item.key] + link.source_offset
        if self.beside:
            last = start - 1 if link.backward else finish + 1
            pen.corners([complex(away, pen.here.imag), complex(away, last)], RADIUS)
        elif link.backward:
            out = finish + close_lane(item, edge.source, True)
            corners = [complex(pen.here.real, out), complex(away, out), complex(away, start)]
            pen.corners(corners, RADIUS)

    def _arrive(self, pen: Pen, edge: Edge, link: Link) -> None:
        """From where the path enters the rank to the port."""
        item = self.items[edge.target.key]
        port = self._port(edge.target, False)
        corners: list[complex] = []
        if self.rows and not isinstance(item, Plate):
            away = pen.here.real
            out = self._bounds(item.key)[1] - close_lane(item, edge.target, False)
            if self.beside:
                corners = [complex(away, port.imag)]
            elif link.backward:
                corners = [complex(away, out), complex(port.real, out)]
        pen.corners([*corners, port], RADIUS)

    def _loop(self, edge: Edge) -> Pen:
        """From a row around the box to another row of the same layer."""
        item = self.items[edge.source.key]
        assert isinstance(item, Box)
        start, end = self._port(edge.source, True), self._port(edge.target, False)
        away = lane if self.beside else close_lane
        out, back = away(item, edge.source, True), away(item, edge.target, False)
        number = self.loops.get(item.key, 0)
        self.loops[item.key] = number + 1
        middle, first, last = self._bounds(item.key)
        past = LANE * (number + 1) + 2
        if self.beside:
            right, left, low = start.real + out, end.real - back, last + past
            turns = [complex(right, start.imag), complex(right, low)]
            turns += [complex(left, low), complex(left, end.imag)]
        else:
            right, left, low = last + out, first - back, middle + item.height / 2 + past
            turns = [complex(start.real, right), complex(low, right)]
            turns += [complex(low, left), complex(end.real, left)]
        pen = Pen(start)
        pen.corners([*turns, end], RADIUS)
        return pen


def route(scene: Scene, layout: Layered, links: list[Link], ground: Ground) -> None:
    """Draw the path of every edge."""
    router = Router(scene, layout, ground)
    for i, (edge, link, chain) in enumerate(zip(scene.edges, links, layout.chains, strict=True)):
        pen = router.path(i, edge, link, chain)
        edge.path = pen.pairs(scene.direction == "LR")
