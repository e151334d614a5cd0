"""Which way of drawing a model fits the room: type is never scaled down, fewer words are said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from funclab.errors import ArgumentError
from funclab.view.scene import sizes
from funclab.view.scene.layout.cells import cells_of
from funclab.view.scene.layout.place import place
from funclab.view.scene.layout.tracks import longest_way
from funclab.view.scene.layout.u import arms
from funclab.view.scene.scene import Scene

Room = tuple[float, float]


class Choice(NamedTuple):
    """A way to draw a model: how much is folded and how much is said, in how many columns."""

    name: str
    fold: str
    densities: tuple[str, ...]
    columns: int


COLUMNS = 6
ONE_LINE = ("one line", "one line, shapes beside")
PLAIN = [
    Choice("full", "", ("full",), 1),
    Choice("two lines", "", ("two lines",), 1),
    Choice("one line", "", ONE_LINE, 2),
]
FOLDED = [
    Choice("folded, full", "equal", ("full",), 1),
    Choice("folded, two lines", "equal", ("two lines",), 1),
    Choice("folded, one line", "equal", ONE_LINE, 2),
    Choice("folded, lines", "equal", ("lines",), COLUMNS),
]
LINES = Choice("lines", "", ("lines",), COLUMNS)
ALIKE = Choice("alike folded, lines", "alike", ("lines",), COLUMNS)


class Chooser:
    """Tries the ways to draw a model; `build` makes its scene, folded or not."""

    def __init__(
        self, build: Callable[[str], Scene], room: Room, direction: str | None, layers: bool
    ) -> None:
        self.build, self.room, self.layers = build, room, layers
        self.directions = [direction] if direction else ["LR", "TB"] if layers else ["TB", "LR"]
        self.scenes: dict[str, Scene] = {}
        self.lengths: dict[str, int] = {}
        self.tried: dict[tuple[str, str, str, int], tuple[float, float]] = {}

    def scene(self, fold: str) -> Scene:
        if fold not in self.scenes:
            self.scenes[fold] = self.build(fold)
            self.lengths[fold] = len(longest_way(cells_of(self.scenes[fold])))
        return self.scenes[fold]

    def choices(self) -> list[Choice]:
        """The list, without ways that change nothing."""
        if self.layers:
            return PLAIN
        folds = any(box.gathers for box in self.scene("equal").boxes)
        names = [[box.key for box in self.scene(fold).boxes] for fold in ("equal", "alike")]
        more = [ALIKE] if names[0] != names[1] else []
        return [*PLAIN, *(FOLDED if folds else []), *more, LINES]

    def choose(self, wanted: int | str | None) -> Scene:
        """The scene, placed: in the way wanted, or in the first that fits.

        Raises: ArgumentError for a way that is not in the list.
        """
        choices = self.choices()
        names = [choice.name for choice in choices]
        if wanted is None and self.layers and len(self.directions) > 1:
            both, self.directions = self.directions, ["LR"]
            if not any(map(self._fitting, choices)):
                self.directions = both
        if wanted is None:
            folded = [choice for choice in choices if choice.fold]
            fitting = (choice for choice in choices if self._fitting(choice))
            chosen = next(fitting, (folded or choices)[-1])
        else:
            chosen = choices[_number(wanted, names)]
        scene = self._best(chosen)
        scene.choice, scene.choices = chosen.name, names
        return scene

    def _trials(self, choice: Choice) -> Iterator[tuple[str, str, int]]:
        """The ways to try, with fewer columns first."""
        for columns in range(1, choice.columns + 1):
            if columns == 1 and choice.columns == 2 and self._bends(choice):
                yield choice.densities[1], "TB", 0
            for density in choice.densities:
                for direction in self.directions:
                    if direction == "TB" or (columns == 1 and density == choice.densities[0]):
                        yield density, direction, columns

    def _try(self, choice: Choice, trial: tuple[str, str, int]) -> Scene:
        scene = self.scene(choice.fold)
        density, direction, columns = trial
        scene.density, scene.direction = density, direction
        if direction == "LR" and density == "lines":
            scene.density = "one line"
        margin = 2 * sizes.TAB + (10 if columns > 1 else 0)  # room for wires at the feet
        place(scene, columns, self.room[direction == "TB"] - margin)
        return scene

    def _size(self, choice: Choice, trial: tuple[str, str, int]) -> tuple[float, float]:
        """How large a trial is, each tried once."""
        key = (choice.fold, *trial)
        if key not in self.tried:
            scene = self._try(choice, trial)
            self.tried[key] = (scene.width, scene.height)
        return self.tried[key]

    def _fitting(self, choice: Choice) -> list[tuple[float, int, tuple[str, str, int]]]:
        """The trials that fit, each after its height; more columns only where fewer do not fit."""
        found: list[tuple[float, int, tuple[str, str, int]]] = []
        for i, trial in enumerate(self._trials(choice)):
            if found and trial[::2] != found[0][2][::2]:
                break
            if self._too_long(choice, trial):
                continue
            width, height = self._size(choice, trial)
            if width <= self.room[0] and height <= self.room[1]:
                found.append((height, i, trial))
        return found

    def _too_long(self, choice: Choice, trial: tuple[str, str, int]) -> bool:
        """Whether the longest way alone cannot fit, as is known without placing anything."""
        density, direction, columns = trial
        size, length = sizes.DENSITIES[density], self._length(choice)
        if direction == "LR":
            return length * (size.narrowest + 60) > self.room[0]
        return length * (size.height + size.gap) > self.room[1] * (columns or 2)

    def _bends(self, choice: Choice) -> bool:
        """Whether a U can be made of the model."""
        return "TB" in self.directions and arms(cells_of(self.scene(choice.fold))) is not None

    def _length(self, choice: Choice) -> int:
        self.scene(choice.fold)
        return self.lengths[choice.fold]

    def _best(self, choice: Choice) -> Scene:
        """The lowest way that fits; if none does, the one that needs least more room."""
        fitting = self._fitting(choice)
        if fitting:
            return self._try(choice, min(fitting)[2])
        needs = []
        for i, trial in enumerate(self._trials(choice)):
            width, height = self._size(choice, trial)
            needs.append((max(0, width - self.room[0]), height, i, trial))
        return self._try(choice, min(needs)[3])


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
