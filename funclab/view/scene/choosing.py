"""Chooses how to draw a model so that it fits: the font size stays the same, the text shrinks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from typing import NamedTuple

from funclab.errors import ArgumentError
from funclab.view.draw.remembering import remembered
from funclab.view.scene.layout.cells import Cell, cells_of
from funclab.view.scene.layout.place import EDGE, Columns, place, wrapping
from funclab.view.scene.layout.spine import above
from funclab.view.scene.layout.u import arms
from funclab.view.scene.scene import Box, Scene
from funclab.view.scene.sizes import DENSITIES, TAB, Density

Room = tuple[float, float]
MOST_CALLS = 200
"""A model of more calls is not drawn with a box for each of them."""
Steps = tuple[tuple[str, ...], ...]
"""Densities to try in order; all those of one step with one column first, then with more."""


class Choice(NamedTuple):
    """A way to draw a model: in how many boxes at most, 0 for one for each call; how dense the text
    is, and how many columns there may be."""

    name: str
    most: int
    steps: Steps
    columns: int = 1


ONE_LINE: Steps = (("one line", "one line, shapes beside"),)
IN_LINES: Steps = (("short",), ("lines",), ("short lines",))
IN_BOXES: Steps = (("boxes",),)
IN_FEW_BOXES: Steps = (*IN_BOXES, ("narrow boxes",), ("low boxes",))
FEW = 12
"""Up to this many boxes may be narrow, or low, rather than fewer boxes drawn."""
COLUMNS, BOX_COLUMNS = 6, 4
PLAIN = [
    Choice("full", 0, (("full",),)),
    Choice("two lines", 0, (("two lines",),)),
    Choice("one line", 0, ONE_LINE, 2),
]
LINES = Choice("lines", 0, IN_LINES, COLUMNS)
MOST_LINES, MOST_PLAIN = 40, 100
"""How many calls are drawn in lines, or get larger boxes, unless that is asked for; of more, blocks
say more."""
BEFORE = re.compile(r"(alike )?folded, .*|overview")
"""Names that ways to draw a model once had; pages and programs may still have them."""


class Trial(NamedTuple):
    """A layout: its density, its direction and its number of columns, 0 for a U; and whether the
    weights capsules are under it."""

    density: str
    direction: str
    columns: int
    under: bool = False


class Fit(NamedTuple):
    """The layout chosen for a room, and its least size."""

    choice: Choice
    trial: Trial
    room: Room
    width: float
    height: float

    @property
    def fits(self) -> bool:
        return self.width <= self.room[0] + 1 and self.height <= self.room[1] + 1


class Chooser:
    """Tries the ways to draw a model of some `calls`. `build` makes its scene in at most a number
    of boxes, or if that is 0 in one for each call; `boxes` are the numbers of boxes that there may
    be, each with the number to build. More than `most` calls do not get a box each. `length`, if it
    is known before a scene is made, is how many boxes follow each other in it at least."""

    def __init__(
        self,
        build: Callable[[int], Scene],
        calls: int,
        boxes: Mapping[int, int] | None,
        direction: str | None,
        layers: bool,
        most: int,
        length: Callable[[int], int] | None,
    ) -> None:
        self.length = cache(length) if length else None
        self.build, self.calls, self.boxes = build, calls, boxes or {}
        self.layers, self.most = layers, most
        self.directions = [direction] if direction else ["LR", "TB"] if layers else ["TB", "LR"]
        self.sizes: dict[tuple[int, Trial, tuple[int, ...]], Room] = {}
        self.lengths: dict[tuple[int, bool, bool], int] = {}
        self.columns: dict[tuple[int, str], Callable[[int], Columns]] = {}

    @remembered
    def scene(self, most: int = 0) -> Scene:
        return self.build(most)

    @remembered
    def cells(self, most: int) -> list[Cell]:
        """The boxes of a scene and the wires between them, as far as they do not depend on the
        layout."""
        return cells_of(self.scene(most))

    @cached_property
    def choices(self) -> list[Choice]:
        """The ways to draw this model, from the most words to the fewest."""
        plain = [*PLAIN, LINES] if self.calls <= self.most or not self.boxes else []
        steps = {n: IN_FEW_BOXES if n <= FEW else IN_BOXES for n in self.boxes}
        blocks = [
            Choice(f"{n} boxes", most, steps[n], BOX_COLUMNS) for n, most in self.boxes.items()
        ]
        return [*plain, *blocks]

    @property
    def names(self) -> list[str]:
        return [choice.name for choice in self.choices]

    def fit(self, room: Room, wanted: int | str | None = None) -> Fit:
        """How to draw the model: in the way asked for, or in the first that fits a room.

        If none fits, it is the way with the least text, in the layout that exceeds the room least.

        Raises: ArgumentError for a way that is not in the list.
        """
        return self.fitting(room, wanted) or self._nearest(room, wanted)

    def fitting(
        self, room: Room, wanted: int | str | None = None, than: Fit | None = None
    ) -> Fit | None:
        """As `fit`, but None if no way fits, which takes less time to find out; or, where that is
        known as soon, if none of those that fit has more text `than` another layout."""
        choices = self._among(wanted)
        if self.layers and len(self.directions) > 1 and wanted is None:
            plain = [choice for choice in choices if choice in PLAIN]
            fit = self._most_text(plain, ["LR"], room)
            return fit or self._most_text(choices, self.directions, room)
        return self._most_text(choices, self.directions, room, than)

    def _most_text(
        self, choices: list[Choice], directions: list[str], room: Room, than: Fit | None = None
    ) -> Fit | None:
        """The layout with the most text that fits, and has more text `than` another."""
        last = than and than.choice
        choices = choices[: choices.index(last) + 1] if last else choices
        calls = [choice for choice in choices if not choice.most]
        boxes = [choice for choice in choices if choice.most]
        first = cache(partial(self._first, directions=directions, room=room, than=than))
        # In a large model, where some boxes have no room, more have none: see which in few trials.
        if self.calls > MOST_PLAIN:
            fits = bisect_left(boxes, True, key=lambda each: each == last or bool(first(each)))
            boxes = boxes[fits:]
        return next(filter(None, map(first, [*calls, *boxes])), None)

    def _first(
        self, choice: Choice, directions: list[str], room: Room, than: Fit | None
    ) -> Fit | None:
        """The layout of one way with the most text that fits, and has more text `than` another."""
        for i, densities in enumerate(choice.steps):
            if than and (self.choices.index(choice), i) >= self.rank(than):
                return None
            if self._has_room(choice, densities, room):
                fit = self._lowest(choice, densities, directions, room)
                if fit is not None:
                    return fit
        return None

    def _among(self, wanted: int | str | None) -> list[Choice]:
        choices = self.choices
        if wanted is None or (isinstance(wanted, str) and BEFORE.fullmatch(wanted)):
            left = [LINES] * (self.calls > MOST_LINES) + PLAIN * (self.calls > MOST_PLAIN)
            return [choice for choice in choices if not self.boxes or choice not in left]
        return [choices[_number(wanted, self.names)]]

    def rank(self, fit: Fit) -> tuple[int, int]:
        """The position of a way in the list, and of its step; ways with more text come first."""
        step = next(i for i, names in enumerate(fit.choice.steps) if fit.trial.density in names)
        return self.choices.index(fit.choice), step

    def draw(self, fit: Fit) -> Scene:
        """The scene, placed in its room."""
        scene = self._placed(fit.choice.most, fit.trial, fit.room)
        if fit.fits and (scene.width > fit.room[0] + 1 or scene.height > fit.room[1] + 1):
            # Gaps have grown into the room of the capsules under them.
            scene = self._placed(fit.choice.most, fit.trial, (0, 0))
        scene.choice, scene.choices = fit.choice.name, self.names
        return scene

    def _lowest(
        self, choice: Choice, densities: tuple[str, ...], directions: list[str], room: Room
    ) -> Fit | None:
        """The layout of a step with the least height among those that fit with fewest columns."""
        before: tuple[float, ...] = ()
        for trials in self._trials(choice, densities, directions):
            able = [trial for trial in trials if self._may_fit(choice, trial, room)]
            slim = [trial for trial in able if not self._is_too_wide(choice, trial, room)]
            sized = [self._sized(choice, trial, room) for trial in slim]
            fits = [fit for fit in sized if fit.fits]
            if fits:
                return min(fits, key=lambda fit: fit.height)
            wide = able and all(fit.width > room[0] + 1 for fit in sized)
            same = sized and before == sized[-1][3:]
            if len(densities) == 1 and trials[0].columns and (wide or same):
                return None  # more columns would be wider still, or change nothing
            before = sized[-1][3:] if sized else before
        return None

    def _trials(
        self, choice: Choice, densities: tuple[str, ...], directions: list[str]
    ) -> Iterator[list[Trial]]:
        """The layouts to try in one step, a U and fewer columns first."""
        bends = choice.columns > 1 and "TB" in directions
        if bends and self._is_bent(choice.most):
            yield [Trial(densities[-1], "TB", 0)]
        for columns in range(1, choice.columns + 1):
            for density in densities:
                trials = [Trial(density, "TB", columns)] * ("TB" in directions)
                if "LR" in directions and columns == 1 and density == choice.steps[0][0]:
                    trials.insert(directions.index("LR"), Trial(density, "LR", 1))
                if columns == 1 and "TB" in directions and self._has_capsules(choice, density):
                    trials.append(Trial(density, "TB", 1, under=True))
                if trials:
                    yield trials

    @remembered
    def _is_bent(self, most: int) -> bool:
        """Whether the model goes down and up again, as a U does."""
        return arms(self.cells(most)) is not None

    @remembered
    def _has_frames(self, most: int) -> bool:
        """Whether boxes are open: the heading of a frame is lower than a box."""
        return any(box.inside is not None for box in self.scene(most).boxes)

    def _has_capsules(self, choice: Choice, density: str) -> bool:
        groups = self.scene(choice.most).groups
        return not DENSITIES[density].rows and any(group.weights for group in groups)

    def _placed(self, most: int, trial: Trial, room: Room) -> Scene:
        scene = self.scene(most)
        scene.density, scene.direction, scene.under = trial.density, trial.direction, trial.under
        margin = 2 * TAB + (10 if trial.columns > 1 else 0)  # room for wires at the feet
        place(scene, trial.columns, room[trial.direction == "TB"] - margin)
        return scene

    def _sized(self, choice: Choice, trial: Trial, room: Room) -> Fit:
        """The least size of a layout, which is computed only once, also if it has fewer columns
        than it may have."""
        starts = self._columns(choice, trial).starts
        key = choice.most, trial._replace(columns=len(starts)), starts
        if key not in self.sizes:
            scene = self._placed(choice.most, trial, (0, 0))
            self.sizes[key] = scene.width, scene.height
        return Fit(choice, trial, room, *self.sizes[key])

    def _has_room(self, choice: Choice, densities: tuple[str, ...], room: Room) -> bool:
        """Whether a step may fit, as far as is known before its scene is made."""
        if not choice.most or self.length is None:
            return True
        length, size = self.length(choice.most), DENSITIES[densities[0]]
        sideways = length * (size.narrowest + 60) <= room[0]
        return sideways or _least_height(length, choice.columns, size) <= room[1] + 1

    def _may_fit(self, choice: Choice, trial: Trial, room: Room) -> bool:
        """Whether there is room for all boxes that must follow each other, and for each column."""
        size, sideways = DENSITIES[trial.density], trial.direction == "LR"
        key = choice.most, size.rows, sideways
        if key not in self.lengths:
            self.lengths[key] = _length(self.cells(choice.most), size.rows, sideways)
        if sideways:
            return self.lengths[key] * (size.narrowest + 60) <= room[0]
        columns = trial.columns or 2
        high = self.lengths[key] * (size.height + size.gap) <= room[1] * columns
        if trial.columns and not self._has_frames(choice.most):
            high = high and _least_height(self.lengths[key], trial.columns, size) <= room[1] + 1
        wide = size.narrowest * columns <= room[0]
        return high and wide and self._columns(choice, trial).least_height <= room[1] + 1

    def _is_too_wide(self, choice: Choice, trial: Trial, room: Room) -> bool:
        """Whether a layout would be too wide, as far as is known before it is made."""
        return self._columns(choice, trial).least_width > room[0] + 1.01

    def _columns(self, choice: Choice, trial: Trial) -> Columns:
        """The columns of a layout that may have several; of other layouts, no size is known."""
        if choice.columns == 1 or trial.direction == "LR" or trial.columns == 0:
            return Columns((0,) * trial.columns, 0, 0)
        key = choice.most, trial.density
        if key not in self.columns:
            scene = self.scene(choice.most)
            scene.density, scene.direction = trial.density, trial.direction
            self.columns[key] = wrapping(scene)
        return self.columns[key](trial.columns)

    def _nearest(self, room: Room, wanted: int | str | None) -> Fit:
        """The layout with the least text that exceeds the room least, first in width."""
        choices = self._among(wanted)
        fits: list[Fit] = []
        for choice in [*choices[-1:], *(each for each in choices[:-1] if each is LINES)]:
            last = choice.steps[-2:] if "TB" in self.directions else choice.steps[:1]
            groups = [g for step in last for g in self._trials(choice, step, self.directions)]
            for trial in (trial for group in reversed(groups) for trial in reversed(group)):
                best = min(map(_excess, fits), default=None)
                if best is None or (0, self._columns(choice, trial).least_height) <= best:
                    fits.insert(0, self._sized(choice, trial, room))
        return min(fits, key=_excess)


def _least_height(length: int, columns: int, size: Density) -> float:
    """What some columns are at least high in which so many boxes follow each other."""
    between = size.tail + size.gap
    return 2 * EDGE - between + -(-length // columns) * (size.height + between)


def _excess(fit: Fit) -> tuple[float, float]:
    """How much wider than the room a layout is, and how high."""
    return max(0, fit.width - fit.room[0]), fit.height


def _length(cells: list[Cell], rows: bool, sideways: bool) -> int:
    """How many boxes follow each other: all if each has a row, else those on the longest path."""
    reached: dict[Cell, int] = {}
    last = 0
    for cell in cells:
        before = max((reached.get(source, 0) for source in above(cell)), default=0)
        reached[cell] = (last if rows else before) + _own_length(cell.box, rows, sideways)
        last = reached[cell]
    return max(reached.values(), default=0)


def _own_length(box: Box | None, rows: bool, sideways: bool) -> int:
    if box is not None and box.inside is not None:
        return _length(cells_of(box.inside), rows, sideways) + (not sideways)
    return int(box is not None)


def _number(wanted: int | str, names: list[str]) -> int:
    """The place in the list of a choice given by its name or number."""
    if isinstance(wanted, str) and wanted in names:
        return names.index(wanted)
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 0 <= wanted < len(names):
        return wanted
    raise ArgumentError(
        f"choice={wanted!r} is not known.",
        why=f"this model can be drawn in {len(names)} ways: {', '.join(names)}.",
        fix=f"leave it out, or write choice={names[-1]!r}.",
    )
