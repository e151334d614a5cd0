"""Weights capsules: beside the calls of their layer, or under the picture, tied to each call by a
dotted line."""

from __future__ import annotations

from typing import NamedTuple

from funclab.view.draw.geometry import Area, Points, pairs, rounded
from funclab.view.scene.scene import Group, Scene

DISTANCE, BETWEEN = 30, 14
LANE, UNDER = 11, 20
"""The distance between dotted lines, and from a capsule to the picture above it."""
ASIDE, CORNER = 7, 16
"""How far a line stays from a box, so as not to seem to start at the boxes behind it."""


class Span(NamedTuple):
    """A stretch along the flow, or across it."""

    start: float
    end: float

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def meets(self, other: Span, margin: float = 0) -> bool:
        return self.start < other.end + margin and other.start < self.end + margin


class Place(NamedTuple):
    """Where something is along the flow and across it."""

    along: Span
    across: Span


def place_capsules(scene: Scene) -> None:
    """Put each capsule next to the picture, at the height of the middle of its calls; of calls side
    by side, a little nearer to the middle of the picture."""
    capsules = Capsules(scene)
    for group in scene.groups:
        if group.width:
            capsules.put(group)
            capsules.tie(group)


class Capsules:
    """Places the capsules of one scene, whose boxes and tensors are already placed."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.sideways = scene, scene.direction == "LR"
        self.places = {item.key: self.place_of(item) for item in scene.items()}
        self.taken: list[Span] = []
        """Where along the flow there already are capsules."""
        self.under = scene.under and not self.sideways
        self.lane = 0.0
        """Where the dotted lines to capsules under the picture run down."""

    def place_of(self, area: Area) -> Place:
        x, y = Span(area.x, area.right), Span(area.y, area.bottom)
        return Place(x, y) if self.sideways else Place(y, x)

    def put(self, group: Group) -> None:
        """Give a capsule its position."""
        if self.under:
            self._put_under(group)
            return
        size = group.width if self.sideways else group.height
        spans = [self.places[key].along for key in group.calls]
        middle = sum(span.start + span.end for span in spans) / (2 * len(spans))
        if len(spans) > 1 and len({*spans}) == 1 and not self.sideways:
            middle = self._lowered(middle, size)
        own = Span(middle - size / 2, middle + size / 2)
        for other in sorted(self.taken):
            if own.meets(other, BETWEEN):
                own = Span(other.end + BETWEEN, other.end + BETWEEN + size)
        self.taken.append(own)
        starts, ends = zip(*spans, own)
        free = self._reach(Span(min(starts), max(ends))) + DISTANCE
        group.x, group.y = (own.start, free) if self.sideways else (free, own.start)

    def _lowered(self, middle: float, size: float) -> float:
        """Of calls side by side: nearer to the middle of the picture, so that the room before and
        after the capsule is alike, but close enough to see what it is tied to."""
        starts, ends = zip(*(place.along for place in self.places.values()))
        away = (min(starts) + max(ends)) / 2 - middle
        return middle + max(-size, min(size, away))

    def _put_under(self, group: Group) -> None:
        """Place a capsule below everything, left of its line."""
        first = min(self.places[key].along.start for key in group.calls)
        low = max(place.along.end for place in self.places.values())
        low = max([low, *(y for edge in self.scene.edges for _, y in edge.path)])
        free = self._reach(Span(first, low))
        self.lane = max(self.lane + LANE, free + DISTANCE / 2)
        start = max([low + UNDER - BETWEEN, *(span.end for span in self.taken)]) + BETWEEN
        self.taken.append(Span(start, start + group.height))
        group.x, group.y = max(0.0, free - group.width), start

    def _reach(self, level: Span) -> float:
        """How far across the flow the picture reaches within a stretch of it."""
        ends = [place.across.end for place in self.places.values() if place.along.meets(level)]
        for edge in self.scene.edges:
            points = [(x, y) if self.sideways else (y, x) for x, y in edge.path]
            ends += [across for along, across in points if level.start < along < level.end]
        return max([0.0, *ends])

    def tie(self, group: Group) -> None:
        """Draw dotted lines from the calls to the capsule; calls on one level are joined in a
        chain."""
        capsule = self.place_of(group)
        group.ties = []
        end = self.lane + DISTANCE if self.under else capsule.across.start
        levels = {key: self._level(group, key, end) for key in group.calls}
        for key, level in levels.items():
            call = self.places[key]
            calls = [self.places[other] for other in group.calls if levels[other] == level]
            after = [other.across for other in calls if other.across.start > call.across.end]
            points = _start(level, call)
            if after:
                stop = min(after).start if level == call.along.middle else min(after).end - CORNER
                points += [points[-1], (stop, level), (stop, level)]
            elif self.under:  # down beside the picture, and back to the capsule
                last = complex(capsule.across.end, capsule.along.middle)
                turns = [complex(*points[-1]), complex(self.lane, level)]
                turns += [complex(self.lane, last.imag), last]
                points += pairs(rounded(turns, CORNER / 2))[1:]
            else:  # along the level to the edge of the picture, and over to the capsule
                last = capsule.along.middle
                edge, bend = end - DISTANCE, end - DISTANCE / 2
                points += [points[-1], (edge, level), (edge, level)]
                points += [(bend, level), (bend, last), (end, last)]
            group.ties.append([(y, x) for x, y in points] if self.sideways else points)

    def _level(self, group: Group, key: str, end: float) -> float:
        """Where a line runs past the picture: on the level of the call if only other calls of its
        layer are in the way; else just below or above it, so that no other box seems to be
        tied."""
        own, path = self.places[key].along, Span(self.places[key].across.end, end - DISTANCE)
        others = [place for other, place in self.places.items() if other not in group.calls]
        in_the_way = [place.along for place in others if place.across.meets(path)]
        for level in (own.middle, own.end + ASIDE, own.start - ASIDE):
            if not any(span.meets(Span(level, level), 2) for span in in_the_way):
                return level
        return own.middle


def _start(level: float, call: Place) -> Points:
    """The start of a line at the side of a call; round its corner if the level misses the box."""
    along, end = call.along, call.across.end
    if level == along.middle:
        return [(end, level)]
    side = along.end if level > along.middle else along.start
    corner = (end - CORNER, level)
    return [(end - CORNER, side), corner, corner, (end, level)]
