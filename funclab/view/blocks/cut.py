"""Which blocks are open in a picture of a given size, and those that a reader opens or closes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from funclab.view.blocks.block import Block, chain, run
from funclab.view.blocks.flow import Flow
from funclab.view.blocks.regions import Regions
from funclab.view.blocks.rests import MANY, gathering
from funclab.view.draw.remembering import remembered
from funclab.view.draw.text import clean

STEPS = (*range(6, 21), 22, 25, 30, 35, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000)
"""Each cut goes on from the one before: a larger picture only opens boxes of a smaller one."""
LONG = 12
"""Of a block with more parts than this, only the part that is looked for opens."""


@dataclass(eq=False)
class Shown:
    """A box of a cut: a call, or a closed block."""

    block: Block
    alike: tuple[Block, ...] = ()
    """All that it stands for: in a run that is drawn once, the same part of each repetition."""
    around: tuple[tuple[Shown, bool], ...] = ()
    """The boxes that were opened to draw it, the outermost first, and whether each is a frame."""
    inside: dict[bool, list[Shown]] = field(default_factory=dict)

    @property
    def peers(self) -> tuple[Block, ...]:
        return self.alike or (self.block,)

    @property
    def nodes(self) -> list[int]:
        return [i for block in self.peers for i in block.nodes]

    @property
    def frames(self) -> list[Shown]:
        return [shown for shown, framed in self.around if framed]


class Tree:
    """The blocks of a graph."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.root = Regions(flow).tree()
        self.groups: dict[tuple[int, int], Shown] = {}
        self.base = self._ends_open([Shown(block) for block in self.root.parts])
        self.cuts: list[list[Shown]] = []

    @remembered
    def key(self, block: Block) -> str:
        """Which block it is: the one from its first to its last call."""
        first, last = (self.flow.calls[block.nodes[at]].key for at in (0, -1))
        return clean(first if block.is_call else f"block {first} to {last}")

    @remembered
    def parts(self, block: Block) -> list[Block]:
        """What an open block shows: its parts; of a run of which only the first block differs, that
        block and the others."""
        parts = block.parts
        if block.is_run and block.role != "family" and self._first_differs(parts):
            others = parts[1:]
            if len(others) > 1:
                others = [run(others, "stage", block.signature)]
            parts = [parts[0], *others]
        return parts

    def _first_differs(self, parts: Sequence[Block]) -> bool:
        first, second, *more = (self._exactly(part) for part in parts)
        others = all(other == second for other in more)
        return parts[0].signature != parts[1].signature or (first != second and others)

    def _exactly(self, block: Block) -> list[Hashable]:
        calls = (self.flow.calls[i] for i in block.nodes)
        return [(call.kind, repr(call.settings), call.shape) for call in calls]

    @remembered
    def is_drawn_once(self, block: Block) -> bool:
        """Whether an open run is drawn once: its blocks have the same parts all the way down."""
        repeats = block.kind in ("run", "beside") and block.role != "family"
        same = repeats and self.parts(block) is block.parts and bool(block.parts[0].parts)
        return same and len({part.form for part in block.parts}) == 1

    def opened(self, shown: Shown, framed: bool = False) -> list[Shown]:
        """What is drawn in place of a closed block: in a frame if it is a run that is drawn once,
        or if one is wanted."""
        once = self.is_drawn_once(shown.block)
        if framed not in shown.inside:
            rows = [self._rows(block, once) for block in shown.peers]
            if len({tuple(block.form for place in row for block in place) for row in rows}) > 1:
                rows = [[[part] for part in block.parts] for block in shown.peers]
            around = (*shown.around, (shown, once or framed))
            shown.inside[framed] = []
            for places in zip(*rows):
                alike = [block for place in places for block in place]
                several = tuple(alike) if len(alike) > 1 else ()
                shown.inside[framed].append(Shown(alike[0], several, around))
        return shown.inside[framed]

    def _rows(self, block: Block, once: bool) -> list[list[Block]]:
        if once:
            return [[*place] for place in zip(*(part.parts for part in block.parts))]
        return [[part] for part in self.parts(block)]

    def cut(self, most: int) -> list[Shown]:
        """The boxes of the largest cut of at most `most` boxes. All inputs and outputs are among
        them, even if there are more than that, up to twelve."""
        steps = self.steps(most)
        while len(self.cuts) < len(steps):
            self.cuts.append(self._grown(steps[len(self.cuts)]))
        return self.cuts[len(steps) - 1]

    def steps(self, most: int) -> list[int]:
        """The steps of cuts up to a size."""
        ends = len(self.flow.ends)
        most = max(most, STEPS[0], ends + 4 if ends <= MANY else 0)
        return [step for step in STEPS if step <= most]

    def picture(
        self,
        most: int,
        opened: Collection[str] = (),
        closed: Collection[str] = (),
        focus: int | None = None,
    ) -> list[Shown]:
        """A cut, with blocks that are opened or closed by their keys, and the way to the call
        `focus` open."""
        boxes: list[Shown] = []
        for shown in self.cut(most):
            inner = (box for box, _ in shown.around if self.key(box.block) in closed)
            box = next(inner, shown)
            if box not in boxes[-1:]:
                boxes.append(box)
        return [part for box in boxes for part in self._by_hand(box, opened, focus)]

    def _by_hand(self, shown: Shown, opened: Collection[str], focus: int | None) -> Iterator[Shown]:
        wanted = self.key(shown.block) in opened or focus in shown.nodes
        if shown.block.is_call or not wanted:
            yield shown
            return
        parts = self.opened(shown, framed=True)
        if len(parts) > LONG and focus in shown.nodes and not shown.alike:
            parts = self._apart(shown, focus)
        for part in parts:
            yield from self._by_hand(part, opened, focus)

    def _apart(self, shown: Shown, focus: int) -> list[Shown]:
        """Of a long row of parts, the one with a call, and what is before and after it."""
        parts = self.parts(shown.block)
        at = next(k for k, part in enumerate(parts) if focus in part.nodes)
        around = (*shown.around, (shown, True))

        def together(some: list[Block]) -> list[Block]:
            if len(some) < 2:
                return some
            runs = shown.block.is_run
            return [run(some, "stage") if runs else chain(self.flow, some, "rest")]

        near = [*together(parts[:at]), parts[at], *together(parts[at + 1 :])]
        return [Shown(block, (), around) for block in near]

    def _ends_open(self, boxes: list[Shown]) -> list[Shown]:
        """Boxes with those open that hide an input, or an output other than their last call."""
        if len(self.flow.ends) > MANY:
            return boxes
        open_ones: list[Shown] = []
        for shown in boxes:
            if self._hides_end(shown):
                open_ones += self._ends_open(self.opened(shown))
            else:
                open_ones.append(shown)
        return open_ones

    def _hides_end(self, shown: Shown) -> bool:
        if shown.block.is_call:
            return False
        ends = [i for i in shown.nodes if i in self.flow.ends]
        return bool(ends) and (
            len(ends) > 1 or ends != shown.nodes[-1:] or ends[0] in self.flow.inputs
        )

    def _grown(self, step: int) -> list[Shown]:
        """The cut of a step: neighbours gathered until they fit, or boxes opened while they fit."""
        groups = gathering(self.flow, [shown.block for shown in self.base], step)
        if len(groups) < len(self.base):
            return [*self._gathered(groups)]
        gathered = not self.cuts or len(self.cuts[-1]) < len(self.base)
        front = self.base if gathered else self.cuts[-1]
        while places := self._next(front, step):
            parts = {at: self.opened(front[at]) for at in places}
            front = [part for at, box in enumerate(front) for part in parts.get(at, [box])]
        return front

    def _gathered(self, groups: list[list[Block]]) -> Iterator[Shown]:
        at = 0
        for group in groups:
            if len(group) == 1:
                yield self.base[at]
            else:
                place = at, len(group)
                if place not in self.groups:
                    self.groups[place] = Shown(chain(self.flow, group, "rest"))
                yield self.groups[place]
            at += len(group)

    def _next(self, front: list[Shown], step: int) -> list[int]:
        """Which boxes to open next, by their places: brothers together, families first."""
        sets: dict[Hashable, list[int]] = defaultdict(list)
        for at, shown in enumerate(front):
            if not shown.block.is_call:
                sets[self._brothers(shown)].append(at)
        more = {
            key: sum(len(self.opened(front[at])) - 1 for at in places)
            for key, places in sets.items()
        }
        fits = {key for key in sets if len(front) + more[key] <= step}
        large = {key for key, places in sets.items() if _holds_runs(front[places[0]].block)}
        fits &= large if large - fits else fits
        if len(sets) > 1:
            fits.discard("unit")  # a layer with its norm and activation opens last

        def rank(key: Hashable) -> tuple[float, float, int]:
            level = max(_level(front[at]) for at in sets[key])
            calls = sum(len(front[at].nodes) for at in sets[key])
            return level, -calls / max(1, more[key]), sets[key][0]

        return sets[min(fits, key=rank)] if fits else []

    def _brothers(self, shown: Shown) -> Hashable:
        """What is equal for boxes that open together, or not at all."""
        block = shown.block
        if block.role in ("unit", "rest"):
            return "unit" if block.role == "unit" else id(block)
        if block.role == "shared" or block.is_stage:
            return "same", block.signature
        return id(shown.around[-1][0]) if shown.around else 0, block.kind, block.role


def _holds_runs(block: Block) -> bool:
    repeats = block.role == "block" and any(part.is_run for part in block.parts)
    return block.role == "family" or repeats


def _level(shown: Shown) -> float:
    """How late a box opens: by level; runs and branches two levels later, rests one and a half."""
    block = shown.block
    late = 2 * (block.is_stage or block.kind in ("ways", "beside")) + 1.5 * (block.role == "rest")
    return len(shown.around) + late
