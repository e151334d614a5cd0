"""Gives every part of a scene its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from operator import add
from typing import NamedTuple

from funclab.view.draw.geometry import pairs, rounded
from funclab.view.draw.text import shorten, text_width
from funclab.view.scene import sizes
from funclab.view.scene.layout.capsules import place_capsules
from funclab.view.scene.layout.cells import Cell, Wire, cells_of, measure, put
from funclab.view.scene.layout.spine import longest_way, without_branches
from funclab.view.scene.layout.tracks import (
    Lanes,
    across_order,
    reading_order,
    set_hosts,
    set_ranks,
    tracks_of,
)
from funclab.view.scene.layout.u import U, arms
from funclab.view.scene.layout.wires import RADIUS, Levels, Wires
from funclab.view.scene.scene import Box, Edge, End, Label, Scene

EDGE = 14
"""White space around the whole picture."""
BETWEEN = 24
"""The room between two columns."""
HEAD = 20
"""The room above a column, for the wire that comes in and the words beside it."""
BELOW = 8
"""How far the wire to the next column goes down below the foot of a column."""
LABEL, PAST = 12, 6
"""How far right of the axis the words at the head of a column begin, and the room after them."""
LEAST_NAME, LONGEST_NAME = 17, 24
"""The characters of a name in them."""
HEAD_KEY, FOOT_KEY = "\0head", "\0foot"
"""The name of where a column begins or ends: no layer's name contains this character."""


def place(scene: Scene, columns: int = 1, room: float = 0) -> None:
    """Fill in all positions of a scene, from the innermost frames outward.

    `columns` is the most columns that a scene from top to bottom is wrapped into, or 0 for a U;
    gaps grow to fill the `room` along the flow.
    """
    Placing(scene, room).place(columns)


class Columns(NamedTuple):
    """Where the columns of a layout begin in the reading order, and what it is at least high and
    wide."""

    starts: tuple[int, ...]
    least_height: float
    least_width: float


def wrapping(scene: Scene) -> Callable[[int], Columns]:
    """How a scene from top to bottom is wrapped into at most so many columns; to find out takes
    less time than a layout."""
    return Placing(scene, 0).wrapping()


class Placing:
    """Places one scene."""

    def __init__(self, scene: Scene, room: float) -> None:
        self.scene, self.room = scene, room
        self.density = sizes.density_of(scene)
        self.in_lines = self.density.rows and scene.direction == "TB"
        plates = {plate.key for plate in scene.plates}
        self.stubs = {edge.target.key: edge for edge in scene.edges if edge.target.key in plates}

    def place(self, columns: int) -> None:
        scene, cells = self.scene, self._cells()
        scene.labels, scene.dots, scene.spine = [], [], []
        if columns == 0 and arms(cells):  # with a block opened, it may be a U no more
            U(scene, cells, self.room).place(self.stubs)
            place_capsules(scene)
            frame(scene)
            return
        order = reading_order(cells, longest_way(cells))
        parts = self._columns(order, columns or 2) if columns != 1 else [order]
        scene.heads = [part[0].key for part in parts]
        x = 0.0
        for i, part in enumerate(parts):
            x = self._column(part, x, i, len(parts)) + BETWEEN
        place_capsules(scene)
        frame(scene)

    def wrapping(self) -> Callable[[int], Columns]:
        cells = self._cells()
        order = reading_order(cells, longest_way(cells))

        @cache
        def columns(count: int) -> Columns:
            parts = self._columns(order, count)
            starts = tuple(order.index(part[0]) for part in parts)
            height = max(self._length(part, i > 0) for i, part in enumerate(parts))
            width = sum(self._least_width(part, i > 0) for i, part in enumerate(parts))
            width += BETWEEN * (len(parts) - 1)
            return Columns(starts, 2 * EDGE + height, 2 * EDGE + width)

        return columns

    def _length(self, part: list[Cell], has_head: bool) -> float:
        """The length of a column without the room for lines across the flow."""
        ranks: dict[int, float] = {}
        for cell in part:
            ranks[cell.rank] = max(ranks.get(cell.rank, 0), cell.size + cell.tail)
        last = max(ranks)
        goes = [wire.target for cell in part if cell.rank == last for wire in cell.leaving]
        has_foot = not {*part}.issuperset(goes)
        gaps = len(ranks) - 1 + has_head + has_foot
        more = (HEAD - 6) * has_head + BELOW * has_foot + self.density.gap * gaps
        return sum(ranks.values()) + more

    def _least_width(self, part: list[Cell], has_head: bool) -> float:
        """The width of a column without the room for lines along the flow: that of its widest cell
        or, if its cells are on one straight line, of what reaches farthest to either side of it."""
        nears, fars = zip(*map(_extents, part))
        if any([w.source for w in cell.entering] != [last] for last, cell in pairwise(part)):
            return max(map(add, nears, fars))
        words = self._label(part[0].entering[0], max(fars)).width + LABEL if has_head else 0
        return max(nears) + max(*fars, words)

    def _cells(self) -> list[Cell]:
        """The cells of the scene, with their sizes."""
        self._measure()
        cells = cells_of(self.scene)
        self._hide(cells)
        for plate in self.scene.plates:
            sizes.measure_plate(plate, self.density, self.scene.direction == "LR")
        measure(self.scene, cells, self.density)
        return cells

    def _measure(self) -> None:
        scene = self.scene
        for box in scene.boxes:
            if box.inside is not None:
                box.inside.direction, box.inside.density = scene.direction, scene.density
                place(box.inside)
            sizes.measure_box(box, self.density)
            if scene.direction == "LR" and box.inputs > 2 and box.ordered and not box.rows:
                box.height = max(box.height, (sizes.TAB + 1) * box.inputs + 8)
            if box.inside is not None and box.gathers:
                _reach_the_frame(box, box.inside, self.density)
        for group in scene.groups:
            if not self.density.rows:
                sizes.measure_group(group, self.density)
            else:
                group.width = group.height = 0
                group.ties = []

    def _hide(self, cells: list[Cell]) -> None:
        """In lines, show a shape only where it changes."""
        for cell in cells:
            read = [wire.source.plates.get(wire.port) for wire in cell.entering]
            known = {plate.shape if plate else "" for plate in read}
            for plate in cell.plates.values():
                plate.hidden = self.in_lines and plate.shape in known and not plate.output

    def _columns(self, order: list[Cell], count: int) -> list[list[Cell]]:
        if self.in_lines:
            for i, cell in enumerate(order):
                cell.rank = i
        else:
            set_ranks(order)
        if set(self.scene.kept) <= {cell.key for cell in order} and self.scene.kept:
            heads = [i for i, cell in enumerate(order) if cell.key in self.scene.kept[1:]]
            return [order[a:b] for a, b in zip([0, *heads], [*heads, len(order)])]
        pitch: dict[int, float] = {}
        for cell in order:
            shown = any(plate.width for plate in cell.plates.values())
            size = cell.size + max(cell.tail, 16 * shown and not self.density.beside)
            size += self.density.gap + (10 if len(cell.leaving) > 1 else 0)
            pitch[cell.rank] = max(pitch.get(cell.rank, 0), size)
        until = [0.0]
        for rank in range(max(pitch, default=-1) + 1):
            until.append(until[-1] + pitch.get(rank, 0))
        reached = [0.0]  # how far the cells up to each place in the order reach
        for cell in order:
            reached.append(max(reached[-1], until[cell.rank + 1]))
        return wrapped(order, cuts(order), count, reached)

    def _column(self, part: list[Cell], x: float, number: int, count: int) -> float:
        """Place one column with its left side at x; returns where its right side is."""
        scene, sideways = self.scene, self.scene.direction == "LR"
        cells = self._ended(part, number, count)
        spine = longest_way(cells)
        if not self.in_lines:
            spine = without_branches(spine)
        right = self._across(cells, spine, x)
        levels = Levels(cells)
        levels.set_along(cells, self.density, self.room)
        for cell in cells:
            put(cell, self.density, sideways)
        wires = Wires(scene, cells, levels, self.density)
        wires.draw(self.stubs)
        dots = [(dot.real, dot.imag) for dot in wires.dots]
        scene.dots += sorted((y, x) if sideways else (x, y) for x, y in dots)
        scene.spine.append([cell.key for cell in spine if cell.box is not None])
        self._join(cells, x)
        return right

    def _across(self, cells: list[Cell], spine: list[Cell], x: float) -> float:
        """Place everything across the flow, starting at x; returns where it ends."""
        if self.in_lines:
            cells[:] = reading_order(cells, spine)
            for i, cell in enumerate(cells):
                cell.rank = i
        else:
            set_ranks(cells)
        tracks = tracks_of(cells, spine, self.in_lines)
        if self.scene.direction == "TB":
            crowd = Counter(cell.rank for cell in cells)
            for stack in [cells] if self.in_lines else [track.cells for track in tracks]:
                alone = [cell for cell in stack if crowd[cell.rank] == 1 or stack is not spine]
                sizes.equal_widths([cell.box for cell in alone if cell.box], self.density)
            measure(self.scene, cells, self.density)
        set_hosts(tracks, self.in_lines)
        sideways = self.scene.direction == "LR"
        lanes = Lanes(across_order(tracks), cells, self.in_lines, sideways)
        lanes.decide()
        lanes.arrange()
        scene = self.scene
        both = (False, True)
        lows = [cell.at - cell.reach(-1, words) for cell in cells for words in both]
        shift = x - min(lows, default=0)
        for line in [*tracks, *lanes.lanes.values()]:
            line.at += shift
        scene.axis = tracks[0].at
        sides = [cell.at + cell.reach(1, words) for cell in cells for words in both]
        return max([*(line.at for line in lanes.lanes.values()), *sides], default=0)

    def _ended(self, part: list[Cell], number: int, count: int) -> list[Cell]:
        """A column with a head where a tensor comes in, and a foot where one goes out."""
        cells, own = list(part), set(part)
        if number:
            incoming = [w for cell in part for w in cell.entering if w.source not in own]
            self.label = self._label(incoming[0], max(_extents(cell)[1] for cell in part))
            reach = LABEL + self.label.width + PAST
            head = Cell(HEAD_KEY, -1, outs={0: 0.0}, size=HEAD - 6, far=reach)
            for wire in incoming:
                wire.source, wire.port = head, 0
                head.leaving.append(wire)
            cells.insert(0, head)
        if number < count - 1:
            foot = Cell(FOOT_KEY, 1 << 30)
            going = [(c, w) for c in part for w in c.leaving if w.target not in own]
            source, first = going[0]
            for cell, wire in going:
                cell.leaving.remove(wire)
            link = Wire(source, foot, first.port, Edge(first.edge.source, End(FOOT_KEY), ""))
            source.leaving.append(link)
            foot.entering.append(link)
            cells.append(foot)
            self.link = self.stubs.get(source.plates[first.port].key) if source.plates else None
        return cells

    def _label(self, wire: Wire, reach: float) -> Label:
        """Where a tensor comes from that a column begins with, in words that end with its boxes,
        which reach so far; its shape, which stands at its other end, too, if there is room."""
        plate, box = wire.source.plates.get(wire.port), wire.source.box
        most = int((reach - LABEL - PAST) / text_width("0", 11, mono=True)) - len("from ")
        shape = f" {sizes.shape_words(plate.shape, self.density)}" if plate else ""
        name = shorten(box.heading if box else "", LONGEST_NAME)
        if len(name) + len(shape) > most:
            name, shape = shorten(name, max(most, LEAST_NAME)), ""
        text = f"from {name}{shape}"
        return Label(width=text_width(text, 11, mono=True), height=14, text=text)

    def _join(self, cells: list[Cell], x: float) -> None:
        """Lead the wire from the foot of the previous column to the head of this one."""
        head = next((cell for cell in cells if cell.key == HEAD_KEY), None)
        if head is not None:
            at = head.at
            self.label.x, self.label.y = at + LABEL, head.start + 1
            self.scene.labels.append(self.label)
            low, lane = self.foot.imag + BELOW, x - BETWEEN / 2
            turns = [self.foot, complex(self.foot.real, low), complex(lane, low)]
            turns += [complex(lane, head.start), complex(at, head.start), complex(at, head.end)]
            self._go_on(turns)
        foot = next((cell for cell in cells if cell.key == FOOT_KEY), None)
        if foot is not None:
            self.foot, self.previous = complex(foot.entering[0].entry, foot.start), self.link
            if self.previous is not None:
                end = complex(*self.previous.path[-1])
                self._go_on([end, complex(end.real, self.foot.imag), self.foot])

    def _go_on(self, turns: list[complex]) -> None:
        """Extend the wire of the previous column."""
        if self.previous is not None:
            self.previous.path = [*self.previous.path, *pairs(rounded(turns, RADIUS))[1:]]


def _extents(cell: Cell) -> tuple[float, float]:
    """How far a cell reaches to the left and to the right of its axis."""
    return max(cell.near, cell.before), max(cell.far, cell.after)


def _reach_the_frame(box: Box, inside: Scene, density: sizes.Density) -> None:
    """Extend the wires that come from outside, or go there, to the frame around."""
    sideways = inside.direction == "LR"
    before = (box.width - inside.width) / 2 if sideways else sizes.heading_height(box, density)
    after = before if sideways else 0
    borders = {plate.key: plate.border for plate in inside.plates if plate.border}
    for edge in inside.edges:
        for key, away, at in ((edge.source.key, -before, 0), (edge.target.key, after, -1)):
            if key in borders and away:
                x, y = edge.path[at]
                end = (x + away, y) if sideways else (x, y + away)
                if at:
                    edge.path += [(x, y), end, end]
                else:
                    edge.path[:0] = [end, end, (x, y)]


def frame(scene: Scene) -> None:
    """Move everything so that it begins at the margin, and set the size of the scene."""
    shapes = [*scene.boxes, *scene.labels, *(group for group in scene.groups if group.width)]
    shapes += [plate for plate in scene.plates if not plate.border]
    paths = [edge.path for edge in scene.edges]
    paths += [tie for group in scene.groups for tie in group.ties]
    xs = [x for path in paths for x, _ in path] + [shape.x for shape in shapes]
    xs += [x - 7 for box in scene.boxes for x, _, _ in box.ports]
    ys = [y for path in paths for _, y in path] + [shape.y for shape in shapes]
    sideways = scene.direction == "LR"
    open_ends = any(plate.border for plate in scene.plates)  # wires reach the frame around
    edge_x, edge_y = (EDGE * (not (open_ends and along)) for along in (sideways, not sideways))
    left, top = min(xs, default=0) - edge_x, min(ys, default=0) - edge_y
    right = max([*xs, *(shape.x + shape.width for shape in shapes)], default=0)
    bottom = max([*ys, *(shape.y + shape.height for shape in shapes)], default=0)
    for shape in shapes:
        shape.x, shape.y = shape.x - left, shape.y - top
    for path in paths:
        path[:] = [(x - left, y - top) for x, y in path]
    scene.dots = [(x - left, y - top) for x, y in scene.dots]
    for box in scene.boxes:
        box.ports = [(x - left, y - top, words) for x, y, words in box.ports]
    scene.axis -= top if sideways else left
    scene.width, scene.height = right - left + edge_x, bottom - top + edge_y


def cuts(order: list[Cell]) -> list[int]:
    """The numbers of cells after which only a single tensor passes on, one number for each such
    tensor, so that there are cells between any two cuts; none before the last input, or between
    the two ends of a line that runs back to a layer that is called again."""
    after: dict[tuple[Cell, int], int] = {}
    last: dict[tuple[Cell, int], int] = {}
    index = {cell: i for i, cell in enumerate(order)}
    for cell in order:
        for wire in cell.leaving:
            tensor = (cell, wire.port)
            last[tensor] = max(last.get(tensor, 0), index[wire.target])
    beginnings = max((i for i, cell in enumerate(order) if not cell.entering), default=0)
    wires = [(index[wire.target], index[cell]) for cell in order for wire in cell.leaving]
    back = {i for low, high in wires if low < high for i in range(low, high)}
    alive: set[tuple[Cell, int]] = set()
    for i, cell in enumerate(order[:-1]):
        alive |= {(cell, wire.port) for wire in cell.leaving}
        alive = {tensor for tensor in alive if last[tensor] > i}
        if len(alive) == 1 and i + 1 > beginnings and i not in back:
            after[next(iter(alive))] = i + 1
    return list(after.values())


def wrapped(
    order: list[Cell], cuts: list[int], count: int, reached: list[float]
) -> list[list[Cell]]:
    """At most `count` columns of cells, the longest of which is as short as can be.

    `reached` says where each cell begins in a single column, and where that ends. Among equally
    good cuts, those where the shape changes are preferred.
    """
    best = _shortest(cuts, count, reached)
    shapes = [next((plate.shape for plate in cell.plates.values()), "") for cell in order]
    changing = [cut for cut in cuts if shapes[cut - 1] != shapes[cut]]
    preferred = _shortest(changing, count, reached)
    if preferred[0] <= 1.04 * best[0]:
        best = preferred
    starts = [0, *best[1], len(order)]
    return [order[a:b] for a, b in zip(starts, starts[1:])]


def _shortest(cuts: list[int], count: int, reached: list[float]) -> tuple[float, list[int]]:
    """The least length of the longest column, and where to cut for it."""
    low, high = 0.0, reached[-1]
    chosen: list[int] = []
    for _ in range(16):
        limit = (low + high) / 2
        cut = _greedy(cuts, count, reached, limit)
        if cut is None:
            low = limit
        else:
            high, chosen = limit, cut
    return high, chosen


def _greedy(cuts: list[int], count: int, reached: list[float], limit: float) -> list[int] | None:
    """Where to cut so that no column is longer than a limit; None if that takes more columns."""
    starts, here, last = [], 0, 0
    for cut in [*cuts, len(reached) - 1]:
        if reached[cut] - reached[here] > limit:
            starts.append(last)
            here = last
            if reached[cut] - reached[here] > limit or len(starts) == count:
                return None
        last = cut
    return starts
